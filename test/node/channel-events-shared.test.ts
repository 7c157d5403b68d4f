// Kept events over a channel's connection, beside calls: the same promises as over a stream of their own.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { SignJWT } from 'jose';
import { WebSocket } from 'ws';
import { type Channel, client, connect } from '../../dist/bridge/index.js';
import { keptEvents, type SubscribeOptions, subscribe } from '../../dist/channels/events.js';
import { sse } from '../../dist/channels/sse.js';
import { websocket } from '../../dist/channels/websocket.js';
import type { Told } from '../../dist/events/told.js';
import { type Grant, gateway } from '../../dist/gateway/index.js';
import { memory } from '../../dist/log/memory.js';
import { type KeptEvents, meter } from '../contracts/kept.process.js';
import { type Started, shop, started } from '../support/gateway.js';
import { lineTo } from '../support/line.js';
import { rejection, settled, until } from '../support/wait.js';

const folder = mkdtempSync(join(tmpdir(), 'oriel-kept-shared-'));
after(() => rm(folder, { recursive: true, force: true }));

const secret = 'a secret of more than thirty-two bytes';
const auth = { key: secret, algorithms: ['HS256'], audience: 'shop', clockTolerance: 0 };
/** Soon, so that a test doesn't wait. */
const soon = { retry: { first: 50, longest: 100 } };
/** A try over a line that is dead is given up soon too. */
const impatient = { ...soon, timeout: 500 };

const tokenOf = (grant: Partial<Grant> = {}, expires = 60) =>
  new SignJWT({ oriel: [{ contract: 'acme.shop', ...grant }] })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('mary')
    .setAudience('shop')
    .setExpirationTime(Date.now() / 1000 + expires)
    .sign(new TextEncoder().encode(secret));

type Token = () => Promise<string>;
const channels: Record<string, (url: string, token?: Token, when?: typeof soon) => Channel> = {
  websocket: (url, token, when = soon) =>
    websocket(`${url.replace(/^http/, 'ws').replace(/\/$/, '')}/ws`, {
      open: (address) => new WebSocket(address),
      ...when,
      ...(token && { token }),
    }),
  sse: (url, token, when = soon) =>
    sse(`${url.replace(/\/$/, '')}/sse`, { ...when, ...(token && { token }) }),
};

const pay = (its: Started, ...amounts: number[]) =>
  Promise.all(
    amounts.map((amount) => its.gateway.emit('acme.shop/paid', { amount }, { id: String(amount) })),
  );

