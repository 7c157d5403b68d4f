import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, type Arrived, envelope, type Freshness, Resume } from '../../dist/events/index.js';
import { memory } from '../../dist/log/memory.js';
import { draw } from '../support/draw.js';

const arrived = (seq: number, id = `e${seq}`): Arrived => ({
  cursor: `a:${seq}`,
  event: envelope({ id, source: '/t', type: 't' }),
});
const page = (answer: 'replayed' | 'live', ...events: Arrived[]): Answer => ({
  answer,
  events,
  next: events.at(-1)?.cursor ?? 'a:0',
});
const ids = (events: Arrived[]) => events.map(({ event }) => event.id);
const missed = { answer: 'reset', reason: 'trimmed', earliest: 'a:5', latest: 'a:9' } as const;

test('each event is let through once, and the position follows', () => {
  const resume = new Resume();
  assert.equal(resume.position, 'latest');
  assert.deepEqual(ids(resume.take(page('replayed', arrived(1), arrived(2)))), ['e1', 'e2']);
  assert.deepEqual(ids(resume.take(page('live', arrived(2), arrived(3), arrived(4, 'e1')))), ['e3']);
  assert.equal(resume.position, 'a:4');
  // A server that tells an older place takes nothing back.
  resume.reached('live', 'a:1');
  assert.equal(resume.position, 'a:4');
  assert.equal(resume.hear(arrived(4)), false);
  assert.equal(resume.hear(arrived(5)), true);
});

test('the ids that are remembered are bounded', () => {
  const resume = new Resume({ ids: 2 });
  for (const seq of [1, 2, 3]) assert.ok(resume.hear(arrived(seq)));
  assert.equal(resume.hear(arrived(4, 'e2')), false);
  assert.equal(resume.hear(arrived(5, 'e1')), true);
});

test('freshness tells what is known, since when, and a reset until it has been seen to', () => {
  const resume = new Resume({ after: 'a:3' });
  const seen: Freshness[] = [];
  const stop = resume.freshness.subscribe((value) => seen.push(value));
  assert.equal(resume.freshness.get().state, 'catching-up');
  resume.take(page('replayed', arrived(4)));
  resume.take(page('live', arrived(5)));
  resume.take(page('live', arrived(6)));
  resume.lost(1000);
  resume.connected();
  resume.take(missed);
  assert.equal(resume.position, 'a:9');
  resume.take({ answer: 'live', events: [], next: 'a:9' });
  assert.equal(resume.freshness.get().state, 'reset');
  resume.recovered();
  stop();
  resume.lost();
  assert.deepEqual(
    seen.map(({ state }) => state),
    ['live', 'stale', 'catching-up', 'reset', 'live'],
  );
  assert.equal(seen[1]?.since, 1000);
  assert.equal(resume.freshness.get().state, 'stale');
});

test('a listener that throws is reported, and stops no other', () => {
  const reported: unknown[] = [];
  const page = globalThis as { reportError?: unknown };
  page.reportError = (error: unknown) => reported.push(error);
  const resume = new Resume();
  const wrong = new Error('wrong');
  const seen: string[] = [];
  resume.freshness.subscribe(() => {
    throw wrong;
  });
  resume.freshness.subscribe(({ state }) => seen.push(state));
  resume.lost();
  delete page.reportError;
  assert.deepEqual([reported, seen], [[wrong], ['stale']]);
});

test('a connection that goes while a reset is seen to leaves it stale, not live', () => {
  const resume = new Resume();
  resume.take(missed);
  resume.lost();
  assert.equal(resume.freshness.get().state, 'reset');
  resume.recovered();
  assert.equal(resume.freshness.get().state, 'stale');
});

test('a reset is told, and may be gone on from the oldest', () => {
  const told: unknown[] = [];
  const resume = new Resume({ after: 'a:1', afterReset: 'earliest', onReset: (it) => told.push(it) });
  resume.hear(arrived(2));
  resume.take(missed);
  assert.deepEqual(told, [missed]);
  assert.equal(resume.position, 'a:5');
  // What is shown is made anew from what there is, of which some was seen before.
  assert.equal(resume.hear(arrived(6, 'e2')), true);
});

test('over a connection that breaks at random, each event is shown once', async () => {
  const { random, seed } = draw();
  const log = memory();
  const resume = new Resume({ after: 'earliest' });
  const shown: string[] = [];
  const all = Array.from({ length: 500 }, (_, index) => `e${index}`);
  const writing = (async () => {
    for (const id of all) await log.append('t', [envelope({ id, source: '/t', type: 't' })]);
  })();
  while (shown.length < all.length) {
    let left = Math.floor(random() * 10);
    for await (const answer of log.follow('t', resume.position, { limit: 1 + Math.floor(random() * 20) })) {
      shown.push(...ids(resume.take(answer)));
      if (left-- === 0 || shown.length >= all.length) break;
    }
    resume.lost();
  }
  await writing;
  await log.close();
  assert.deepEqual(shown, all, `SEED=${seed}`);
});
