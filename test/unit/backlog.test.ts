// What waits in front of a page: a flood is told from what had piled up while the page did something else.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Backlog } from '../../dist/bridge/backlog.js';
import { connect, type Ear, type Message, message } from '../../dist/bridge/index.js';
import { memory } from '../../dist/channels/memory.js';
import { suite } from '../contracts/suite.contract.js';
import { startGuest } from '../contracts/suite.guest.js';
import { rewired } from '../support/wires.js';

const limits = { backlog: 1000, rate: 2000 };

/** A page whose turn comes when the test says so. */
function page() {
  const waiting: (() => void)[] = [];
  return {
    turn: (run: () => void) => void waiting.push(run),
    /** Lets it have its turn: all that has waited until now has been heard. */
    next() {
      const [run] = waiting.splice(0, 1);
      assert.ok(run, 'somebody waits for the turn');
      run();
    },
    get waiting() {
      return waiting.length;
    },
  };
}

/** How many of so many are heard. */
function heard(backlog: Backlog, count: number, now = performance.now()): number {
  let borne = 0;
  while (borne < count && backlog.take(now)) borne++;
  return borne;
}

test('as many as one likes are heard by a page that has its turns, and it is asked once for a hundred', () => {
  const its = page();
  const { turn, next } = its;
  const backlog = new Backlog(limits, turn);
  for (let round = 0; round < 1000; round++) {
    assert.equal(heard(backlog, 99), 99);
    assert.equal(its.waiting, 0);
    assert.equal(heard(backlog, 1), 1);
    assert.equal(its.waiting, 1);
    next();
  }
});

test('what waits when it is first looked at has piled up before: all of it is heard', () => {
  const { turn, next } = page();
  const backlog = new Backlog(limits, turn);
  assert.equal(heard(backlog, 50_000), 50_000);
  next();
  // And then there is less.
  assert.equal(heard(backlog, 900), 900);
});

test('what comes faster than it is heard, turn by turn, is a flood', (t) => {
  const { turn, next } = page();
  const now = performance.now();
  t.mock.method(performance, 'now', () => now);
  const backlog = new Backlog(limits, turn);
  heard(backlog, 400, now);
  next();
  assert.equal(heard(backlog, 900, now), 900);
  next();
  assert.equal(heard(backlog, 5000, now), limits.backlog);
});

test('a hundred at a turn are watched on, and fewer no more', () => {
  const its = page();
  const backlog = new Backlog(limits, its.turn);
  heard(backlog, 100);
  heard(backlog, 100);
  its.next();
  assert.equal(its.waiting, 1);
  heard(backlog, 99);
  its.next();
  assert.equal(its.waiting, 0);
});

test('the rate is allowed on top, by the second', (t) => {
  const { turn, next } = page();
  const start = 1000; // whole, or half a second of it may be a little less
  t.mock.method(performance, 'now', () => start);
  const backlog = new Backlog(limits, turn);
  heard(backlog, 400);
  next();
  assert.equal(heard(backlog, 5000, start + 500), limits.backlog + limits.rate / 2);
});

test('one that was little again may pile up again', () => {
  const { turn, next } = page();
  const backlog = new Backlog(limits, turn);
  for (let round = 0; round < 5; round++) {
    assert.equal(heard(backlog, 20_000), 20_000);
    next();
    assert.equal(heard(backlog, 50), 50);
    next();
  }
});

test('a page that takes long for each message hears at the usual rate, however much waits', (t) => {
  const { turn, next } = page();
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const backlog = new Backlog(limits, turn);
  for (let round = 0, waiting = 200; round < 10; round++, waiting *= 2) {
    for (let i = 0; i < waiting; i++, now += 3) assert.ok(backlog.take(now), `${i} of ${waiting}`);
    next();
  }
});

/** A host whose channel says when the page had its turn, and what says something to it as if its guest had. */
async function tapped(t: TestContext, its: { backlog?: number } = {}) {
  const { turn, next } = page();
  const ends = memory();
  let ear: Ear | undefined;
  const channel = rewired(ends.host, (wire) => ({
    turn,
    listen(heard) {
      ear = heard;
      wire.listen(heard);
    },
  }));
  const guest = startGuest(ends.guest);
  const errors: string[] = [];
  const host = connect({
    channel,
    contract: suite,
    side: 'host',
    limits: { rate: 1e6, burst: 1e6, ...its },
    onError: ({ code, message }) => errors.push(`${code}: ${message}`),
  });
  t.after(() => {
    host.close();
    guest.close();
  });
  await host.ready;
  const refused: unknown[] = [];
  host.trace(({ type, outcome }) => type === 'refused' && refused.push(outcome));
  const now = performance.now();
  t.mock.method(performance, 'now', () => now);
  return { host, errors, refused, next, ear: ear as unknown as Ear };
}

const event = message('NOTE', { topic: 'event', payload: { name: 'heard', payload: 1 } });
const floods: Record<string, (ear: Ear) => void> = {
  events: (ear) => ear.message(event, ''),
  'answers that nobody asked for': (ear) => ear.message(message('REPLY', { callId: 'x' }), ''),
  handshakes: (ear) => ear.message(message('SYN', { participantId: 'same' }), ''),
  'what is no message': (ear) => ear.noise(),
  'messages of another origin': (ear) => ear.refused('https://other.example'),
};
for (const [what, say] of Object.entries(floods)) {
  test(`${what} that keep a page from its turn close the peer as a flood, and are told once`, async (t) => {
    const { host, errors, refused, next, ear } = await tapped(t);
    for (let i = 0; i < 500; i++) say(ear);
    next();
    const before = errors.length;
    for (let i = 0; i < 2000; i++) say(ear);
    assert.notEqual(host.state.get().status, 'closed');
    say(ear);
    assert.deepEqual([host.state.get().status, host.state.get().reason], ['closed', 'flood']);
    for (let i = 0; i < 2000; i++) say(ear);
    assert.deepEqual(errors.slice(before), [
      'limit: More than 2000 waiting messages. Slow down, or raise the limit.',
    ]);
    assert.ok(refused.includes('waiting messages'));
  });
}

test('a batch is one message, and a limit that is set counts', async (t) => {
  const { host, next, ear } = await tapped(t, { backlog: 300 });
  const batch: Message = message('BATCH', { items: Array.from({ length: 10 }, () => event) });
  for (let i = 0; i < 300; i++) ear.message(batch, '');
  next();
  for (let i = 0; i < 300; i++) ear.message(batch, '');
  assert.equal(host.state.get().status, 'ready');
  ear.message(batch, '');
  assert.equal(host.state.get().reason, 'flood');
});

test('answers that were asked for count for nothing', async (t) => {
  const { host, next, ear } = await tapped(t, { backlog: 0 });
  for (let i = 0; i < 300; i++) ear.noise();
  next();
  for (let i = 0; i < 50; i++) assert.equal(await host.remote.add({ a: i, b: 1 }), i + 1);
  assert.equal(host.state.get().status, 'ready');
  ear.noise();
  assert.equal(host.state.get().reason, 'flood');
});
