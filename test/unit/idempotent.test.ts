import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type Channel, connect, control, type Listener, serve, transfer } from '../../dist/bridge/index.js';
import { Results } from '../../dist/bridge/results.js';
import { port } from '../../dist/channels/port.js';
import { contract, method, type } from '../../dist/contract/index.js';
import { rejection, until } from '../support/wait.js';
import { rewired } from '../support/wires.js';

const till = contract({
  name: 'test.till',
  version: '1.0.0',
  guest: {
    pay: method({ input: type<unknown>(), output: type<unknown>(), idempotent: true }),
    charge: method({ input: type<unknown>(), output: type<unknown>() }),
  },
});

/** A service that can be reached again and again, and whose answers can be dropped. */
function tillWith(answer: (input: unknown, run: number, key: string | undefined) => unknown) {
  let take: ((client: Channel) => void) | undefined;
  let dropping = false;
  const at: Listener = {
    listen: (accept) => {
      take = accept;
    },
  };
  let runs = 0;
  const pay = (input: unknown, { key }: { key: string | undefined }) => answer(input, ++runs, key);
  const service = serve(till, { pay, charge: pay }, at, { onError: () => {} });
  const reached = port(() => {
    const { port1, port2 } = new MessageChannel();
    take?.(
      rewired(port(port2), (wire) => ({
        post: (message, moved) => {
          if (!(dropping && message.type === 'REPLY')) wire.post(message, moved);
        },
      })),
    );
    return port1;
  });
  const host = connect({ channel: reached, contract: till, side: 'host', onError: () => {} });
  ends.push(() => {
    host.close();
    service.close();
  });
  return {
    host,
    runs: () => runs,
    drop(yes: boolean) {
      dropping = yes;
    },
    lose: () => control(host).reopen('transport'),
  };
}

const ends: (() => void)[] = [];
after(() => {
  for (const end of ends) end();
});

test('an answer that was lost is given again, and nothing runs twice', async () => {
  const it = tillWith((input, run) => ({ input, run }));
  await it.host.ready;
  it.drop(true);
  const call = it.host.remote.pay('rent');
  await until(() => it.runs() === 1);
  it.drop(false);
  it.lose();
  assert.deepEqual(await call, { input: 'rent', run: 1 });
  assert.equal(it.runs(), 1);
  assert.equal(it.host.state.get().epoch, 2);
});

test('one that is not marked is never made again', async () => {
  const it = tillWith((_, run) => run);
  await it.host.ready;
  it.drop(true);
  const call = rejection(it.host.remote.charge('rent'));
  await until(() => it.runs() === 1);
  it.lose();
  const { code, outcome } = await call;
  assert.deepEqual([code, outcome, it.runs()], ['lost', 'unknown', 1]);
});

test('it is made again as often as its caller says, and as it was', async () => {
  const keys = new Set<string | undefined>();
  const it = tillWith((input, _, key) => {
    keys.add(key);
    return input;
  });
  await it.host.ready;
  assert.equal((await rejectedAfterLosing(it, 1, { retries: 0 })).code, 'lost');
  assert.equal((await rejectedAfterLosing(it, 3, { retries: 2 })).code, 'lost');
  assert.equal(keys.size, 2);
  const input = { items: [1] };
  it.drop(true);
  const runs = it.runs();
  const call = it.host.remote.pay(input);
  await until(() => it.runs() > runs);
  input.items.push(2);
  it.drop(false);
  it.lose();
  assert.deepEqual(await call, { items: [1] });
});

/** What a call rejects with whose connection is lost so often. */
async function rejectedAfterLosing(
  it: ReturnType<typeof tillWith>,
  times: number,
  options: { retries: number },
) {
  it.drop(true);
  const call = rejection(it.host.remote.pay('x', options));
  for (let i = 0; i < times; i++) {
    const { epoch } = it.host.state.get();
    await until(() => control(it.host).counts.calls === 1 && it.host.state.get().status === 'ready');
    it.lose();
    await until(() => it.host.state.get().epoch > epoch);
  }
  it.drop(false);
  return call;
}

test('what can be sent once is not sent again', async () => {
  const it = tillWith(() => new Promise(() => {}));
  await it.host.ready;
  const bytes = new Uint8Array(8);
  const moved = rejection(it.host.remote.pay({ bytes }, { transfer: [bytes.buffer] }));
  const streamed = rejection(
    it.host.remote.pay({
      rows: (async function* () {
        yield 1;
      })(),
    }),
  );
  await until(() => it.runs() === 2);
  it.lose();
  assert.deepEqual([(await moved).code, (await streamed).code], ['lost', 'lost']);
});

test('its timeout holds for all of its attempts', async () => {
  const it = tillWith(() => new Promise(() => {}));
  await it.host.ready;
  const start = performance.now();
  const call = rejection(it.host.remote.pay('x', { timeout: 300 }));
  await until(() => it.runs() === 1);
  it.lose();
  assert.equal((await call).code, 'timeout');
  const took = performance.now() - start;
  assert.ok(took > 250 && took < 2000, `${took} ms`);
});

test('a run that failed is made again by the same key, and a result that would move is kept', async () => {
  const it = tillWith((_, run) => {
    if (run === 1) throw new Error('no network');
    const bytes = new Uint8Array([run]);
    return transfer(bytes, [bytes.buffer]);
  });
  const key = 'k';
  assert.equal((await rejection(it.host.remote.pay('x', { key }))).message, 'no network');
  for (let i = 0; i < 3; i++) assert.deepEqual(await it.host.remote.pay('x', { key }), new Uint8Array([2]));
  assert.equal(it.runs(), 2);
  // No key that is longer is kept.
  const long = 'k'.repeat(257);
  await it.host.remote.pay('x', { key: long });
  await it.host.remote.pay('x', { key: long });
  assert.equal(it.runs(), 4);
});

test('results are kept for a thousand calls', async () => {
  const results = new Results();
  let runs = 0;
  const run = () => ++runs;
  for (let i = 0; i < 1500; i++) await results.once(String(i), run);
  assert.equal(await results.once('1499', run), 1500);
  assert.equal(await results.once('600', run), 601);
  assert.equal(await results.once('0', run), 1501);
});

test('a contract says whether with true or false', () => {
  const made = (idempotent: unknown) =>
    contract({ name: 'a.b', version: '1.0.0', guest: { pay: { kind: 'method', idempotent } as never } });
  assert.ok(made(true).guest);
  assert.throws(() => made('yes'), {
    code: 'bad-contract',
    message: /"guest.pay.idempotent" must be true or false/,
  });
});
