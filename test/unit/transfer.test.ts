// What is moved goes itself: a view goes with its buffer, and no copy of it crosses beside it.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { connect, transfer } from '../../dist/bridge/index.js';
import { memory } from '../../dist/channels/memory.js';
import { contract, method, stream, type } from '../../dist/contract/index.js';
import { rejection } from '../support/wait.js';
import { rewired } from '../support/wires.js';

const store = contract({
  name: 'test.transfer',
  version: '1.0.0',
  guest: {
    put: method({ input: type<Uint8Array>(), output: type<number>() }),
    get: method({ output: type<Uint8Array>() }),
    chunks: stream({ input: type<number>(), output: type<Uint8Array>() }),
  },
});

const views = (count: number, bytes = 64) => Array.from({ length: count }, () => new Uint8Array(bytes));

/** Messages that moved something: what was listed, and the views that the message showed of it. */
function moving(t: TestContext, bytes = 64) {
  const seen: { listed: number; shown: number }[] = [];
  const { host: at, guest: from } = memory();
  const watch = (channel: typeof at) =>
    rewired(channel, (wire) => ({
      post(message, moved) {
        if (moved?.length) {
          const buffers = new Set<unknown>(moved);
          const shown = JSON.stringify(message, (_, value) =>
            ArrayBuffer.isView(value) ? (buffers.has(value.buffer) ? 'shown' : 'copied') : value,
          );
          assert.ok(!shown.includes('copied'), shown);
          seen.push({ listed: moved.length, shown: shown.split('"shown"').length - 1 });
        }
        wire.post(message, moved);
      },
    }));
  connect({
    channel: watch(from),
    contract: store,
    side: 'guest',
    implement: {
      put: (view) => view.byteLength,
      get() {
        const view = new Uint8Array(bytes);
        return transfer(view, [view.buffer]);
      },
      *chunks(count) {
        for (const view of views(count, bytes)) yield transfer(view, [view.buffer]);
      },
    },
  });
  const host = connect({ channel: watch(at), contract: store, side: 'host' });
  t.after(() => host.close());
  return { seen, host, remote: host.remote };
}

test('an input, a result and an item of a few bytes are moved, and not copied on the way', async (t) => {
  const { seen, remote } = moving(t);
  const [view] = views(1);
  assert.ok(view);
  assert.equal(await remote.put(view, { transfer: [view.buffer] }), 64);
  assert.equal(view.byteLength, 0, 'the sender has it no more');
  assert.equal((await remote.get()).byteLength, 64);
  let items = 0;
  for await (const chunk of remote.chunks(3)) items += chunk.byteLength;
  assert.equal(items, 3 * 64);
  assert.deepEqual(
    seen.map(({ listed, shown }) => listed - shown),
    seen.map(() => 0),
  );
  assert.equal(
    seen.reduce((sum, { shown }) => sum + shown, 0),
    5,
  );
});

test('a stream of large chunks goes in messages of a few', async (t) => {
  const { seen, remote } = moving(t, 65_536);
  let items = 0;
  for await (const _ of remote.chunks(20)) items++;
  assert.equal(items, 20);
  assert.ok(seen.length >= 10, `${seen.length} messages`);
});

test('what is moved counts towards the bytes of a message', async (t) => {
  const { host, remote } = moving(t);
  await host.ready;
  const [large] = views(1, 17 * 2 ** 20);
  assert.ok(large);
  const error = await rejection(remote.put(large, { transfer: [large.buffer] }));
  assert.equal(error.code, 'limit');
  assert.equal(large.byteLength, 17 * 2 ** 20, 'and stays here');
});