for (const [name, channel] of Object.entries(channels)) {
  /** Follows `paid` over a server's connection, and notes what comes of it. */
  const scene = (server: Channel, options: SubscribeOptions<typeof shop> = {}) => {
    const peer = connect({ channel: server, contract: keptEvents, side: 'host', onError: () => {} });
    after(() => peer.close());
    const heard: number[] = [];
    const errors: any[] = [];
    const states: string[] = [];
    const kept = subscribe(
      shop,
      peer,
      { paid: ({ amount }) => heard.push(amount) },
      { ...soon, onError: (error) => errors.push(error), ...options },
    );
    kept.freshness.subscribe(({ state }) => states.push(state));
    return {
      peer,
      kept,
      heard,
      errors,
      states,
      live: () => until(() => kept.freshness.get().state === 'live'),
    };
  };

  test(`${name}: a gateway that is killed and started again loses none and says none twice`, async () => {
    const file = join(folder, `${name}.sqlite`);
    const begin = async (port: number) => {
      const order = JSON.stringify({ file, port });
      const child = fork(new URL('../contracts/kept.process.js', import.meta.url), [order]);
      after(() => child.kill('SIGKILL'));
      const [taken] = (await once(child, 'message')) as [number];
      return { child, port: taken };
    };
    const one = await begin(0);
    const other = await begin(0);
    const peer = connect({
      channel: channel(`http://127.0.0.1:${one.port}`),
      contract: keptEvents,
      side: 'host',
      onError: () => {},
    });
    const heard: number[] = [];
    const kept = subscribe(
      meter,
      peer,
      { read: (value) => heard.push(value), sealed: () => assert.fail() },
      { ...soon, after: 'earliest', onError: assert.ifError },
    );
    await until(() => kept.freshness.get().state === 'live');
    let sent = 0;
    const send = async (count: number) => {
      const read = Array.from({ length: count }, () => ++sent);
      other.child.send({ read } satisfies KeptEvents);
      await once(other.child, 'message');
    };
    await send(20);
    const sending = send(100);
    await until(() => heard.length > 30);
    one.child.kill('SIGKILL');
    await sending;
    await until(() => kept.freshness.get().state === 'stale');
    await send(20);
    await begin(one.port);
    await until(() => heard.length === sent, { timeout: 10_000 });
    await until(() => kept.freshness.get().state === 'live');
    assert.deepEqual(
      heard,
      Array.from({ length: sent }, (_, i) => i + 1),
    );
    peer.close();
    assert.equal(kept.freshness.get().state, 'stale');
    kept.close();
  });

  test(`${name}: it shares the connection with calls, and ends without it`, async () => {
    const its = await started();
    const server = channel(its.url);
    const calls = client(shop, server);
    assert.equal(await calls.price({ sku: 'abc' }), 3);
    const connections = () =>
      new Promise<number>((resolve) => its.server.getConnections((_, n) => resolve(n)));
    const before = await settled(() => 0).then(connections);
    await pay(its, 1, 2);
    const first = scene(server, { after: 'earliest' });
    await first.live();
    // A post may have another line for a moment.
    if (name === 'websocket') assert.equal(await connections(), before);
    const second: string[] = [];
    const parcels = subscribe(
      shop,
      first.peer,
      { shipped: (parcel) => second.push(parcel) },
      { after: 'earliest' },
    );
    await its.gateway.emit('acme.shop/shipped', 'A1');
    await until(() => second.length);
    await pay(its, 3);
    await until(() => first.heard.length === 3);
    assert.deepEqual([first.heard, second, first.errors], [[1, 2, 3], ['A1'], []]);
    const open = async (streams: number) =>
      (await (await fetch(`${its.url}/metrics`)).text()).includes(`oriel_streams_open ${streams}\n`);
    await until(() => open(2));
    first.kept.close();
    parcels.close();
    await until(() => open(0));
    await pay(its, 4);
    assert.equal(await calls.price({ sku: 'a' }), 1);
    assert.equal(await settled(() => first.heard.length), 3);
    first.peer.close();
    calls.close();
    await its.close();
  });

  test(`${name}: what was trimmed is a reset, and it goes on from what is kept`, async () => {
    const its = await started({ log: memory({ retention: { count: 2 } }) });
    const [first] = await pay(its, 1);
    await pay(its, 2, 3, 4, 5);
    const reasons: string[] = [];
    const { peer, kept, heard, live } = scene(channel(its.url), {
      after: first?.cursor as string,
      afterReset: 'earliest',
      onReset: (_, { reason }) => {
        reasons.push(reason);
        kept.recovered();
      },
    });
    await until(() => heard.length === 2);
    await live();
    await pay(its, 6);
    await until(() => heard.length === 3);
    assert.deepEqual([reasons, heard], [['trimmed'], [4, 5, 6]]);
    peer.close();
    kept.close();
    await its.close();
  });

  test(`${name}: the token says what may be followed and seen, also the next one`, async () => {
    const its = await started({ auth });
    const narrow = scene(channel(its.url, () => tokenOf({ members: ['price'] })));
    await until(() => narrow.errors.length);
    assert.equal(narrow.errors[0].code, 'unauthorized');
    assert.equal(await settled(() => narrow.errors.length, 300), 1);
    narrow.peer.close();

    // Renewed in place, before it ends.
    let given = 0;
    const { peer, kept, heard, states, live } = scene(
      channel(its.url, () => (given++ ? tokenOf({ subjects: ['b'] }) : tokenOf({ subjects: ['a'] }, 4))),
    );
    await live();
    const emit = (amount: number, subject: string) =>
      its.gateway.emit('acme.shop/paid', { amount }, { subject });
    await emit(1, 'a');
    await emit(2, 'b');
    await until(() => heard.length === 1);
    await until(() => given === 2, { timeout: 10_000 });
    await until(async () => {
      await emit(3, 'a');
      await emit(4, 'b');
      return heard.includes(4);
    });
    const seen = heard.indexOf(4);
    await emit(5, 'a');
    await emit(6, 'b');
    await until(() => heard.includes(6));
    assert.ok(!heard.includes(2));
    assert.ok(!heard.slice(seen).some((amount) => amount === 3 || amount === 5), String(heard));
    assert.deepEqual(states, ['live']);
    peer.close();
    kept.close();
    await its.close();
  });

  test(`${name}: a line that has died without a word is stale, and is made again`, async () => {
    const its = await started({ beat: 300 });
    const line = await lineTo(its.url);
    const { peer, kept, heard, live } = scene(channel(line.url, undefined, impatient));
    await live();
    await pay(its, 1);
    await until(() => heard.length === 1);
    line.die();
    await pay(its, 2);
    await until(() => kept.freshness.get().state === 'stale');
    line.live();
    await live();
    assert.deepEqual(heard, [1, 2]);
    peer.close();
    kept.close();
    line.close();
    await its.close();
  });

  test(`${name}: a client that reads slowly holds the log back, and is ended where events wait too long for it`, async () => {
    const its = await started({ limits: { queue: 50_000 } });
    const peer = connect({
      channel: channel(its.url),
      contract: keptEvents,
      side: 'host',
      onError: () => {},
    });
    after(() => peer.close());
    const big = 'x'.repeat(1000);
    const send = async (from: number, to: number) => {
      for (let i = from; i < to; i++)
        await its.gateway.emit('acme.shop/shipped', `${i} ${big}`, { id: String(i) });
    };
    await send(0, 300);
    const order = { contract: 'acme.shop', after: { shipped: 'earliest' } };
    const reading = peer.remote.follow(order, { credit: 4 });
    const ids: string[] = [];
    let at = '';
    const take = (told: Told) => {
      if (told.kind === 'event') ids.push(told.event.id);
      if (told.kind !== 'reset') at = told.cursor;
      return told.kind;
    };
    // Far more than the queue and the credits have room for: it is read from the log as it is taken.
    while (take((await reading.next()).value as Told) !== 'live');
    assert.equal(ids.length, 300);
    const slow = async () => /why="slow"\} 1/.test(await (await fetch(`${its.url}/metrics`)).text());
    let sent = 300;
    while (!(await slow()) && sent < 1000) await send(sent, (sent += 20));
    assert.ok(await slow());
    for await (const told of reading) take(told);
    const heldBack = ids.length;
    assert.ok(heldBack < sent);
    for await (const told of peer.remote.follow({ contract: 'acme.shop', after: { shipped: at } }))
      if (take(told) === 'live') break;
    assert.deepEqual(
      ids,
      Array.from({ length: sent }, (_, i) => String(i)),
    );
    peer.close();
    await its.close();
  });
}

