// Whatever either side is sent, it goes on or says why it doesn't; nothing is thrown where nobody could catch it.
import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Channel, connect, control, type Ear, type Message } from '../../dist/bridge/index.js';
import { memory } from '../../dist/channels/memory.js';
import type { Side } from '../../dist/contract/index.js';
import { suite } from '../contracts/suite.contract.js';
import { startGuest } from '../contracts/suite.guest.js';
import { anything, type Edit, edit, edited, nested, unexpected } from '../support/mutate.js';
import { runsOr, seed } from '../support/seed.js';
import { until } from '../support/wait.js';
import { rewired } from '../support/wires.js';

const numRuns = runsOr(150);

const timeout = 25;
/** For what has to come. */
const patience = 3000;
const types = ['SYN', 'ACK1', 'ACK2', 'CALL', 'REPLY', 'DESTROY', 'NOTE', 'REFUSE', 'BATCH'];
const foreign = fc
  .record(
    {
      type: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...types) }, anything),
      participantId: unexpected,
      id: unexpected,
      callId: unexpected,
      methodPath: fc.oneof(unexpected, fc.array(unexpected, { maxLength: 3 })),
      methodPaths: fc.oneof(
        unexpected,
        fc.array(fc.oneof(unexpected, fc.array(unexpected)), { maxLength: 3 }),
      ),
      args: fc.oneof(unexpected, fc.array(unexpected, { maxLength: 3 })),
      isError: unexpected,
      value: unexpected,
      isSerializedErrorInstance: unexpected,
      topic: fc.constantFrom('bye', 'ping', 'pong', 'props', 'stop', 'abort', 'hold', 'event', 'size', 7),
      payload: unexpected,
      items: unexpected,
      oriel: unexpected,
    },
    { requiredKeys: ['type'] },
  )
  .map((message) => structuredClone<object>(message));

const step = fc.oneof(
  fc.record({ kind: fc.constant('foreign' as const), message: foreign }),
  // One that this session had, or the next that it has, as somebody has changed it.
  fc.record({
    kind: fc.constantFrom('again' as const, 'next' as const),
    which: fc.nat(),
    edits: fc.array(edit, { maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant('use' as const) }),
);

for (const side of ['host', 'guest'] as const) {
  test(`whatever a ${side} is sent, it goes on or says why not, and each promise settles`, {
    timeout: 120_000,
  }, async () => {
    const thrown: unknown[] = [];
    const catches = (error: unknown) => thrown.push(error);
    process.on('unhandledRejection', catches);
    process.on('uncaughtException', catches);
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: 1, maxLength: 12 }),
          fc.boolean(),
          async (steps, traced) => {
            await run(side, steps, traced, thrown);
            assert.deepEqual(thrown.splice(0), []);
            assert.equal(({} as { polluted?: unknown }).polluted, undefined);
          },
        ),
        { seed, numRuns },
      );
    } finally {
      process.off('unhandledRejection', catches);
      process.off('uncaughtException', catches);
    }
  });
}

/** What was seen to do harm before. */
const seen: Record<string, object> = {
  'a refusal of what has been accepted': { type: 'REFUSE' },
  'a stream without a name': {
    type: 'NOTE',
    topic: 'event',
    payload: { name: 'heard', payload: { '@oriel': 'it', i: [] } },
  },
  'a call whose path is no list': { type: 'CALL', id: 'x', methodPath: new Map(), args: [] },
  'a call of a thing': { type: 'CALL', id: { toString: 1 }, methodPath: [{ toString: 1 }], args: [] },
  'an answer to a thing': {
    type: 'REPLY',
    callId: { toString: 1 },
    isError: true,
    value: { code: { toString: 1 } },
  },
  'a note about a thing': { type: 'NOTE', topic: { toString: 1 } },
  'an event of a thing': { type: 'NOTE', topic: 'event', payload: { name: { toString: 1 } } },
  'a message of a type that is a thing': { type: { toString: 1 } },
  'a message of the type of an object': { type: 'constructor' },
  'what is nested deeper than the stack': { type: 'NOTE', topic: 'event', payload: nested(5000) },
};

for (const side of ['host', 'guest'] as const) {
  for (const [what, message] of Object.entries(seen)) {
    test(`a ${side} that is sent ${what} goes on`, async () => {
      const thrown: unknown[] = [];
      assert.equal(await run(side, [{ kind: 'foreign', message }], true, thrown), 'ready');
      assert.deepEqual(thrown, []);
    });
  }
}

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

