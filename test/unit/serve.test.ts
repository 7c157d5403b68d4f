import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Channel, client, type Listener, type Peer, serve } from '../../dist/bridge/index.js';
import { memory } from '../../dist/channels/memory.js';
import { port } from '../../dist/channels/port.js';
import { contract, method, stream, type } from '../../dist/contract/index.js';
import { rejection, until } from '../support/wait.js';

const desk = contract({
  name: 'test.desk',
  version: '1.0.0',
  guest: {
    add: method({ input: type<{ a: number; b: number }>(), output: type<number>() }),
    never: method(),
    rows: stream({ input: type<number>(), output: type<number>() }),
    number: method({ output: type<number>() }),
  },
});
const implement = {
  add: ({ a, b }: { a: number; b: number }) => a + b,
  never: () => new Promise<void>(() => {}),
  rows: function* (count: number) {
    for (let i = 0; i < count; i++) yield i;
  },
  number: () => 1,
};

/** Brings each client that `connect` makes, on a port of its own. */
function listener(): Listener & { connect(): Channel } {
  let take: ((client: Channel) => void) | undefined;
  return {
    listen(accept, signal) {
      take = accept;
      signal.addEventListener('abort', () => {
        take = undefined;
      });
    },
    connect() {
      const { port1, port2 } = new MessageChannel();
      take?.(port(port2));
      return port(port1);
    },
  };
}

test('any number of clients are served, and Node sees no leak in it', async () => {
  const warnings: Error[] = [];
  const warned = (warning: Error) => warnings.push(warning);
  process.on('warning', warned);
  const at = listener();
  const service = serve(desk, implement, at);
  const clients = Array.from({ length: 20 }, () => client(desk, at.connect()));
  assert.deepEqual(
    await Promise.all(clients.map((one) => one.number())),
    clients.map(() => 1),
  );
  const call = rejection((clients[0] as (typeof clients)[0]).never());
  service.close();
  assert.equal((await call).code, 'closed');
  await until(() => service.clients.size === 0);
  process.off('warning', warned);
  assert.deepEqual(warnings, []);
});

test('a client calls and reads what is served', async () => {
  const channels = memory();
  const service = serve(desk, implement, channels.guest);
  const remote = client(desk, channels.host);
  await remote.ready;
  assert.equal(await remote.add({ a: 1, b: 2 }), 3);
  const rows: number[] = [];
  for await (const row of remote.rows(3)) rows.push(row);
  assert.deepEqual(rows, [0, 1, 2]);
  assert.deepEqual(Object.keys(remote).sort(), ['add', 'close', 'never', 'number', 'ready', 'rows']);
  assert.ok(Object.isFrozen(remote) && Object.getPrototypeOf(remote) === null);
  const call = rejection(remote.never());
  remote.close();
  assert.equal((await call).code, 'closed');
  await until(() => service.clients.size === 0);
  service.close();
});

test('each client of a service has a peer and an implementation of its own', async () => {
  const at = listener();
  let made = 0;
  const seen: Peer<typeof desk, 'guest'>[] = [];
  const service = serve(
    desk,
    (peer) => {
      const own = ++made;
      seen.push(peer);
      return { ...implement, number: () => own };
    },
    at,
  );
  const [one, two] = [client(desk, at.connect()), client(desk, at.connect())];
  assert.deepEqual(await Promise.all([one.number(), two.number()]), [1, 2]);
  assert.deepEqual(await Promise.all([one.number(), two.number()]), [1, 2]);
  assert.deepEqual([...service.clients], seen);
  one.close();
  await until(() => service.clients.size === 1);
  assert.equal(await two.number(), 2);
  service.close();
  await until(async () => (await rejection(two.number())).code === 'closed');
  assert.equal(service.clients.size, 0);
});

test('a signal ends a service, and one that has ended already begins none', async () => {
  const stop = new AbortController();
  const at = listener();
  const service = serve(desk, implement, at, { signal: stop.signal });
  const one = client(desk, at.connect());
  await one.ready;
  const call = rejection(one.never());
  stop.abort();
  assert.equal((await call).code, 'closed');
  assert.equal(service.clients.size, 0);
  const none = serve(desk, implement, memory().guest, { signal: stop.signal });
  assert.equal(none.clients.size, 0);
});

test('members of the contract win over the client’s own', async () => {
  const shop = contract({
    name: 'test.shop',
    version: '1.0.0',
    guest: { close: method({ input: type<string>(), output: type<string>() }) },
  });
  const channels = memory();
  const service = serve(shop, { close: (at) => `closed at ${at}` }, channels.guest);
  const remote = client(shop, channels.host);
  assert.equal(await remote.close('eight'), 'closed at eight');
  service.close();
});
