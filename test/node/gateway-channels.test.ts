// The gateway behind the kit's own channels: the same contract, the same lines, over WebSockets and server-sent events.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { getRequestListener } from '@hono/node-server';
import { SignJWT } from 'jose';
import { WebSocket } from 'ws';
import { type Channel, connect } from '../../dist/bridge/index.js';
import { sse } from '../../dist/channels/sse.js';
import { websocket } from '../../dist/channels/websocket.js';
import { contract, method, type } from '../../dist/contract/index.js';
import { type Grant, gateway } from '../../dist/gateway/index.js';
import { listen } from '../../dist/gateway/node.js';
import { sqlite } from '../../dist/log/sqlite.js';
import { freePort } from '../support/free-port.js';
import { type Started, shop, started } from '../support/gateway.js';
import { rejection, until } from '../support/wait.js';

const folder = mkdtempSync(join(tmpdir(), 'oriel-channels-'));
after(() => rm(folder, { recursive: true, force: true }));

const secret = 'a secret of more than thirty-two bytes';
const auth = { key: secret, algorithms: ['HS256'], audience: 'shop' };
const retry = { first: 50, longest: 100 };

const tokenOf = (sub: string, oriel: readonly Grant[] = [{ contract: '*' }], expires = 60) =>
  new SignJWT({ oriel })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(sub)
    .setAudience('shop')
    .setExpirationTime(Math.floor(Date.now() / 1000) + expires)
    .sign(new TextEncoder().encode(secret));

const seats = contract({
  name: 'acme.seats',
  version: '1.0.0',
  guest: { take: method({ output: type<number>(), idempotent: true }) },
});

type Token = () => Promise<string>;
const channels: Record<string, (url: string, token?: Token) => Channel> = {
  websocket: (url, token) =>
    websocket(`${url.replace('http', 'ws')}/ws`, {
      open: (address) => new WebSocket(address),
      retry,
      ...(token && { token }),
    }),
  sse: (url, token) => sse(`${url}/sse`, { retry, ...(token && { token }) }),
};