test('a guest that is acknowledged without a hello, though it was greeted, knows no less of its host', async () => {
  const thrown: unknown[] = [];
  const steps = [
    { kind: 'foreign' as const, message: { type: 'SYN', participantId: '' } },
    { kind: 'again' as const, which: 0, edits: [] },
    { kind: 'foreign' as const, message: { type: 'ACK1' } },
  ];
  // A call of it is answered, or its state says why not.
  await run('guest', steps, false, thrown);
  assert.deepEqual(thrown, []);
});

/** A channel whose end can be told things, and which notes what it heard. */
function tapped(channel: Channel, thrown: unknown[]) {
  const heard: Message[] = [];
  const changes: (readonly Edit[])[] = [];
  let ear: Ear | undefined;
  const hear = (message: object, origin = '') => {
    try {
      ear?.message(message as Message, origin);
    } catch (error) {
      thrown.push(error);
    }
  };
  const its = rewired(channel, (wire) => ({
    listen(listener) {
      ear = listener;
      wire.listen({
        ...listener,
        message(message, origin) {
          heard.push(structuredClone(message));
          const edits = changes.shift();
          hear(edits ? edited(message, edits) : message, origin);
        },
      });
    },
  }));
  return { channel: its, heard, changes, hear };
}

async function run(side: Side, steps: readonly Step[], traced: boolean, thrown: unknown[]) {
  const ends = memory();
  const tap = tapped(ends[side], thrown);
  const channels = { ...ends, [side]: tap.channel };
  const guest = startGuest(channels.guest, { rate: 1e6 });
  const host = connect({
    channel: channels.host,
    contract: suite,
    side: 'host',
    callTimeout: timeout,
    timeout: 500,
    implement: { ask: (question) => question },
    props: { count: 1, onPick: (id) => id },
    onError: () => {},
  });
  const target = side === 'host' ? host : guest;
  if (traced) for (const peer of [host, guest]) peer.trace(() => {}, { payloads: true });
  const { remote } = host;
  let open = 0;
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const expect = (promise: Promise<unknown>) => {
    open++;
    promise.then(
      () => open--,
      () => open--,
    );
  };
  const read = async (numbers: AsyncIterable<unknown>, take: number) => {
    for await (const _ of numbers) if (!--take) break;
  };
  async function* endless() {
    for (let i = 0; ; i++) {
      yield i;
      await new Promise(setImmediate);
    }
  }
  const callAll = () => {
    const { signal } = stop;
    expect(remote.add({ a: 1, b: 2 }));
    expect(remote.never(undefined, { signal }));
    expect(remote.fail('declined'));
    expect(remote.load({ steps: [{ on: () => {} }, { on: () => {} }] }));
    expect(remote.keep((text) => text));
    expect(remote.counter());
    expect(remote.pick('x'));
    expect(remote.echo({ '@oriel': 'x', bytes: new Uint8Array(3), map: new Map([[1, { deep: [1] }]]) }));
    expect(remote.sum(endless(), { signal }));
    expect(read(remote.numbers({ to: 5 }), 3));
    expect(read(remote.slow(undefined, { signal }), 1000));
    expect(remote.emit({ a: 1 }));
    expect(guest.remote.ask('?', { timeout }));
    if (host.state.get().status === 'closed') return;
    host.emit('noted', 1);
    host.setProps({ count: open });
  };

  await host.ready;
  callAll();
  await new Promise(setImmediate);
  for (const one of steps) {
    if (one.kind === 'use') callAll();
    else if (one.kind === 'foreign') tap.hear({ namespace: 'penpal', channel: undefined, ...one.message });
    else if (one.kind === 'next') tap.changes.push(one.edits);
    else tap.hear(edited(tap.heard[one.which % tap.heard.length] as Message, one.edits));
    if (one.kind !== 'next') await new Promise(setImmediate);
  }
  tap.changes.length = 0;
  await new Promise(setImmediate);

  const { status, reason } = target.state.get();
  if (status === 'ready') {
    const [answered, wanted] =
      side === 'host'
        ? [remote.add({ a: 3, b: 4 }, { timeout: patience }), 7]
        : [guest.remote.ask('still?', { timeout: patience }), 'still?'];
    assert.equal(await answered.catch(String), wanted);
  } else assert.notEqual(reason, undefined, `${status} without a reason`);
  stop.abort('enough');
  await until(() => open === 0, { timeout: patience }).catch(() => {});
  const left = open;
  host.close();
  guest.close();
  await new Promise(setImmediate);
  assert.equal(left, 0, 'never settled');
  for (const peer of [host, guest])
    assert.deepEqual(Object.values(control(peer).counts), [0, 0, 0, 0, 0], 'kept');
  return status;
}
