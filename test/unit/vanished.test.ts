// A client that dies without a word, and one that is only quiet.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Channel, connect, control, type Listener, serve } from '../../dist/bridge/index.js';
import { broadcast } from '../../dist/channels/broadcast.js';
import { port } from '../../dist/channels/port.js';
import { contract, method, type } from '../../dist/contract/index.js';
import { faults } from '../../dist/testing/index.js';
import { rejection, until } from '../support/wait.js';

const desk = contract({
  name: 'test.vanished',
  version: '1.0.0',
  host: { never: method() },
  guest: { add: method({ input: type<number>(), output: type<number>() }) },
});
const implement = { add: (n: number) => n + 1 };
const unresponsiveAfter = 200;
const never = () => new Promise<void>(() => {});
let names = 0;

/** A client whose channel can break, with nobody told. */
function breakable(channel: Channel) {
  const faulty = faults(channel);
  const errors: string[] = [];
  const host = connect({
    channel: faulty,
    contract: desk,
    side: 'host',
    implement: { never },
    unresponsiveAfter: Number.POSITIVE_INFINITY,
    onError: ({ code }) => errors.push(code),
  });
  return { host, die: () => faulty.disconnect(), errors };
}

const ways: Record<string, () => { at: Listener; join(): Channel }> = {
  broadcast() {
    const name = `vanished ${names++}`;
    return { at: broadcast(name), join: () => broadcast(name) };
  },
  port() {
    let accept: (client: Channel) => void = () => {};
    return {
      at: {
        listen(take) {
          accept = take;
        },
      },
      join() {
        const { port1, port2 } = new MessageChannel();
        accept(port(port2));
        return port(port1);
      },
    };
  },
};

for (const [name, open] of Object.entries(ways)) {
  test(`${name}: a service lets a client go that died without a word, and keeps the others`, async () => {
    const { at, join } = open();
    const service = serve(desk, implement, at, { unresponsiveAfter });
    const one = breakable(join());
    assert.equal(await one.host.remote.add(1), 2);
    const [client] = service.clients;
    assert.ok(client);
    const call = rejection(client.remote.never());
    const two = breakable(join());
    assert.equal(await two.host.remote.add(2), 3);
    assert.equal(service.clients.size, 2);
    one.die();
    const { code, reason } = await call;
    assert.deepEqual([code, reason], ['lost', 'transport']);
    await until(() => service.clients.size === 1);
    assert.ok(Object.values(control(client).counts).every((count) => count === 0));
    assert.equal(client.state.get().status, 'closed');
    assert.equal(await two.host.remote.add(3), 4);
    assert.equal(two.host.state.get().epoch, 1);
    for (const { host } of [one, two]) host.close();
    service.close();
  });
}

test('broadcast: a guest of one connection whose host died without a word takes the next one', async () => {
  const name = `vanished ${names++}`;
  const guest = connect({
    channel: broadcast(name),
    contract: desk,
    side: 'guest',
    implement,
    unresponsiveAfter,
    onError: () => {},
  });
  const one = breakable(broadcast(name));
  await one.host.ready;
  const call = rejection(guest.remote.never());
  one.die();
  const { code, reason } = await call;
  assert.deepEqual([code, reason], ['lost', 'transport']);
  const two = breakable(broadcast(name));
  assert.equal(await two.host.remote.add(1), 2);
  assert.deepEqual([guest.state.get().status, guest.state.get().epoch], ['ready', 2]);
  for (const { host } of [one, two]) host.close();
  guest.close();
});

test('one that is only quiet is asked, answers, and stays', async () => {
  const { port1, port2 } = new MessageChannel();
  const service = serve(desk, implement, port(port2), { unresponsiveAfter: 300 });
  const host = connect({
    channel: port(port1),
    contract: desk,
    side: 'host',
    implement: { never },
    unresponsiveAfter: Number.POSITIVE_INFINITY,
  });
  await host.ready;
  assert.equal(await host.remote.add(1), 2);
  const [client] = service.clients;
  const pongs: string[] = [];
  control(client as object).hear('pong', () => pongs.push('pong'));
  await until(() => pongs.length >= 4, { timeout: 10_000 });
  assert.deepEqual([service.clients.size, host.state.get().epoch], [1, 1]);
  host.close();
  service.close();
});
