// How a gateway delivers to sinks: again, in order, within bounds, and what becomes of what can't be delivered.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { contract, event, type } from '../../dist/contract/index.js';
import { type DeadLetter, type Gateway, gateway } from '../../dist/gateway/index.js';
import type { Log } from '../../dist/log/index.js';
import { memory } from '../../dist/log/memory.js';
import { sqlite } from '../../dist/log/sqlite.js';
import { type Delivery, type Sink, Undeliverable } from '../../dist/sinks/sink.js';
import { webhook } from '../../dist/sources/webhook.js';
import type { WebhookStyle } from '../../dist/webhooks/index.js';
import { post, served } from '../support/hooks.js';
import { rejection, until } from '../support/wait.js';

const shop = contract({
  name: 'test.shop',
  version: '1.0.0',
  guest: { paid: event(type<unknown>(), { retain: 'log' }) },
});

const folder = mkdtempSync(join(tmpdir(), 'oriel-sinks-'));
const open: Gateway[] = [];
after(async () => {
  await Promise.all(open.map((each) => each.close()));
  rmSync(folder, { recursive: true, force: true });
});

interface Kept {
  readonly running: Gateway;
  readonly errors: unknown[];
  /** Emits, with the id as payload too. */
  say(id: string, subject?: string): Promise<unknown>;
}

async function started(sinks: Sink | Sink[], log: Log = memory(), sources = {}): Promise<Kept> {
  const errors: unknown[] = [];
  const running = gateway({
    contract: shop,
    sinks: { paid: sinks },
    sources,
    log,
    auth: false,
    onError: (error) => void errors.push(error),
  });
  open.push(running);
  await running.ready;
  return {
    running,
    errors,
    say: (id, subject) =>
      running.emit('test.shop/paid', id, { id, ...(subject !== undefined && { subject }) }),
  };
}

/** A sink, and what it was given. */
function sinkOf(
  deliver: (event: Delivery, signal: AbortSignal) => unknown = () => {},
  more: Partial<Sink> = {},
) {
  const all: { readonly id: string; readonly attempt: number; readonly at: number }[] = [];
  const sink: Sink = {
    name: 'test',
    retry: { first: 20, longest: 40 },
    ...more,
    async deliver(event, signal) {
      all.push({ id: event.id, attempt: event.attempt, at: performance.now() });
      await deliver(event, signal);
    },
  };
  return { sink, all, ids: () => all.map(({ id }) => id) };
}

const fail = (): never => {
  throw new Error('no');
};
async function lettersOf({ running }: Kept): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for await (const letter of running.deadLetters('test.shop/paid')) letters.push(letter);
  return letters;
}

test('one that fails is tried again, and holds up no other', async () => {
  const { sink, all, ids } = sinkOf(({ id, attempt }) => id === 'a' && attempt < 4 && fail());
  const { say } = await started(sink);
  for (const id of ['a', 'b', 'c']) await say(id);
  await until(() => all.length === 6);
  assert.deepEqual(
    all.filter(({ id }) => id === 'a').map(({ attempt }) => attempt),
    [1, 2, 3, 4],
  );
  assert.ok(ids().indexOf('c') < ids().lastIndexOf('a'));
});

test('after a restart only what was open is tried, from where it was', async () => {
  const file = join(folder, 'restart.sqlite');
  let works = false;
  const { sink, all } = sinkOf(({ id }) => !works && id.startsWith('bad') && fail(), {
    retry: { first: 300, longest: 300, attempts: 100 },
  });
  const first = await started(sink, sqlite(file));
  for (const id of ['bad1', 'good1', 'bad2', 'good2']) await first.say(id);
  await until(() => all.filter(({ attempt }) => attempt === 2).length === 2);
  await first.running.close();
  works = true;
  const before = all.length;
  const second = await started(sink, sqlite(file));
  await second.say('good3');
  await until(() => all.length >= before + 3);
  await second.running.close();
  const after = all.slice(before).map(({ id, attempt }) => [id, attempt]);
  assert.deepEqual(after.sort(), [
    ['bad1', 3],
    ['bad2', 3],
    ['good3', 1],
  ]);
});

