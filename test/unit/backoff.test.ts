import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff } from '../../dist/channels/backoff.js';

const longest = (waits: number[]) => Math.max(...waits);
const many = (make: () => number) => Array.from({ length: 2000 }, make);

test('a thousand clients of one server come back spread over five seconds', () => {
  const waits = many(() => new Backoff().next());
  assert.ok(longest(waits) <= 5000);
  for (let second = 0; second < 5; second++) {
    const within = waits.filter((ms) => ms >= second * 1000 && ms < (second + 1) * 1000);
    assert.ok(within.length > 200, `${within.length} of 2000 in second ${second}`);
  }
});

test('each wait may be twice as long, up to the longest, and any of them may be short', () => {
  const rows = many(() => 0).map(() => {
    const backoff = new Backoff();
    return [1, 2, 3, 4, 5, 6].map(() => backoff.next());
  });
  for (const [i, most] of [5000, 10_000, 20_000, 30_000, 30_000, 30_000].entries()) {
    const waits = rows.map((row) => row[i] as number);
    assert.ok(longest(waits) <= most && longest(waits) > most * 0.95, `wait ${i}: ${longest(waits)}`);
    assert.ok(Math.min(...waits) < most * 0.05);
  }
});

test('what the server asks for comes on top', () => {
  assert.ok(many(() => new Backoff({ first: 100 }).next(7000)).every((ms) => ms >= 7000 && ms <= 7100));
});

test('only a connection that held begins anew', () => {
  const after = (stable: number) => {
    const backoff = new Backoff({ first: 1000, longest: 64_000, stable });
    for (let i = 0; i < 6; i++) backoff.next();
    backoff.opened();
    return backoff.next();
  };
  assert.ok(longest(many(() => after(0))) <= 1000);
  assert.ok(longest(many(() => after(60_000))) > 30_000);
});
