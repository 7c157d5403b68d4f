// Sources and sinks: what comes in, what goes out, and what becomes of it when the other system is away.
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Log } from '../../dist/log/log.js';
import { memory } from '../../dist/log/memory.js';
import { sqlite } from '../../dist/log/sqlite.js';
import { type Delivery, type Sink, Undeliverable } from '../../dist/sinks/sink.js';
import type { Source, SourceContext } from '../../dist/sources/source.js';
import { started } from '../support/gateway.js';
import { until } from '../support/wait.js';

const folder = mkdtempSync(join(tmpdir(), 'oriel-flow-'));
after(() => rm(folder, { recursive: true, force: true }));
let files = 0;
const file = () => join(folder, `${files++}.sqlite`);

/** A sink that notes what it is given, and may fail. */
function noting(its: Partial<Sink> = {}, fail: (delivery: Delivery) => void = () => {}) {
  const seen: Delivery[] = [];
  const sink: Sink = {
    name: 'notes',
    retry: { first: 5, longest: 20, attempts: 4 },
    ...its,
    async deliver(delivery) {
      fail(delivery);
      seen.push(delivery);
    },
  };
  return { sink, seen, ids: () => seen.map(({ id }) => id) };
}

/** What stands among the dead letters. */
async function dead(log: Log): Promise<{ id: string; reason?: unknown; data?: unknown; sink?: unknown }[]> {
  const page = await log.read('@dead/acme.shop/paid', 'earliest');
  return page.answer === 'reset' ? [] : page.events.map(({ event }) => event);
}

const pay = (its: Awaited<ReturnType<typeof started>>, id: string, amount = 1, subject = 'all') =>
  its.gateway.emit('acme.shop/paid', { amount }, { id, subject });

test('a source that takes requests keeps its events before it answers', async () => {
  const contexts: SourceContext[] = [];
  const bank: Source = {
    name: 'bank',
    path: '/hooks/bank',
    async fetch(request, context) {
      contexts.push(context);
      const body = new Uint8Array(await request.arrayBuffer());
      const { id, amount } = JSON.parse(new TextDecoder().decode(body));
      const settled = await context.emit({
        id,
        payload: { amount },
        raw: { headers: [['x-signature', 'secret']], body },
      });
      return Response.json(settled);
    },
  };
  const log = memory();
  const { sink, seen } = noting();
  const its = await started({ log, sources: { paid: bank }, sinks: { paid: sink } });
  const send = async (body: unknown) => (await its.post('/hooks/bank', body)).json();
  const [first, second, third] = [
    await send({ id: 'a', amount: 1 }),
    await send({ id: 'a', amount: 1 }),
    await send({ id: 'b', amount: 'much' }),
  ];
  assert.deepEqual([first.outcome, second.outcome, third.outcome], ['kept', 'duplicate', 'dead']);
  assert.equal(first.cursor, second.cursor);
  assert.match(third.reason, /paid\.amount/);
  const [letter] = await dead(log);
  assert.deepEqual([letter?.id, letter?.data], ['b', { amount: 'much' }]);
  assert.match(String(letter?.reason), /paid\.amount/);
  assert.deepEqual([contexts[0]?.contract, contexts[0]?.event], ['acme.shop', 'paid']);
  // A sink gets the same bytes; a page sees neither them nor their headers.
  await until(() => seen.length);
  assert.equal(new TextDecoder().decode(seen[0]?.raw?.body), '{"id":"a","amount":1}');
  assert.deepEqual(seen[0]?.raw?.headers, [['x-signature', 'secret']]);
  const page = await (await fetch(`${its.url}/acme.shop/events?topic=paid&after=earliest`)).body
    ?.getReader()
    .read();
  assert.doesNotMatch(new TextDecoder().decode(page?.value), /rawbody|secret/);
  // Others than POST, and more than may be, are refused before the source sees them.
  assert.equal((await fetch(`${its.url}/hooks/bank`)).status, 405);
  assert.equal((await its.post('/hooks/bank', 'x'.repeat(2 ** 21))).status, 413);
  await its.close();
});

test('a log that can not keep an event is an answer that makes the sender come back', async () => {
  const log = memory();
  const broken: Log = {
    ...bound(log),
    append: () => Promise.reject(Object.assign(new Error('disk is full'))),
  };
  const bank: Source = {
    name: 'bank',
    path: '/hooks/bank',
    fetch: async (_, context) => Response.json(await context.emit({ id: 'a', payload: { amount: 1 } })),
  };
  const its = await started({ log: broken, sources: { paid: bank } });
  assert.equal((await its.post('/hooks/bank', {})).status, 500);
  assert.equal(its.errors.length, 1);
  await its.close();
});

