// What a hostile other side says too often, of whatever kind it is.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { connect, type Ear, type Message } from '../../dist/bridge/index.js';
import { message } from '../../dist/bridge/message.js';
import { memory } from '../../dist/channels/memory.js';
import { suite } from '../contracts/suite.contract.js';
import { startGuest } from '../contracts/suite.guest.js';
import { rewired } from '../support/wires.js';

const rate = 10;
const limits = { rate, burst: 100 };
/** A burst, and twice what closes the peer: on a slow machine more is allowed meanwhile. */
const far = limits.burst + 20 * rate;

/** A host that is connected, and what says something to it as if its guest had. */
async function tapped(t: TestContext) {
  const ends = memory();
  let ear: Ear | undefined;
  const channel = rewired(ends.host, (wire) => ({
    listen(its) {
      ear = its;
      wire.listen(its);
    },
  }));
  const guest = startGuest(ends.guest);
  const errors: string[] = [];
  const host = connect({
    channel,
    contract: suite,
    side: 'host',
    limits,
    onError: ({ code }) => errors.push(code),
  });
  t.after(() => {
    host.close();
    guest.close();
  });
  await host.ready;
  return { host, errors, hear: (said: Message) => ear?.message(said, '') };
}

/** All of it comes within one second, however slow the machine is. */
function stopClock(t: TestContext): void {
  const now = performance.now();
  t.mock.method(performance, 'now', () => now);
}

const kinds: Record<string, Message> = {
  'an event': message('NOTE', { topic: 'event', payload: { name: 'heard', payload: 1 } }),
  'a note of a topic that nobody knows': message('NOTE', { topic: 'nothing' }),
  'a note without a topic': message('NOTE', {}),
  'a ping': message('NOTE', { topic: 'ping' }),
  'the end of a stream that is not there': message('NOTE', { topic: 'stop', payload: 7 }),
  'a hold of a function that is not there': message('NOTE', { topic: 'hold', payload: [[7, -1]] }),
  'a call': message('CALL', { id: 'x', methodPath: ['ask'], args: ['?'] }),
  'a call of what is not there': message('CALL', { id: 'x', methodPath: ['constructor'], args: [] }),
  'a callback': message('CALL', { id: 'x', methodPath: ['@oriel', 'invoke'], args: [1, []] }),
  'a pull at a stream that is not there': message('CALL', {
    id: 'x',
    methodPath: ['@oriel', 'pull'],
    args: [1, 256],
  }),
};

for (const [kind, said] of Object.entries(kinds)) {
  test(`${kind}: far too many close the peer, and the first that is too many is told once`, async (t) => {
    const { host, errors, hear } = await tapped(t);
    stopClock(t);
    for (let i = 0; i <= far && host.state.get().status === 'ready'; i++) hear(said);
    assert.deepEqual([host.state.get().status, host.state.get().reason], ['closed', 'flood']);
    assert.equal(errors.filter((code) => code === 'limit').length, 1);
  });

  test(`${kind}: those in a batch count one by one`, async (t) => {
    const { host, hear } = await tapped(t);
    stopClock(t);
    hear(message('BATCH', { items: Array.from({ length: far + 1 }, () => said) }));
    assert.equal(host.state.get().reason, 'flood');
  });
}

test('answers and the pulls of a stream that is open count for nothing', async (t) => {
  const { host, errors } = await tapped(t);
  async function* numbers() {
    for (let i = 1; i <= 100_000; i++) yield i;
  }
  assert.equal(await host.remote.sum(numbers()), 5_000_050_000);
  for (let i = 0; i < 2 * far; i++) await host.remote.add({ a: i, b: 1 });
  assert.deepEqual([host.state.get().status, errors], ['ready', []]);
});