for (const [name, channel] of Object.entries(channels)) {
  const open = (url: string, token?: Token) =>
    connect({ channel: channel(url, token), contract: shop, side: 'host', onError: () => {} });

  test(`${name}: calls, streams and events of a gateway`, async () => {
    const its = await started();
    const peer = open(its.url);
    assert.equal(await peer.remote.price({ sku: 'abc' }), 3);
    const items: number[] = [];
    for await (const item of peer.remote.count(3)) items.push(item);
    assert.deepEqual(items, [1, 2, 3]);
    // What JSON lacks arrives as it was.
    assert.deepEqual(await peer.remote.odd('map'), new Map([['a', 1]]));
    const heard: unknown[] = [];
    peer.on('paid', (payload) => heard.push(payload));
    peer.on('hint', (payload) => heard.push(payload));
    await its.gateway.emit('acme.shop/paid', { amount: 5 });
    await until(() => heard.length === 1);
    await its.gateway.emit('acme.shop/hint', 'look');
    await until(() => heard.length === 2);
    assert.deepEqual(heard, [{ amount: 5 }, 'look']);
    peer.close();
    await its.close();
  });

  test(`${name}: what is wrong is told as the kit's errors`, async () => {
    const its = await started();
    const peer = open(its.url);
    const input = await rejection(peer.remote.price({ sku: 3 as never }));
    assert.deepEqual([input.code, input.member, input.path], ['invalid', 'price', ['sku']]);
    const output = await rejection(peer.remote.price({ sku: 'wrong' }));
    assert.deepEqual([output.code, output.member], ['invalid', 'price']);
    const thrown = await rejection(peer.remote.odd('throw'));
    assert.deepEqual([thrown.code, thrown.message, thrown.data], ['gone', 'no such thing', { sku: 1 }]);
    const stop = new AbortController();
    const waiting = rejection(peer.remote.wait(undefined, { signal: stop.signal }));
    await until(async () =>
      (await (await fetch(`${its.url}/metrics`)).text()).includes('oriel_calls_open 1'),
    );
    stop.abort(new Error('enough'));
    assert.equal((await waiting).message, 'enough');
    await until(async () =>
      (await (await fetch(`${its.url}/metrics`)).text()).includes('oriel_calls_open 0'),
    );
    peer.close();
    await its.close();
  });

  test(`${name}: an event of a page is kept like any other`, async () => {
    const its = await started({ auth });
    const peer = open(its.url, () => tokenOf('mary'));
    await peer.ready;
    peer.emit('seen', { page: '/a' });
    const metric = 'oriel_events_total{contract="acme.shop",event="seen",outcome="kept"} 1';
    await until(async () => (await (await fetch(`${its.url}/metrics`)).text()).includes(metric));
    peer.close();
    await its.close();
  });

  test(`${name}: a token says who calls, and what for`, async () => {
    const its = await started({ auth });
    const none = open(its.url);
    assert.equal((await rejection(none.ready)).code, 'unauthorized');
    none.close();
    const peer = open(its.url, () =>
      tokenOf('mary', [{ contract: 'acme.shop', members: ['who', 'paid'], subjects: ['mary'] }]),
    );
    assert.deepEqual(await peer.remote.who(), {
      subject: 'mary',
      name: 'acme.shop',
      member: 'who',
      key: undefined,
    });
    assert.equal((await rejection(peer.remote.price({ sku: 'a' }))).code, 'unauthorized');
    const heard: unknown[] = [];
    peer.on('paid', (payload) => heard.push(payload));
    peer.on('shipped', (payload) => heard.push(payload));
    await its.gateway.emit('acme.shop/shipped', 'A1', { subject: 'mary' });
    await its.gateway.emit('acme.shop/paid', { amount: 1 }, { subject: 'john' });
    await its.gateway.emit('acme.shop/paid', { amount: 2 }, { subject: 'mary' });
    await until(() => heard.length);
    assert.deepEqual(heard, [{ amount: 2 }]);
    peer.close();
    await its.close();
  });

  test(`${name}: the key of one client names nothing of another, though no token says who they are`, async () => {
    let given = 0;
    const made = gateway({ contract: seats, services: { take: () => ++given }, auth });
    const its = await listen(made, { port: 0 });
    after(() => its.close({ deadline: 0 }));
    const nameless = (seat: number) => async () =>
      new SignJWT({ oriel: [{ contract: '*' }], seat })
        .setProtectedHeader({ alg: 'HS256' })
        .setAudience('shop')
        .setExpirationTime('1h')
        .sign(new TextEncoder().encode(secret));
    const peers = [1, 2].map((seat) =>
      connect({
        channel: channel(its.url, nameless(seat)),
        contract: seats,
        side: 'host',
        onError: () => {},
      }),
    );
    const answers: number[] = [];
    for (const peer of peers) answers.push(await peer.remote.take(undefined, { key: 'k' }));
    assert.deepEqual(answers, [1, 2]);
    for (const peer of peers) peer.close();
    await its.close();
  });

  test(`${name}: where no token is asked for, one client does not use up the calls of all`, async () => {
    const its = await started({ limits: { calls: 1 } });
    const [one, two] = [open(its.url), open(its.url)];
    const stop = new AbortController();
    const hanging = rejection(one.remote.wait(undefined, { signal: stop.signal }));
    await until(async () =>
      (await (await fetch(`${its.url}/metrics`)).text()).includes('oriel_calls_open 1'),
    );
    assert.equal(await two.remote.price({ sku: 'abc' }), 3);
    assert.equal((await rejection(one.remote.price({ sku: 'abc' }))).code, 'limit');
    stop.abort();
    await hanging;
    one.close();
    two.close();
    await its.close();
  });

  test(`${name}: a gateway that ends answers what it was asked, and its clients find the next one`, async () => {
    const first = await started();
    const peer = open(first.url);
    await peer.ready;
    let finish: (() => void) | undefined;
    const buying = new Promise<void>((resolve) => {
      finish = resolve;
    });
    await first.close();
    await until(() => peer.state.get().status !== 'ready');
    const slow = await started(
      {
        services: {
          price: ({ sku }) => sku.length,
          buy: () => buying.then(() => 7),
          odd: () => 0,
          wait: () => '',
          who: () => 0,
          count: () => [],
        },
      },
      Number(new URL(first.url).port),
    );
    const call = peer.remote.buy({ sku: 'a' });
    await until(async () =>
      (await (await fetch(`${slow.url}/metrics`)).text()).includes('oriel_calls_open 1'),
    );
    const closing = slow.close();
    finish?.();
    assert.equal(await call, 7);
    await closing;
    await until(() => peer.state.get().status !== 'ready');
    const next = await started({}, Number(new URL(first.url).port));
    assert.equal(await peer.remote.price({ sku: 'abcd' }), 4);
    peer.close();
    await next.close();
  });
}