test('a source that runs is run again when it fails, and ends with the gateway', async () => {
  let [runs, ended] = [0, false];
  const queue: Source = {
    name: 'queue',
    async run({ signal, emit }) {
      if (++runs === 1) throw new Error('the queue is away');
      await emit({ id: 'q', payload: { amount: 2 } });
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      ended = true;
    },
  };
  const { sink, ids } = noting();
  const its = await started({ sources: { paid: queue }, sinks: { paid: sink } });
  await until(() => ids().length);
  assert.match(String(its.errors[0]), /the queue is away/);
  await its.close();
  assert.equal(ended, true);
});

test('what fails is delivered again, and what can not be delivered is put aside with its reason', async () => {
  const log = memory();
  const { sink, seen } = noting({}, ({ id, attempt }) => {
    if (id === 'later' && attempt < 3) throw new Error('busy');
    if (id === 'never') throw new Error('always busy');
    if (id === 'gone') throw new Undeliverable('410');
  });
  const its = await started({ log, sinks: { paid: sink } });
  for (const id of ['later', 'never', 'gone', 'now']) await pay(its, id);
  await until(async () => (await dead(log)).length === 2 && seen.length === 2);
  assert.deepEqual(seen.map(({ id, attempt }) => [id, attempt]).sort(), [
    ['later', 3],
    ['now', 1],
  ]);
  const letters = (await dead(log)).map(({ id, reason, sink: by }) => [id, reason, by]).sort();
  assert.deepEqual(letters, [
    ['gone notes', 'notes: 410', 'notes'],
    ['never notes', 'notes: always busy', 'notes'],
  ]);
  const metrics = await (await fetch(`${its.url}/metrics`)).text();
  assert.match(metrics, /oriel_deliveries_total\{[^}]*outcome="dead"\} 2/);
  await its.close();
});

test('events of one subject stay in order while another is tried again, where that is asked for', async () => {
  const failed = new Set<string>();
  const { sink, ids } = noting({ order: 'subject' }, ({ id }) => {
    if (id !== 'a1' || failed.size === 2) return;
    failed.add(String(failed.size));
    throw new Error('busy');
  });
  const its = await started({ sinks: { paid: sink } });
  for (const id of ['a1', 'a2', 'b1', 'a3', 'b2']) await pay(its, id, 1, id[0]);
  await until(() => ids().length === 5);
  assert.deepEqual(
    ids().filter((id) => id.startsWith('a')),
    ['a1', 'a2', 'a3'],
  );
  assert.deepEqual(
    ids().filter((id) => id.startsWith('b')),
    ['b1', 'b2'],
  );
  assert.ok(ids().indexOf('b1') < ids().indexOf('a1'));
  await its.close();
});

test('a target that is slow holds up no other, and nobody who sends', async () => {
  const never: Sink = {
    name: 'never',
    deliver: (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  };
  const { sink, ids } = noting();
  const its = await started({ sinks: { paid: [never, sink] } });
  for (let i = 0; i < 20; i++) await pay(its, String(i));
  await until(() => ids().length === 20);
  await its.close();
});

test('a sink goes on after a restart where it was, and gets again what it did not take', async () => {
  const at = file();
  const first = noting({ order: 'all' }, ({ id }) => {
    if (id === '3') throw new Error('away');
  });
  const one = await started({
    log: sqlite(at),
    sinks: { paid: { ...first.sink, retry: { first: 60_000 } } },
  });
  for (const id of ['1', '2', '3', '4']) await pay(one, id);
  await until(() => first.seen.length === 2);
  await one.close();
  const second = noting();
  const two = await started({ log: sqlite(at), sinks: { paid: second.sink } });
  await until(() => second.seen.length === 2);
  assert.deepEqual(second.ids().sort(), ['3', '4']);
  await two.close();
});

test('of two gateways on one log one delivers, and the other takes over', { timeout: 60_000 }, async () => {
  const at = file();
  const [first, second] = [noting(), noting()];
  const one = await started({ log: sqlite(at), sinks: { paid: first.sink } });
  await pay(one, '0');
  await until(() => first.seen.length === 1);
  const two = await started({ log: sqlite(at), sinks: { paid: second.sink } });
  for (let i = 1; i <= 10; i++) await pay(i % 2 ? one : two, String(i));
  await until(() => first.seen.length === 11);
  assert.equal(second.seen.length, 0);
  await one.close();
  await pay(two, 'after');
  await until(() => second.seen.length, { timeout: 20_000 });
  assert.deepEqual(second.ids(), ['after']);
  await two.close();
});

/** The methods of a log, which are its class's. */
function bound(log: Log): Log {
  return {
    name: log.name,
    durable: log.durable,
    notes: log.notes,
    passing: log.passing.bind(log),
    append: (...its) => log.append(...its),
    read: (...its) => log.read(...its),
    follow: (...its) => log.follow(...its),
    head: (...its) => log.head(...its),
    close: () => log.close(),
  };
}
