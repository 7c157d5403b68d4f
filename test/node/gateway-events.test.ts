import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { memory } from '../../dist/log/memory.js';
import { sqlite } from '../../dist/log/sqlite.js';
import { type Frame, following, type Started, started } from '../support/gateway.js';
import { until } from '../support/wait.js';

/** Bytes that are still needed: in the heap, and outside of it. */
async function held(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc');
  // What one round finds to be of no use, the next one frees.
  for (let round = 0; round < 3; round++) {
    gc();
    await new Promise(setImmediate);
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const pay = (its: Started, amount: number, id = String(amount)) =>
  its.gateway.emit('acme.shop/paid', { amount }, { id });
const amounts = (frames: Frame[]) =>
  frames.filter(({ event }) => event === 'message').map(({ data }) => data.data.amount);

test('what was missed comes first, then `live` is said, then what comes', async () => {
  const its = await started();
  await pay(its, 1);
  await pay(its, 2);
  const reading = await following(its.url, 'topic=paid&after=earliest');
  assert.equal(reading.response.headers.get('content-type'), 'text/event-stream');
  assert.equal(reading.response.headers.get('x-accel-buffering'), 'no');
  assert.match(reading.response.headers.get('cache-control') ?? '', /no-transform/);
  const first = await reading.upTo('live');
  assert.deepEqual(amounts(first), [1, 2]);
  const { specversion, id, source, type } = (first[0] as Frame).data;
  assert.deepEqual([specversion, id, source, type], ['1.0', '1', '/acme.shop', 'paid']);
  await pay(its, 3);
  assert.deepEqual((await reading.next())?.data.data, { amount: 3 });
  reading.close();
  await its.close();
});

test('whoever names no place gets what comes from now on', async () => {
  const its = await started();
  await pay(its, 1);
  const reading = await following(its.url, 'topic=paid');
  assert.deepEqual(amounts(await reading.upTo('live')), []);
  await pay(its, 2);
  assert.deepEqual((await reading.next())?.data.data, { amount: 2 });
  reading.close();
  await its.close();
});

test('a client goes on after the id that it was sent last, in a header too', async () => {
  const its = await started();
  for (const amount of [1, 2, 3]) await pay(its, amount);
  const reading = await following(its.url, 'topic=paid&after=earliest');
  const second = (await reading.next(), await reading.next());
  reading.close();
  for (const [query, headers] of [
    [`topic=paid&after=${second?.id}`, {}],
    ['topic=paid&after=earliest', { 'last-event-id': second?.id ?? '' }],
  ] as const) {
    const again = await following(its.url, query, headers);
    assert.deepEqual(amounts(await again.upTo('live')), [3]);
    again.close();
  }
  await its.close();
});

test('several events share a stream, whose ids hold the place of each', async () => {
  const its = await started();
  await pay(its, 1);
  await its.gateway.emit('acme.shop/shipped', 'A1', { id: 'a' });
  const query = 'topic=paid&topic=shipped';
  const reading = await following(its.url, `${query}&after=earliest`);
  const frames: Frame[] = [];
  while (frames.filter(({ event }) => event === 'live').length < 2)
    frames.push((await reading.next()) as Frame);
  assert.deepEqual(
    frames
      .filter(({ event }) => event === 'message')
      .map(({ data }) => data.type)
      .sort(),
    ['paid', 'shipped'],
  );
  reading.close();
  await its.gateway.emit('acme.shop/shipped', 'A2', { id: 'b' });
  const again = await following(its.url, `${query}&after=${encodeURIComponent(frames.at(-1)?.id ?? '')}`);
  const next = await again.upTo('message');
  assert.equal(next.at(-1)?.data.data, 'A2');
  again.close();
  await its.close();
});

test('a place that can not be gone on from is a reset, with why, and then what comes', async () => {
  const its = await started({ log: memory({ retention: { count: 2 } }) });
  const [first] = [await pay(its, 1)];
  for (const amount of [2, 3, 4, 5]) await pay(its, amount);
  for (const [after, reason] of [
    [first?.cursor, 'trimmed'],
    ['other:3', 'epoch'],
    [`${first?.cursor?.split(':')[0]}:99`, 'ahead'],
    ['garbage', 'malformed'],
  ]) {
    const reading = await following(its.url, `topic=paid&after=${after}`);
    const frames = await reading.upTo('live');
    const [reset] = frames;
    assert.deepEqual([reset?.event, reset?.data.reason, frames.length], ['reset', reason, 2]);
    const earliest = await following(its.url, `topic=paid&after=${reset?.data.earliest}`);
    assert.deepEqual(amounts(await earliest.upTo('live')), [4, 5]);
    earliest.close();
    await pay(its, 100, `after ${reason}`);
    assert.equal((await reading.next())?.data.id, `after ${reason}`);
    reading.close();
    await its.gateway.emit('acme.shop/paid', { amount: 4 });
    await its.gateway.emit('acme.shop/paid', { amount: 5 });
  }
  await its.close();
});

test('an event that nobody keeps, or that there is none of, can not be followed', async () => {
  const its = await started();
  for (const topic of ['hint', 'seen', 'nope', '../paid', '__proto__'])
    assert.equal((await fetch(`${its.url}/acme.shop/events?topic=${topic}`)).status, 404, topic);
  await its.close();
});

test('a thousand events while fifty clients come and go: each once, in order, to each', {
  timeout: 120_000,
}, async () => {
  const its = await started({ limits: { rate: 1e6, burst: 1e6 } });
  const most = 1000;
  const clients = Array.from({ length: 50 }, async (_, n) => {
    const seen: number[] = [];
    let after = 'earliest';
    // Each leaves after another number of events, and comes back.
    for (let leaveAfter = 15 + 4 * n; seen.length < most; leaveAfter += 40) {
      const reading = await following(its.url, `topic=paid&after=${after}`);
      for (let i = 0; i < leaveAfter && seen.length < most; i++) {
        const frame = await reading.next();
        if (!frame) break;
        assert.notEqual(frame.event, 'reset');
        after = frame.id;
        if (frame.event === 'message') seen.push(frame.data.data.amount);
      }
      reading.close();
    }
    return seen;
  });
  for (let amount = 0; amount < most; amount += 50)
    await Promise.all(Array.from({ length: 50 }, (_, i) => pay(its, amount + i)));
  const expected = Array.from({ length: most }, (_, i) => i);
  for (const seen of await Promise.all(clients)) assert.deepEqual(seen, expected);
  await its.close({ deadline: 0 });
});

test('a client that stops reading is ended at its queue, costs no more, and may resume', {
  timeout: 60_000,
}, async () => {
  // On disk, so that what is kept is no memory.
  const folder = mkdtempSync(join(tmpdir(), 'oriel-events-'));
  after(() => rm(folder, { recursive: true, force: true }));
  const its = await started({ limits: { queue: 100_000 }, log: sqlite(join(folder, 'log.sqlite')) });
  const others = await Promise.all(Array.from({ length: 20 }, () => following(its.url, 'topic=shipped')));
  for (const other of others) await other.upTo('live');
  const big = 'x'.repeat(50_000);
  let sent = 0;
  const send = async () => {
    await its.gateway.emit('acme.shop/shipped', big, { id: String(sent) });
    for (const { next } of others) assert.equal((await next())?.data.id, String(sent));
    sent++;
  };
  // What the log and the gateway have at hand for all is there by then.
  while (sent < 150) await send();
  const stalled = connect(Number(new URL(its.url).port), '127.0.0.1');
  stalled.write('GET /acme.shop/events?topic=shipped HTTP/1.1\r\nhost: gateway\r\n\r\n');
  let text = '';
  stalled.on('data', (chunk) => {
    text += chunk;
  });
  await until(() => text.includes('event: live'));
  stalled.pause();
  const metric = async (name: RegExp) =>
    Number(name.exec(await (await fetch(`${its.url}/metrics`)).text())?.[1] ?? 0);
  const slow = () => metric(/oriel_streams_ended_total\{kind="events",why="slow"\} (\d+)/);
  const before = await held();
  // The system takes some of it before the queue does.
  while (sent < 2000 && !(sent % 10 === 0 && (await slow()))) await send();
  assert.equal(await slow(), 1);
  const grown = (await held()) - before;
  assert.ok(grown < 10 * 2 ** 20, `${grown} bytes`);
  // What it was sent ends with where it was, and there it goes on.
  stalled.resume();
  await until(() => text.includes('event: end'), { timeout: 20_000 });
  stalled.destroy();
  assert.match(text, /event: end\r?\ndata: \{"reason":"slow"/);
  const ids = [...text.matchAll(/^id: (\S+)$/gm)].map(([, id]) => id);
  const had = Number(/"id":"(\d+)"(?![\s\S]*"id":")/.exec(text)?.[1] ?? -1);
  const again = await following(its.url, `topic=shipped&after=${ids.at(-1)}`);
  assert.equal((await again.next())?.data.id, String(had + 1));
  again.close();
  for (const other of others) other.close();
  await its.close();
});

test('a gateway that closes tells each stream when to come back', async () => {
  const its = await started();
  const reading = await following(its.url, 'topic=paid');
  await reading.upTo('live');
  const closing = its.close();
  const end = await reading.next();
  assert.deepEqual([end?.event, end?.data.reason], ['end', 'shutdown']);
  assert.ok(end?.data.retry >= 1000 && end?.data.retry <= 6000);
  assert.equal(await reading.next(), undefined);
  await closing;
});

test('an idle stream says where it is, again and again', async () => {
  const its = await started({ beat: 30 });
  const reading = await following(its.url, 'topic=paid');
  const frames = [await reading.next(), await reading.next(), await reading.next()];
  assert.deepEqual(
    frames.map((frame) => frame?.event),
    ['live', 'live', 'live'],
  );
  reading.close();
  await its.close();
});

test('more streams than there may be are refused, and come back later', async () => {
  const its = await started({ limits: { streams: 1 } });
  const first = await following(its.url, 'topic=paid');
  await first.upTo('live');
  const second = await fetch(`${its.url}/acme.shop/events?topic=paid`);
  assert.deepEqual([second.status, second.headers.get('retry-after')], [503, '5']);
  first.close();
  await until(async () => {
    const third = await following(its.url, 'topic=paid');
    third.close();
    return third.response.status === 200;
  });
  await its.close();
});

test('a client that is gone without a word leaves nothing behind', async () => {
  const its = await started();
  const socket: Socket = connect(Number(new URL(its.url).port), '127.0.0.1');
  socket.write('GET /acme.shop/events?topic=paid HTTP/1.1\r\nhost: gateway\r\n\r\n');
  await once(socket, 'data');
  socket.resetAndDestroy();
  await until(async () =>
    (await (await fetch(`${its.url}/metrics`)).text()).includes('oriel_streams_open 0'),
  );
  await its.close();
});

test('a client that takes nothing any more is let go, and costs its connection no longer', async () => {
  const its = await started({ beat: 50, limits: { queue: 50_000, idleTime: 700, callTime: 500 } });
  const stalled = connect(Number(new URL(its.url).port), '127.0.0.1');
  stalled.on('error', () => {}); // it is hung up on
  stalled.write('GET /acme.shop/events?topic=shipped&after=earliest HTTP/1.1\r\nhost: gateway\r\n\r\n');
  await once(stalled, 'data');
  stalled.pause();
  const open = async () =>
    (await (await fetch(`${its.url}/metrics`)).text()).includes('oriel_streams_open 1');
  assert.equal(await open(), true);
  const big = 'x'.repeat(40_000);
  for (let i = 0; (await open()) && i < 2000; i++) await its.gateway.emit('acme.shop/shipped', big);
  assert.equal(await open(), false);
  // The fetches above keep theirs no longer either.
  const connections = () =>
    new Promise<number>((resolve) => its.server.getConnections((_, count) => resolve(count)));
  await until(async () => (await connections()) === 0, { timeout: 20_000 });
  stalled.destroy();
  await its.close();
});