test('what is posted to another process reaches the one that has the stream', async () => {
  const file = join(folder, 'log.sqlite');
  const ports = [await freePort(), await freePort()] as const;
  const [one, two] = (await Promise.all(
    ports.map((port) => started({ auth, log: sqlite(file), self: `http://127.0.0.1:${port}` }, port)),
  )) as [Started, Started];
  const posts: number[] = [];
  // Streams are opened at one, and what is posted comes to the other, as behind a balancer.
  const balancer = createServer(
    getRequestListener(({ method, headers, body, url, signal }) => {
      const to = method === 'POST' ? two : one;
      if (method === 'POST') posts.push(posts.length);
      const target = new URL(new URL(url).pathname, to.url);
      return fetch(target, { method, headers, signal, ...(body && { body, duplex: 'half' }) } as RequestInit);
    }),
  );
  balancer.listen(0, '127.0.0.1');
  await once(balancer, 'listening');
  const url = `http://127.0.0.1:${(balancer.address() as AddressInfo).port}`;
  const peer = connect({
    channel: sse(`${url}/sse`, { retry, token: () => tokenOf('mary') }),
    contract: shop,
    side: 'host',
    onError: () => {},
  });
  assert.equal(await peer.remote.price({ sku: 'abc' }), 3);
  assert.equal(((await peer.remote.who()) as { subject: string }).subject, 'mary');
  assert.ok(posts.length);
  const answered = async (its: Started) =>
    /oriel_calls_total\{[^}]*member="price"[^}]*\} (\d+)/.exec(
      await (await fetch(`${its.url}/metrics`)).text(),
    )?.[1];
  assert.deepEqual([await answered(one), await answered(two)], ['1', undefined]);
  // A stream that nobody has is told so, by a process that is there and one that is not.
  const gone = await fetch(`${two.url}/sse`, {
    method: 'POST',
    body: '',
    headers: {
      authorization: `Bearer ${await tokenOf('mary')}`,
      'oriel-session': 'abc.def',
      'content-type': 'application/x-ndjson',
    },
  });
  assert.equal(gone.status, 410);
  await one.close();
  await until(() => peer.state.get().status !== 'ready');
  peer.close();
  await two.close();
  balancer.closeAllConnections();
  balancer.close();
});

test('another path than that of WebSockets is refused, and another origin too', async () => {
  const its = await started({ cors: ['https://crm.example'] });
  const opened = (path: string, origin: string) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(`${its.url.replace('http', 'ws')}${path}`, { origin });
      socket.on('unexpected-response', (_, { statusCode }) => resolve(String(statusCode)));
      socket.on('message', () => {
        resolve('open');
        socket.terminate();
      });
      socket.on('close', (code) => resolve(String(code)));
      socket.on('error', () => {});
    });
  assert.equal(await opened('/other', 'https://crm.example'), '404');
  assert.equal(await opened('/ws', 'https://other.example'), '1008');
  assert.equal(await opened('/ws', 'https://crm.example'), 'open');
  await its.close();
});