test('in the order of a subject, a later one waits for an earlier one that fails, and other subjects do not', async () => {
  const file = join(folder, 'order.sqlite');
  let works = false;
  const { sink, all, ids } = sinkOf(({ subject }) => !works && subject === 'A' && fail(), {
    order: 'subject',
  });
  const first = await started(sink, sqlite(file));
  for (const [id, subject] of [
    ['a1', 'A'],
    ['b1', 'B'],
    ['a2', 'A'],
    ['b2', 'B'],
  ] as const)
    await first.say(id, subject);
  await until(() => ids().filter((id) => id === 'a1').length >= 2 && ids().includes('b2'));
  assert.ok(!ids().includes('a2'));
  assert.ok(ids().indexOf('b1') < ids().indexOf('b2'));
  await first.running.close();
  works = true;
  const before = all.length;
  const second = await started(sink, sqlite(file));
  await until(() => all.length >= before + 2);
  assert.deepEqual(ids().slice(before), ['a1', 'a2']);
  await second.running.close();
});

test('in the order of all, each waits for the one before it', async () => {
  const { sink, ids } = sinkOf(({ id, attempt }) => id === 'a' && attempt < 3 && fail(), { order: 'all' });
  const { say } = await started(sink);
  for (const id of ['a', 'b', 'c']) await say(id);
  await until(() => ids().includes('c'));
  assert.deepEqual(ids(), ['a', 'a', 'a', 'b', 'c']);
});

test('a receiver that asks for a pause gets it, whatever else there is to deliver', async () => {
  const { sink, all } = sinkOf(
    ({ attempt }) => {
      if (all.length === 1 && attempt === 1) throw Object.assign(new Error('busy'), { retryAfter: 400 });
    },
    { concurrency: 1 },
  );
  const { say } = await started(sink);
  await say('a');
  await until(() => all.length === 1);
  for (const id of ['b', 'c']) await say(id);
  await until(() => all.length === 4);
  const [first, second] = all.map(({ at }) => at) as [number, number];
  assert.ok(second - first >= 395, `${second - first} ms`);
});

test('no more are delivered at once than the sink says', async () => {
  let [running, peak] = [0, 0];
  const waiting: (() => void)[] = [];
  const { sink, all } = sinkOf(
    async () => {
      peak = Math.max(peak, ++running);
      await new Promise<void>((resolve) => waiting.push(resolve));
      running--;
    },
    { concurrency: 3 },
  );
  const log = memory();
  const { say } = await started(sink, log);
  for (let i = 0; i < 50; i++) await say(`e${i}`);
  await until(() => waiting.length === 3);
  while (all.length < 50) {
    for (const go of waiting.splice(0)) go();
    await until(() => waiting.length);
  }
  for (const go of waiting.splice(0)) go();
  assert.equal(peak, 3);
});

test('a sink that forgets its signal loses its turn, and not for ever', async () => {
  const { sink, ids } = sinkOf(
    ({ id, attempt }) => (id === 'a' && attempt === 1 ? new Promise(() => {}) : undefined),
    {
      concurrency: 1,
      timeout: 100,
    },
  );
  const kept = await started(sink);
  for (const id of ['a', 'b']) await kept.say(id);
  await until(() => ids().length === 3);
  assert.deepEqual(ids().sort(), ['a', 'a', 'b']);
});

