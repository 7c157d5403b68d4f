// Whatever is dropped, doubled, swapped, late or torn: each call settles, each stream ends, and nothing is kept.
import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { test } from 'node:test';
import fc from 'fast-check';
import { connect, control } from '../../dist/bridge/index.js';
import { memory } from '../../dist/channels/memory.js';
import { faults } from '../../dist/testing/index.js';
import { suite } from '../contracts/suite.contract.js';
import { startGuest } from '../contracts/suite.guest.js';
import { type Use, type UseOptions, Uses, usesOf } from '../contracts/uses.js';
import { restUntil, watchLeaks } from '../support/leaks.js';
import { runsOr, seed } from '../support/seed.js';

const numRuns = runsOr(1000);
/** Of a call. What has to come for good has more. */
const timeout = 10;
/** That a handler of the test's waits, in ms. */
const longest = 6;

interface Step extends UseOptions {
  readonly kind: Use | 'emit' | 'props' | 'turn' | 'reload' | 'disconnect' | 'reconnect' | Fault;
  readonly lane?: 'in' | 'out';
  readonly ms?: number;
}
type Fault = 'drop' | 'duplicate' | 'reorder' | 'delay';
const lane = fc.constantFrom('in', 'out');
const used = { take: fc.nat(6), to: fc.nat(8), fail: fc.boolean() };
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom(...usesOf.short), ...used }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom(...usesOf.lasting), ...used }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('emit', 'props', 'turn', 'reload', 'disconnect', 'reconnect'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('drop', 'duplicate', 'reorder'), lane }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delay'), lane, ms: fc.nat(3) }) },
) as fc.Arbitrary<Step>;

/** What loses messages, or lasts beyond its call: a handler runs on when its caller has given it up. */
const lasting = new Set<string>([
  ...['drop', 'duplicate', 'reorder', 'delay', 'disconnect', 'props'],
  ...usesOf.lasting,
]);
const isIdle = (peer: object) => Object.values(control(peer).counts).every((count) => count === 0);

test(`${numRuns} random sequences of faults leave no call open, no stream unended and nothing behind`, {
  timeout: 60_000 + numRuns * 300,
}, async () => {
  const unhandled: unknown[] = [];
  const listen = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', listen);
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        await run(steps);
        assert.deepEqual(unhandled.splice(0), []);
      }),
      { seed, numRuns },
    );
  } finally {
    process.off('unhandledRejection', listen);
  }
});

async function run(steps: readonly Step[]): Promise<void> {
  const page = new AbortController();
  setMaxListeners(0, page.signal);
  const leaks = watchLeaks(page.signal);
  try {
    await play(steps, page.signal);
    assert.equal(leaks.listeners, 0, 'listeners on a signal that lives on');
    // Short ones are those that the guest's own handlers wait for.
    assert.deepEqual(
      leaks.timers.filter((ms) => ms > longest),
      [],
      'timers of the kit',
    );
    assert.ok(await restUntil(() => !leaks.timers.length), 'timers that never fire');
  } finally {
    leaks.stop();
  }
}

async function play(steps: readonly Step[], signal: AbortSignal): Promise<void> {
  const ends = memory();
  const channel = faults(ends.host);
  const guests = [startGuest(ends.guest)];
  const host = connect({
    channel,
    contract: suite,
    side: 'host',
    signal,
    callTimeout: timeout,
    implement: { ask: (question) => question },
    onError: () => {},
  });
  const deaf = [host.trace(() => {}, { signal }), host.on('heard', () => {}, { signal })];
  const uses = new Uses(host, signal);
  for (const [at, { kind, lane = 'in', ms = 0, ...options }] of steps.entries()) {
    if (kind === 'emit') host.emit('noted', 1);
    else if (kind === 'props') host.setProps({ count: at, onPick: () => at });
    else if (kind === 'turn') await new Promise(setImmediate);
    else if (kind === 'disconnect' || kind === 'reconnect') channel[kind]();
    else if (kind === 'delay') channel[lane].delay(ms);
    else if (kind === 'drop' || kind === 'duplicate' || kind === 'reorder') channel[lane][kind]();
    else if (kind === 'reload') {
      control(guests.at(-1) as object).release();
      guests.push(startGuest(ends.guest));
    } else uses.begin(kind, options);
  }
  await restUntil(() => uses.open.size === 0);
  const left = [...uses.open];
  if (!steps.some(({ kind }) => lasting.has(kind))) {
    await restUntil(() => [host, guests.at(-1) as object].every(isIdle));
    assert.ok([host, guests.at(-1) as object].every(isIdle), 'not idle, though all has settled');
  }
  host.close();
  for (const off of deaf) off();
  for (const guest of guests) guest.close();
  await restUntil(() => uses.open.size === 0 && uses.producing === 0);
  assert.deepEqual(left, [], 'never settled');
  assert.deepEqual([...uses.open], [], 'left open even after the close');
  assert.deepEqual(uses.wrong, []);
  assert.equal(uses.producing, 0, "producers whose `finally` didn't run");
  for (const peer of [host, ...guests])
    assert.deepEqual(Object.values(control(peer).counts), [0, 0, 0, 0, 0], 'kept');
}
