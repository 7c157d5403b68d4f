import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { connect } from '../../dist/bridge/index.js';
import { port } from '../../dist/channels/port.js';
import { channelSuite } from '../contracts/channel.js';
import { suite } from '../contracts/suite.contract.js';
import { startGuest } from '../contracts/suite.guest.js';
import { rejection, until } from '../support/wait.js';

const nodeTest = (title: string, run: () => Promise<void>) => void test(title, { timeout: 20_000 }, run);

channelSuite({
  test: nodeTest,
  name: 'port',
  transfers: true,
  async open(limits) {
    const { port1, port2 } = new MessageChannel();
    const guest = startGuest(port(port2), limits);
    return { channel: port(port1), close: () => guest.close() };
  },
});

channelSuite({
  test: nodeTest,
  name: 'port of a thread',
  transfers: true,
  async open(limits) {
    const { thread, channel } = start(limits);
    return { channel, close: async () => void (await thread.terminate()) };
  },
});

/** The far end in a thread of its own. */
function start(limits?: object) {
  const { port1, port2 } = new MessageChannel();
  const thread = new Worker(new URL('../contracts/suite.thread.js', import.meta.url), {
    workerData: { port: port2, limits },
    transferList: [port2 as never],
  });
  return { thread, channel: port(port1) };
}

test('a thread that ends closes the peer', { timeout: 20_000 }, async () => {
  const { thread, channel } = start();
  const host = connect({ channel, contract: suite, side: 'host', onError: () => {} });
  await host.ready;
  const call = rejection(host.remote.never());
  await thread.terminate();
  assert.equal((await call).code, 'closed');
  assert.deepEqual([host.state.get().status, host.state.get().reason], ['closed', 'remote']);
});

test('one end that closes closes the other', { timeout: 20_000 }, async () => {
  const { port1, port2 } = new MessageChannel();
  const guest = startGuest(port(port2));
  const host = connect({ channel: port(port1), contract: suite, side: 'host' });
  await host.ready;
  host.close();
  await until(() => guest.state.get().status === 'closed');
  assert.equal(guest.state.get().reason, 'remote');
});
