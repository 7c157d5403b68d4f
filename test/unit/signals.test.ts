// A signal that lives for as long as its page or process keeps nothing of a peer that has closed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { client, connect, serve } from '../../dist/bridge/index.js';
import { broadcast } from '../../dist/channels/broadcast.js';
import { memory } from '../../dist/channels/memory.js';
import { suite } from '../contracts/suite.contract.js';
import { startGuest } from '../contracts/suite.guest.js';
import { counted } from '../support/counted-signal.js';
import { rejection, until } from '../support/wait.js';

function started() {
  const { host: channel, guest: far } = memory();
  const guest = startGuest(far);
  const host = connect({ channel, contract: suite, side: 'host', onError: () => {} });
  return { host, guest };
}
type Host = ReturnType<typeof started>['host'];

/** What takes a signal; each listens to it once until the peer is closed, or what it began is over. */
const uses: Record<string, (host: Host, signal: AbortSignal) => unknown> = {
  'on()': (host, signal) => host.on('heard', () => {}, { signal }),
  'trace()': (host, signal) => host.trace(() => {}, { signal }),
  'a call': (host, signal) => host.remote.never(undefined, { signal }).catch(() => {}),
  'a stream': async (host, signal) => {
    for await (const _ of host.remote.slow(undefined, { signal }));
  },
  'a stream that nobody reads': (host, signal) => void host.remote.slow(undefined, { signal }),
};

for (const [name, use] of Object.entries(uses)) {
  test(`${name} is off its signal once the peer is closed, by either side`, async () => {
    for (const end of ['host', 'guest'] as const) {
      const peers = started();
      await peers.host.ready;
      const { signal, count } = counted();
      const ended = Promise.resolve(use(peers.host, signal)).catch(() => {});
      assert.ok(count() > 0);
      const closed = new Promise<void>((resolve) => {
        peers.host.state.subscribe(({ status }) => status === 'closed' && resolve());
      });
      peers[end].close();
      await closed;
      await (name === 'a stream' ? ended : undefined);
      assert.equal(count(), 0);
      peers[end === 'host' ? 'guest' : 'host'].close();
    }
  });

  test(`${name} never listens to its signal where the peer is closed already`, async () => {
    const { host, guest } = started();
    guest.close();
    host.close();
    const { signal, count } = counted();
    await Promise.resolve(use(host, signal)).catch(() => {});
    assert.equal(count(), 0);
  });
}

test('what is ended by hand is off its signal at once, and what its signal has ended stays ended', async () => {
  const { host, guest } = started();
  await host.ready;
  const { signal, count, abort } = counted();
  const heard: unknown[] = [];
  const listen = () => [
    host.on('heard', (payload) => heard.push(payload), { signal }),
    host.trace(({ type }) => type === 'event' && heard.push('traced'), { signal }),
  ];
  for (const off of listen()) off();
  assert.equal(count(), 0);
  const offs = listen();
  await host.remote.emit('one');
  abort();
  assert.equal(count(), 0);
  await host.remote.emit('two');
  for (const off of offs) off();
  assert.deepEqual(heard.sort(), ['one', 'traced']);
  host.close();
  guest.close();
});

test('a stream that nobody has read ends with its peer', async () => {
  const { host, guest } = started();
  await host.ready;
  const unread = host.remote.slow();
  host.close();
  const error = await rejection(unread[Symbol.asyncIterator]().next());
  assert.deepEqual([error.code, error.reason], ['closed', 'local']);
  guest.close();
});

test('a peer, a client and a service are off their signal once they are closed', async () => {
  const { signal, count } = counted();
  const { host: channel, guest: far } = memory();
  const service = serve(suite, {} as never, far, { signal });
  const peer = connect({ channel, contract: suite, side: 'host', signal });
  await peer.ready;
  assert.equal(count(), 2);
  peer.close();
  await until(() => service.clients.size === 0);
  assert.equal(count(), 0); // whoever served that one alone serves nobody any more

  const name = 'signals';
  const many = serve(suite, {} as never, broadcast(name), { signal });
  const one = client(suite, broadcast(name), { signal });
  await one.ready;
  one.close();
  assert.equal(count(), 1);
  many.close();
  assert.equal(count(), 0);
});
