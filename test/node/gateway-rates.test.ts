// How often clients may connect, speak and send, each held to its own share.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { connect } from '../../dist/bridge/index.js';
import { sse } from '../../dist/channels/sse.js';
import { websocket } from '../../dist/channels/websocket.js';
import { forwardedFor, placeOf } from '../../dist/gateway/address.js';
import { listen } from '../../dist/gateway/node.js';
import type { Source } from '../../dist/sources/source.js';
import { type Started, shop, started } from '../support/gateway.js';
import { rejection, until } from '../support/wait.js';

/** A source that answers whoever asks. */
function taking() {
  const bodies: string[] = [];
  const source: Source = {
    name: 'hook',
    path: '/hooks/bank',
    async fetch(request) {
      bodies.push(await request.text());
      return new Response(null, { status: 204 });
    },
  };
  return { bodies, source };
}

/** Connects, and says how it ended: by a status, or by a close. `open` where it did not end. */
async function socketAt({ url }: { readonly url: string }): Promise<string> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`);
  socket.on('error', () => {});
  const refused = once(socket, 'unexpected-response').then(([, { statusCode }]) => `status ${statusCode}`);
  const closed = once(socket, 'close').then(([code, reason]) => `${code} ${reason}`);
  const welcome = once(socket, 'message').then(() => 'open');
  return Promise.race([refused, closed, welcome]);
}

test('an address that connects too often hears when to come back, and in a flood no more than no', async () => {
  const its = await started({ limits: { connects: 1, connectsBurst: 2 } });
  assert.deepEqual([await socketAt(its), await socketAt(its)], ['open', 'open']);
  assert.equal(await socketAt(its), '1013 retry-after: 2');
  const ends = new Set<string>();
  for (let i = 0; i < 12; i++) ends.add(await socketAt(its));
  assert.ok(ends.has('status 429'), String([...ends]));
  // Whoever is in stays in, and calls.
  assert.equal((await its.post('/acme.shop/price', { sku: 'abc' })).status, 200);
  await its.close();
});

test('a client that was sent away comes back by itself, and is let in', { timeout: 30_000 }, async () => {
  const its = await started({ limits: { connects: 0.5, connectsBurst: 1 } });
  assert.equal(await socketAt(its), 'open');
  const channel = websocket(`${its.url.replace('http', 'ws')}/ws`, {
    open: (address) => new WebSocket(address),
    retry: { first: 50, longest: 100 },
  });
  const peer = connect({ channel, contract: shop, side: 'host', onError: () => {} });
  assert.equal(await peer.remote.price({ sku: 'abc' }), 3);
  peer.close();
  await its.close();
});

test('a socket that says too much is closed with when to come back, and others go on', async () => {
  const its = await started({ limits: { messages: 1, messagesBurst: 50 } });
  const other = connect({
    channel: sse(`${its.url}/sse`),
    contract: shop,
    side: 'host',
    onError: () => {},
  });
  await other.ready;
  const socket = new WebSocket(`${its.url.replace('http', 'ws')}/ws`);
  await once(socket, 'open');
  const closed = once(socket, 'close');
  for (let i = 0; i < 60; i++) socket.send('{}');
  const [code, reason] = await closed;
  assert.deepEqual([code, String(reason)], [1013, 'retry-after: 2']);
  assert.equal(await other.remote.price({ sku: 'ab' }), 2);
  other.close();
  await its.close();
});

const streamOf = async (response: Response) => {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const { session } = JSON.parse(
    new TextDecoder()
      .decode((await reader.read()).value)
      .split('\n')[0]
      ?.slice(6) ?? '',
  );
  return { session: session as string, close: () => reader.cancel() };
};

const say = ({ url }: Started, session: string) =>
  fetch(`${url}/sse`, {
    method: 'POST',
    body: '',
    headers: { 'oriel-session': session, 'content-type': 'application/x-ndjson' },
  });

test('streams of a channel are opened, and posted to, no more often than that; a page can read so', async () => {
  const origin = 'https://crm.example';
  const its = await started({
    cors: [origin],
    limits: { connects: 1, connectsBurst: 2, messages: 1, messagesBurst: 3 },
  });
  const open = () => fetch(`${its.url}/sse`, { headers: { origin } });
  const streams = [await streamOf(await open()), await streamOf(await open())] as const;
  const third = await open();
  assert.deepEqual(
    [third.status, third.headers.get('retry-after'), third.headers.get('access-control-allow-origin')],
    [429, '1', origin],
  );
  assert.match(third.headers.get('access-control-expose-headers') ?? '', /retry-after/);
  const statuses: number[] = [];
  for (let i = 0; i < 4; i++)
    statuses.push(
      (
        await fetch(`${its.url}/sse`, {
          method: 'POST',
          body: '',
          headers: {
            origin,
            'oriel-session': streams[0].session,
            'content-type': 'application/x-ndjson',
          },
        })
      ).status,
    );
  assert.deepEqual(statuses, [204, 204, 204, 429]);
  // Names that nobody gave are counted as clients that connect.
  assert.equal((await say(its, 'nobody')).status, 429);
  for (const { close } of streams) await close();
  await its.close();
});

test('an address that floods a source is refused before anything is read, and another is not', async () => {
  const { bodies, source } = taking();
  const its = await started({ sources: { paid: source }, limits: { hooks: 0.25, hooksBurst: 3 } });
  const listening = await listen(its.gateway, { port: 0, proxies: 1 });
  const send = (from: string) =>
    fetch(`${listening.url}/hooks/bank`, {
      method: 'POST',
      body: from,
      headers: { 'x-forwarded-for': `6.6.6.6, ${from}` },
    });
  const statuses: unknown[] = [];
  for (let i = 0; i < 5; i++) {
    const { status, headers } = await send('203.0.113.7');
    statuses.push([status, headers.get('retry-after')]);
  }
  assert.deepEqual(statuses, [
    [204, null],
    [204, null],
    [204, null],
    [429, '4'],
    [429, '4'],
  ]);
  assert.equal((await send('203.0.113.8')).status, 204);
  assert.equal(bodies.length, 4);
  await listening.close();
});

test('calls and events over a channel count like any other, and the connection stays', async () => {
  const its = await started({ limits: { rate: 1, burst: 3 } });
  const peer = connect({
    channel: sse(`${its.url}/sse`),
    contract: shop,
    side: 'host',
    onError: () => {},
  });
  for (const sku of ['a', 'b']) assert.equal(await peer.remote.price({ sku }), 1);
  const items: number[] = [];
  for await (const item of peer.remote.count(2)) items.push(item);
  assert.deepEqual(items, [1, 2]);
  assert.equal((await rejection(peer.remote.price({ sku: 'c' }))).code, 'limit');
  for (let i = 0; i < 5; i++) peer.emit('seen', { page: '/' });
  await until(() => its.errors.length);
  assert.equal(peer.state.get().status, 'ready');
  // Told of once, however often it happens.
  await until(async () => (await peer.remote.price({ sku: 'abc' }).catch(() => 0)) === 3);
  assert.equal(its.errors.length, 1);
  peer.close();
  await its.close();
});

test('as it is, a thousand pages behind one address come back at once, and a provider sends what it held back', {
  timeout: 60_000,
}, async () => {
  const { source } = taking();
  const { gateway, close } = await started({ sources: { paid: source } });
  const info = { address: '203.0.113.7' };
  const ask = (path: string, init?: RequestInit) =>
    gateway.fetch(new Request(`http://gateway${path}`, init), info);
  const all = async (count: number, one: () => Promise<Response>) => {
    const statuses = new Map<number, number>();
    for (const { status, body } of await Promise.all(Array.from({ length: count }, one))) {
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      await body?.cancel();
    }
    return Object.fromEntries(statuses);
  };
  for (let i = 0; i < 1000; i++) assert.equal(gateway.connecting(info), 'pass');
  assert.deepEqual(await all(1000, () => ask('/sse')), { 200: 1000 });
  const stale = { method: 'POST', body: '', headers: { 'oriel-session': 'before' } };
  assert.deepEqual(await all(1000, () => ask('/sse', stale)), { 410: 1000 });
  // One caller has so many streams of events, whoever asks: what is counted here is how often.
  const follow = await all(1000, () => ask('/acme.shop/events?topic=paid'));
  assert.equal((follow[200] ?? 0) + (follow[429] ?? 0), 1000);
  assert.deepEqual(await all(3000, () => ask('/hooks/bank', { method: 'POST', body: '{}' })), { 204: 3000 });
  await close();
});

test('who asks is told from proxies as far as they are trusted, and by the network of an IPv6', () => {
  const told: [header: string | undefined, proxies: number, address: string][] = [
    ['1.1.1.1', 0, '10.0.0.1'],
    ['1.1.1.1', 1, '1.1.1.1'],
    ['9.9.9.9, 1.1.1.1', 1, '1.1.1.1'],
    ['9.9.9.9, 1.1.1.1,2.2.2.2', 2, '1.1.1.1'],
    ['1.1.1.1', 2, '10.0.0.1'],
    ['1.1.1.1:5000', 1, '1.1.1.1'],
    ['[2001:db8::1]:443', 1, '2001:db8::1'],
    ['2001:db8::1', 1, '2001:db8::1'],
    ['unknown', 1, '10.0.0.1'],
    ['', 1, '10.0.0.1'],
    [undefined, 1, '10.0.0.1'],
  ];
  for (const [header, proxies, address] of told)
    assert.equal(forwardedFor(header, '10.0.0.1', proxies), address, `${header} ${proxies}`);
  const places: [address: string | undefined, place: string][] = [
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:db8::5', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    [undefined, ''],
  ];
  for (const [address, place] of places) assert.equal(placeOf(address), place, address);
});