test('what can’t be delivered is dead at once, or after its attempts, and can be listed, sent again and discarded', async () => {
  let works = false;
  const got: Delivery[] = [];
  const { sink, all } = sinkOf(
    (delivery) => {
      if (works) return got.push(delivery);
      if (delivery.id === 'never') throw new Undeliverable('gone for good');
      if (delivery.id !== 'fine') fail();
    },
    { retry: { first: 5, longest: 5, attempts: 3 } },
  );
  const file = join(folder, 'dead.sqlite');
  const first = await started(sink, sqlite(file));
  for (const id of ['never', 'often', 'fine', 'lost']) await first.say(id, `of ${id}`);
  await until(async () => (await lettersOf(first)).length === 3);
  await first.running.close();

  // Another process may see to them.
  const second = await started(sink, sqlite(file));
  const letters = await lettersOf(second);
  const { event: id, reason, attempts, sink: name, subject, payload } = letters[0] as DeadLetter;
  assert.deepEqual([id, attempts, name, subject, payload], ['never', 1, 'test', 'of never', 'never']);
  assert.match(reason, /gone for good/);
  const often = letters.find((letter) => letter.event === 'often') as DeadLetter;
  assert.equal(often.attempts, 3);
  assert.equal(all.filter((each) => each.id === 'often').length, 3);

  assert.match((await rejection(often.replay())).message, /^no$/);
  assert.equal((await lettersOf(second)).length, 3);
  works = true;
  await often.replay();
  await letters.find((letter) => letter.event === 'lost')?.discard();
  assert.deepEqual(
    got.map(({ id, attempt, subject, payload }) => [id, attempt, subject, payload]),
    [['often', 4, 'of often', 'often']],
  );
  assert.deepEqual(
    (await lettersOf(second)).map((letter) => letter.event),
    ['never'],
  );
  await second.running.close();
});

test('what a source could not read is read again once it can be, and kept once', async () => {
  const plain: WebhookStyle = { verify: ({ headers }) => ({ id: headers.get('x-id') ?? '' }) };
  let works = false;
  const source = webhook({
    path: '/hooks/shop',
    style: plain,
    map: (message) => (works ? message.json() : fail()),
  });
  const { sink, all } = sinkOf();
  const kept = await started(sink, memory(), { paid: source });
  const server = await served({ name: 'test', fetch: (request) => kept.running.fetch(request) }, {} as never);
  const reply = await post(server.port, '/hooks/shop', [['x-id', 'w1']], '{"n":1}');
  assert.equal(reply.status, 202);
  const [letter] = (await lettersOf(kept)) as [DeadLetter];
  assert.deepEqual(
    [letter.event, letter.sink, Buffer.from(letter.raw?.body ?? '').toString()],
    [undefined, undefined, '{"n":1}'],
  );
  assert.match(letter.reason, /no/);
  assert.match((await rejection(letter.replay())).message, /no/);
  works = true;
  await letter.replay();
  await until(() => all.length);
  assert.deepEqual(
    all.map(({ id }) => id),
    ['w1'],
  );
  assert.deepEqual(await lettersOf(kept), []);
  server.close();
});

test('an event that the log lets go of before it is delivered is told of, and the sink goes on', async () => {
  const log = memory({ retention: { count: 2 } });
  const { sink, ids } = sinkOf(({ id, attempt }) => id === 'a' && attempt < 100 && fail(), {
    retry: { first: 150, longest: 150 },
  });
  const kept = await started(sink, log);
  await kept.say('a');
  await until(() => ids().includes('a'));
  for (const id of ['b', 'c', 'd']) {
    await kept.say(id);
    await until(() => ids().includes(id));
  }
  await until(() => kept.errors.length);
  assert.match(String(kept.errors[0]), /test lost an event/);
  await kept.say('e');
  await until(() => ids().includes('e'));
});

test('a log that fails stops nothing for good', async () => {
  const log = memory();
  let away = 0;
  const failing: Log = {
    name: log.name,
    durable: log.durable,
    notes: log.notes,
    passing: log.passing.bind(log),
    append: log.append.bind(log),
    read: log.read.bind(log),
    head: log.head.bind(log),
    close: log.close.bind(log),
    follow: (...args) => {
      if (away++ < 1) throw new Error('The log is away.');
      return log.follow(...args);
    },
  };
  const { sink, all } = sinkOf();
  const kept = await started(sink, failing);
  await kept.say('a');
  await until(() => all.length, { timeout: 15_000 });
  assert.match(String(kept.errors[0]), /away/);
});
