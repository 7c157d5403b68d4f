// Functions that cross in great numbers, and those that nobody releases.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Callback } from '../../dist/bridge/callbacks.js';
import { connect, control } from '../../dist/bridge/index.js';
import { memory } from '../../dist/channels/memory.js';
import { port } from '../../dist/channels/port.js';
import { contract, method, type } from '../../dist/contract/index.js';
import { suite } from '../contracts/suite.contract.js';
import { startGuest } from '../contracts/suite.guest.js';
import { rejection, until } from '../support/wait.js';

// What is collected, and when, is the engine's; so it is told to.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const many = 10_000;
type Fn = () => unknown;
const desk = contract({
  name: 'test.callbacks',
  version: '1.0.0',
  guest: {
    echo: method({ input: type<unknown[]>(), output: type<unknown[]>() }),
    distinct: method({ input: type<Fn[]>(), output: type<number>() }),
    call: method({ input: type<Fn[]>(), output: type<unknown[]>() }),
    keep: method({ input: type<Fn[]>() }),
    kept: method({ output: type<number>() }),
    lend: method({ input: type<number>(), output: type<Fn[]>() }),
  },
});

function connected() {
  const { host: at, guest: from } = memory();
  const limits = { calls: 2 * many, rate: 1_000_000, burst: 1_000_000 };
  let kept: Fn[] = [];
  const guest = connect({
    channel: from,
    contract: desk,
    side: 'guest',
    limits,
    implement: {
      echo: (values) => values,
      distinct: (fns) => new Set(fns).size,
      call: (fns: Fn[]) => Promise.all(fns.map((fn) => fn())),
      keep: (fns: Fn[]) => {
        kept = fns;
        for (const fn of fns) (fn as unknown as Callback).retain();
      },
      kept: () => {
        for (const fn of kept.splice(0)) (fn as unknown as Callback).release();
        return kept.length;
      },
      lend: (count) => Array.from({ length: count }, (_, i) => () => i),
    },
  });
  const host = connect({ channel: at, contract: desk, side: 'host', limits });
  const counts = () => [host, guest].map((peer) => control(peer).counts);
  const empty = () =>
    until(() => counts().every((of) => Object.values(of).every((count) => count === 0)), { timeout: 10_000 });
  const close = () => {
    host.close();
    guest.close();
  };
  return { host, guest, counts, empty, close };
}

const functions = (count: number) => Array.from({ length: count }, (_, i) => () => i);

test('ten thousand functions in one input are each itself, there and back, and leave nothing', async () => {
  const { host, empty, close } = connected();
  const fns = functions(many);
  const back = await host.remote.echo([...fns, ...fns]);
  assert.equal(back.length, 2 * many);
  assert.ok(
    back.every((fn, i) => fn === fns[i % many]),
    'each came home as itself',
  );
  assert.equal(await host.remote.distinct([...fns, ...fns]), many);
  await empty();
  close();
});

test('ten thousand calls at once, each with a function of its own, run each once and leave nothing', async () => {
  const { host, counts, empty, close } = connected();
  await host.ready;
  const runs = new Uint8Array(many);
  const calls = Array.from({ length: many }, (_, i) => {
    const fn = () => {
      runs[i] = (runs[i] ?? 0) + 1;
      return i;
    };
    return host.remote.call([fn]);
  });
  assert.equal(counts()[0]?.lent, many);
  const answers = await Promise.all(calls);
  assert.ok(
    answers.every(([answer], i) => answer === i),
    'each answer is its own',
  );
  assert.ok(
    runs.every((times) => times === 1),
    'each ran once',
  );
  await empty();
  close();
});

test('ten thousand retained functions are held until they are released, and no more than the limit', async () => {
  const { host, counts, empty, close } = connected();
  const fns = functions(many);
  await host.remote.keep(fns);
  assert.deepEqual(
    counts().map(({ lent, held }) => [lent, held]),
    [
      [many, 0],
      [0, many],
    ],
  );
  assert.equal((await rejection(host.remote.echo([() => 'one too many']))).code, 'limit');
  await host.remote.kept();
  await empty();
  assert.deepEqual(await host.remote.call([() => 'room again']), ['room again']);
  await empty();
  close();
});

test('ten thousand functions of a result are released one by one, and then reject', async () => {
  const { host, counts, empty, close } = connected();
  const fns = (await host.remote.lend(many)) as (() => Promise<number>)[];
  assert.equal(await fns[many - 1]?.(), many - 1);
  assert.equal(counts()[1]?.lent, many);
  for (const fn of fns) (fn as unknown as Callback).release();
  await empty();
  assert.equal((await rejection((fns[0] as () => Promise<number>)())).code, 'released');
  close();
});

test('functions that nobody released are given back once they are collected, and those in use are not', async () => {
  const { host, counts, close } = connected();
  const used = await lent(host.remote.lend(1));
  // In a frame of its own, so that nothing here still points at what it got.
  await (async () => void (await host.remote.lend(100)))();
  assert.equal(counts()[1]?.lent, 101);
  await until(
    () => {
      collect();
      return counts()[1]?.lent === 1 && counts()[0]?.held === 1;
    },
    { timeout: 10_000 },
  );
  assert.equal(await used(), 0);
  assert.equal(host.state.get().status, 'ready');
  close();
});

test('a function in the props is the same one for the guest as long as the host sets the same', async (t) => {
  const { host: channel, guest: far } = memory();
  const first = () => 1;
  const host = connect({ channel, contract: suite, side: 'host', props: { count: 1, onPick: first } });
  const guest = startGuest(far);
  t.after(() => [host.close(), guest.close()]);
  const set = async (props: { count: number; onPick: () => number }) => {
    host.setProps(props);
    await host.remote.add({ a: 1, b: 1 });
    return guest.props.get();
  };
  await Promise.all([host.ready, guest.ready]);
  const before = guest.props.get();
  const same = await set({ count: 2, onPick: first });
  assert.equal(same?.count, 2);
  assert.equal(same?.onPick, before?.onPick);
  const other = await set({ count: 2, onPick: () => 2 });
  assert.notEqual(other?.onPick, before?.onPick);
  assert.equal(await other?.onPick?.(''), 2);
  assert.equal(control(host).counts.lent, 1);
});

test('a connection whose peer and remote nobody keeps goes on', async () => {
  const { port1, port2 } = new MessageChannel();
  const asking = contract({
    name: 'test.asking',
    version: '1.0.0',
    host: { ask: method({ output: type<number>() }) },
  });
  const begin = async () => {
    const { remote, ready } = connect({
      channel: port(port1),
      contract: asking,
      side: 'host',
      implement: { ask: () => 7 },
    });
    await ready;
    return new WeakRef(remote);
  };
  const guest = connect({ channel: port(port2), contract: asking, side: 'guest' });
  const remote = await begin();
  for (let i = 0; i < 3; i++) {
    await new Promise((go) => setTimeout(go));
    collect();
    assert.equal(await guest.remote.ask(), 7);
  }
  assert.equal(remote.deref(), undefined);
  assert.deepEqual([guest.state.get().status, guest.state.get().epoch], ['ready', 1]);
  guest.close();
});

async function lent(fns: Promise<Fn[]>): Promise<() => Promise<unknown>> {
  return (await fns)[0] as () => Promise<unknown>;
}
