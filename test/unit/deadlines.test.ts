// Deadlines by a clock that the test moves.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Deadlines } from '../../dist/bridge/deadlines.js';

function start(t: TestContext) {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  return {
    deadlines: new Deadlines(),
    pass(ms: number) {
      now += ms;
      t.mock.timers.tick(ms);
    },
    /** Nothing runs meanwhile, and no timer sees it pass. */
    stand(ms: number) {
      now += ms;
    },
  };
}

test('each fires when it is due, in any order, and none that was called off', (t) => {
  const { deadlines, pass } = start(t);
  const fired: string[] = [];
  deadlines.add(3000, () => fired.push('late'));
  const off = deadlines.add(300, () => fired.push('off'));
  deadlines.add(200, () => fired.push('soon'));
  deadlines.add(Number.POSITIVE_INFINITY, () => fired.push('never'));
  off();
  pass(199);
  assert.deepEqual(fired, []);
  pass(1);
  assert.deepEqual(fired, ['soon']);
  for (let i = 0; i < 28; i++) pass(100);
  assert.deepEqual(fired, ['soon', 'late']);
});

test('one that fell due while the page stood still is put off once, for an answer that may be here already', (t) => {
  const { deadlines, pass, stand } = start(t);
  const fired: string[] = [];
  deadlines.add(500, () => fired.push('due'));
  stand(60_000);
  pass(500);
  assert.deepEqual(fired, []);
  pass(500);
  assert.deepEqual(fired, []);
  stand(60_000); // again, as in a tab that is throttled
  pass(500);
  assert.deepEqual(fired, ['due']);
});

test('one that is put off can still be called off', (t) => {
  const { deadlines, pass, stand } = start(t);
  const off = deadlines.add(500, () => assert.fail('it was called off'));
  stand(60_000);
  pass(500);
  off();
  pass(5000);
});