test('who knows the name of a stream does not speak on it, with a token of another or a bad one', async () => {
  const its = await started({ auth });
  const mine = await tokenOf('mary');
  let session = '';
  const channel = sse(`${its.url}/sse`, {
    retry,
    token: () => mine,
    fetch: (url, init) => {
      session = new Headers(init.headers).get('oriel-session') ?? session;
      return fetch(url, init);
    },
  });
  const peer = connect({ channel, contract: shop, side: 'host', onError: () => {} });
  const subject = async () => ((await peer.remote.who()) as { subject: string }).subject;
  assert.equal(await subject(), 'mary');
  const { epoch } = peer.state.get();
  const say = async (bearer: string) =>
    (
      await fetch(`${its.url}/sse`, {
        method: 'POST',
        body: '',
        headers: {
          authorization: `Bearer ${bearer}`,
          'oriel-session': session,
          'content-type': 'application/x-ndjson',
        },
      })
    ).status;
  assert.deepEqual([await say(await tokenOf('eve')), await say('a.b.c')], [410, 401]);
  assert.deepEqual([await subject(), peer.state.get().epoch], ['mary', epoch]);
  // Another of her own is taken.
  assert.equal(await say(await tokenOf('mary', [{ contract: 'acme.shop' }], 120)), 204);
  assert.equal(await subject(), 'mary');
  peer.close();
  await its.close();
});

test('who has no token makes a gateway read nothing for another, and hands on no more than a post may have', async () => {
  const file = join(folder, 'relay.sqlite');
  const ports = [await freePort(), await freePort()] as const;
  const [one, two] = (await Promise.all(
    ports.map((port) =>
      started(
        { auth, log: sqlite(file), self: `http://127.0.0.1:${port}`, limits: { message: 100_000 } },
        port,
      ),
    ),
  )) as [Started, Started];
  const token = await tokenOf('mary');
  const stop = new AbortController();
  const stream = await fetch(`${one.url}/sse`, {
    headers: { authorization: `Bearer ${token}` },
    signal: stop.signal,
  });
  const { value } = await (stream.body as ReadableStream<Uint8Array>).getReader().read();
  const { session } = JSON.parse(new TextDecoder().decode(value).split('\n')[0]?.slice(6) ?? '');
  /** Posts a body that has no end, and says how much of it was taken before there was an answer. */
  const endless = (bearer?: string) =>
    new Promise<{ status: number; sent: number }>((resolve, reject) => {
      let sent = 0;
      const posting = request(`${two.url}/sse`, {
        method: 'POST',
        headers: {
          'oriel-session': session,
          'content-type': 'application/x-ndjson',
          ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
        },
      });
      const block = `${'1'.repeat(999)}\n`;
      const more = () => {
        while (!posting.destroyed && posting.write(block)) sent += block.length;
      };
      posting.on('drain', more);
      posting.on('response', ({ statusCode = 0 }) => {
        posting.destroy();
        resolve({ status: statusCode, sent });
      });
      posting.on('error', (error: NodeJS.ErrnoException) => error.code !== 'ECONNRESET' && reject(error));
      more();
    });
  const nobody = await endless();
  assert.equal(nobody.status, 401);
  assert.equal((await endless('a.b.c')).status, 401);
  assert.equal((await endless(token)).status, 413);
  // The stream is still there for its own client.
  const own = await fetch(`${two.url}/sse`, {
    method: 'POST',
    body: '',
    headers: {
      authorization: `Bearer ${token}`,
      'oriel-session': session,
      'content-type': 'application/x-ndjson',
    },
  });
  assert.equal(own.status, 204);
  stop.abort();
  await one.close();
  await two.close();
});