test('what can not be followed is refused, with why', async () => {
  const its = await started();
  const peer = connect({
    channel: channels['sse']?.(its.url) as Channel,
    contract: keptEvents,
    side: 'host',
  });
  const refusal = async (order: unknown) =>
    (await rejection(peer.remote.follow(order as never).next())).code as string;
  assert.deepEqual(
    [
      await refusal({ contract: 'acme.nope', after: { paid: 'latest' } }),
      await refusal({ contract: 'acme.shop', after: { hint: 'latest' } }),
      await refusal({ contract: 'acme.shop', after: { seen: 'latest' } }),
      await refusal({ contract: 'acme.shop', after: JSON.parse('{"__proto__":"latest"}') }),
      await refusal({ contract: 'acme.shop', after: {} }),
      await refusal({ contract: 'acme.shop', after: { paid: 7 } }),
      await refusal({ contract: 7 }),
      await refusal(null),
    ],
    [
      'unknown-contract',
      'unknown-member',
      'unknown-member',
      'unknown-member',
      'unknown-member',
      'invalid',
      'invalid',
      'invalid',
    ],
  );
  peer.close();
  await its.close();
  assert.throws(() => gateway({ contract: keptEvents, services: {} as never, auth: false }), {
    name: 'ConfigError',
  });
});
