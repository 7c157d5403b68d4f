// A stream that is quiet, and one whose other end is gone: the first lasts, and no wait for the second does.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { connect, control } from '../../dist/bridge/index.js';
import { memory } from '../../dist/channels/memory.js';
import { contract, method, stream, type } from '../../dist/contract/index.js';
import { faults } from '../../dist/testing/index.js';
import { pair } from '../support/pair.js';
import { rejection, until } from '../support/wait.js';

const desk = contract({
  name: 'test.quiet',
  version: '1.0.0',
  guest: {
    news: stream({ output: type<string>() }),
    read: method({ input: type<AsyncIterable<string>>(), output: type<string[]>() }),
    ping: method(),
  },
});

const callTimeout = 500;

function connected(t: TestContext, { host: at, guest: from } = memory()) {
  let give: (text: string | undefined) => void = () => {};
  let finished = 0;
  async function* news() {
    try {
      for (;;) {
        const text = await new Promise<string | undefined>((resolve) => {
          give = resolve;
        });
        if (text === undefined) return;
        yield text;
      }
    } finally {
      finished++;
    }
  }
  const guest = connect({
    channel: from,
    contract: desk,
    side: 'guest',
    callTimeout,
    implement: {
      news,
      read: async (texts) => {
        const all: string[] = [];
        for await (const text of texts) all.push(text);
        return all;
      },
      ping: () => {},
    },
  });
  const host = connect({ channel: at, contract: desk, side: 'host', callTimeout });
  t.after(() => {
    host.close();
    guest.close();
  });
  const counts = (peer: object) => Object.values(control(peer).counts);
  return {
    host,
    guest,
    news,
    give: (text?: string) => give(text),
    finished: () => finished,
    idle: () => until(() => [host, guest].every((peer) => counts(peer).every((count) => count === 0))),
  };
}

/** Answers without an item and without an end. */
const signsOfLife = (log: ReturnType<typeof pair>['log']) =>
  log.filter(({ value }) => {
    const { items, done } = Object(value) as { items?: unknown[]; done?: boolean };
    return items?.length === 0 && !done;
  }).length;

test('a stream that has nothing to give for longer than a call may take stays open', async (t) => {
  const channels = pair();
  const { host, give, finished, idle } = connected(t, channels);
  const reader = host.remote.news()[Symbol.asyncIterator]();
  const first = reader.next();
  await until(() => signsOfLife(channels.log) >= 5, { timeout: 10_000 });
  give('at last');
  assert.deepEqual(await first, { done: false, value: 'at last' });
  const last = reader.next();
  await until(() => signsOfLife(channels.log) >= 8, { timeout: 10_000 });
  give();
  assert.deepEqual(await last, { done: true, value: undefined });
  assert.equal(finished(), 1);
  await idle();
});

test('a quiet stream in an input stays open too', async (t) => {
  const channels = pair();
  const { host, news, give } = connected(t, channels);
  const call = host.remote.read(news(), { timeout: 60_000 });
  await until(() => signsOfLife(channels.log) >= 5, { timeout: 10_000 });
  give('one');
  await new Promise(setImmediate);
  give();
  assert.deepEqual(await call, ['one']);
});

for (const lane of ['out', 'in'] as const)
  test(`a stream whose ${lane === 'out' ? 'pull' : 'answer'} is lost ends in time, at both ends`, async (t) => {
    const ends = memory();
    const channel = faults(ends.host);
    const { host, give, finished, idle } = connected(t, { ...ends, host: channel });
    const reader = host.remote.news()[Symbol.asyncIterator]();
    const first = reader.next();
    await until(() => control(host).counts.calls === 2); // it has begun, and pulls
    give('one');
    assert.equal((await first).value, 'one');
    // Two are always under way.
    channel[lane].drop(2);
    give('two');
    const rest = async () => {
      while (!(await reader.next()).done);
    };
    assert.equal((await rejection(rest())).code, 'timeout');
    assert.deepEqual(await reader.next(), { done: true, value: undefined });
    give('three');
    await until(() => finished() === 1);
    await idle();
    await host.remote.ping();
  });

test('a stream of its own patience rejects by that', async (t) => {
  const ends = memory();
  const channel = faults(ends.host);
  const { host } = connected(t, { ...ends, host: channel });
  const reader = host.remote.news(undefined, { timeout: 1500 })[Symbol.asyncIterator]();
  const first = rejection(reader.next());
  await until(() => control(host).counts.calls === 2);
  channel.disconnect();
  assert.match((await first).message, /1500 ms/);
});

test('a reader that leaves a producer which waits for something keeps nothing open', async (t) => {
  const { host, idle } = connected(t);
  const reader = host.remote.news(undefined, { timeout: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
  void reader.next();
  await until(() => control(host).counts.calls === 2);
  await reader.return?.();
  await idle();
});
