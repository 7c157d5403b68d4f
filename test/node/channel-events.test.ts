// A contract's kept events, followed over real gateways: killed, silent, trimmed, with tokens that end.
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { SignJWT } from 'jose';
import * as v from 'valibot';
import { type SubscribeOptions, type Subscription, subscribe } from '../../dist/channels/events.js';
import { contract, event, type } from '../../dist/contract/index.js';
import type { Freshness } from '../../dist/events/index.js';
import { memory } from '../../dist/log/memory.js';
import { type KeptEvents, type KeptOrder, meter } from '../contracts/kept.process.js';
import { counted } from '../support/counted-signal.js';
import { type Started, shop, started } from '../support/gateway.js';
import { lineTo } from '../support/line.js';
import { settled, until } from '../support/wait.js';

const folder = mkdtempSync(join(tmpdir(), 'oriel-kept-'));
after(() => rm(folder, { recursive: true, force: true }));

const secret = 'a secret of more than thirty-two bytes';
const auth = { key: secret, algorithms: ['HS256'], audience: 'shop', clockTolerance: 0 };
/** Soon, so that a test doesn't wait. */
const soon = { retry: { first: 50, longest: 100 } };

const tokenOf = (expires = 60, members?: readonly string[], sub = 'mary') =>
  new SignJWT({ oriel: [{ contract: 'acme.shop', ...(members && { members }) }] })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(sub)
    .setAudience('shop')
    .setExpirationTime(Date.now() / 1000 + expires)
    .sign(new TextEncoder().encode(secret));

type Shop = typeof shop;

/** Follows `paid`, and notes what comes of it. */
function scene(url: string, options: Partial<SubscribeOptions<Shop>> = {}) {
  const heard: number[] = [];
  const errors: any[] = [];
  const states: Freshness['state'][] = [];
  const asked: { readonly url: string; readonly at: number }[] = [];
  const kept = subscribe(
    shop,
    url,
    { paid: ({ amount }) => heard.push(amount) },
    {
      ...soon,
      onError: (error) => errors.push(error),
      fetch(address, init) {
        asked.push({ url: address, at: performance.now() });
        return fetch(address, init);
      },
      ...options,
    },
  );
  after(() => kept.close());
  kept.freshness.subscribe(({ state }) => states.push(state));
  return { kept, heard, errors, states, asked, live: () => lively(kept) };
}

const lively = ({ freshness }: Subscription) => until(() => freshness.get().state === 'live');
const pay = (its: Started, ...amounts: number[]) =>
  Promise.all(
    amounts.map((amount) => its.gateway.emit('acme.shop/paid', { amount }, { id: String(amount) })),
  );

async function startProcess(order: KeptOrder): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(new URL('../contracts/kept.process.js', import.meta.url), [JSON.stringify(order)]);
  after(() => child.kill('SIGKILL'));
  const [port] = (await once(child, 'message')) as [number];
  return { child, port };
}

test('a gateway that is killed and started again, beside one that takes events, loses none and says none twice', async () => {
  const file = join(folder, 'kept.sqlite');
  const one = await startProcess({ file, port: 0 });
  const other = await startProcess({ file, port: 0 });
  const heard: number[] = [];
  const states: string[] = [];
  const kept = subscribe(
    meter,
    `http://127.0.0.1:${one.port}`,
    { read: (value) => heard.push(value), sealed: () => assert.fail() },
    { ...soon, after: 'earliest', onError: assert.ifError },
  );
  after(() => kept.close());
  kept.freshness.subscribe(({ state }) => states.push(state));
  await lively(kept);
  let sent = 0;
  const send = async (count: number) => {
    const read = Array.from({ length: count }, () => ++sent);
    other.child.send({ read } satisfies KeptEvents);
    await once(other.child, 'message');
  };
  let { child } = one;
  for (let round = 0; round < 2; round++) {
    await send(20);
    const sending = send(60);
    await until(() => heard.length > sent - 60 + 5);
    child.kill('SIGKILL');
    await sending;
    await until(() => kept.freshness.get().state === 'stale');
    await send(20);
    ({ child } = await startProcess({ file, port: one.port }));
    await until(() => heard.length === sent, { timeout: 10_000 });
    await lively(kept);
  }
  assert.deepEqual(
    heard,
    Array.from({ length: sent }, (_, i) => i + 1),
  );
  assert.deepEqual(states.slice(0, 2), ['live', 'stale']);
  kept.close();
});

test('what is heard is what the schema makes of it, with the event, over one stream for all', async () => {
  const dated = contract({
    name: 'acme.shop',
    version: '1.2.0',
    guest: {
      paid: event(
        v.pipe(
          v.object({ amount: v.number() }),
          v.transform(({ amount }) => `${amount} €`),
        ),
        {
          retain: 'log',
        },
      ),
      shipped: event(type<{ at: Date; sizes: Map<string, number> }>(), { retain: 'log' }),
    },
  });
  const its = await started();
  await its.gateway.emit('acme.shop/paid', { amount: 1 }, { id: 'a', subject: 'mary' });
  const all: unknown[] = [];
  const kept = subscribe(
    dated,
    its.url,
    {
      paid: (text, { event: { id, type: name, subject } }) => all.push([text, id, name, subject]),
      shipped: ({ at, sizes }, { event: { id } }) => all.push([at, sizes, id]),
    },
    { after: 'earliest' },
  );
  await lively(kept);
  // What JSON lacks.
  const parcel = { at: new Date(7), sizes: new Map([['a', 1]]) };
  await its.gateway.emit('acme.shop/shipped', parcel as never, { id: 'b' });
  await until(() => all.length === 2);
  assert.deepEqual(all, [
    ['1 €', 'a', 'paid', 'mary'],
    [parcel.at, parcel.sizes, 'b'],
  ]);
  const { text } = { text: await (await fetch(`${its.url}/metrics`)).text() };
  assert.match(text, /oriel_streams_open 1/);
  kept.close();
  await until(async () =>
    (await (await fetch(`${its.url}/metrics`)).text()).includes('oriel_streams_open 0'),
  );
  await its.close();
});

test('one that the schema refuses is told, and the rest goes on in order', async () => {
  const strict = contract({
    name: 'acme.shop',
    version: '1.2.0',
    guest: { paid: event(v.object({ amount: v.pipe(v.number(), v.maxValue(99)) }), { retain: 'log' }) },
  });
  const its = await started();
  await pay(its, 1, 100, 2, 200, 3);
  const heard: number[] = [];
  const errors: any[] = [];
  const kept = subscribe(
    strict,
    its.url,
    { paid: ({ amount }) => heard.push(amount) },
    { after: 'earliest', onError: (error) => errors.push(error) },
  );
  await lively(kept);
  assert.deepEqual(heard, [1, 2, 3]);
  assert.deepEqual(
    errors.map(({ code, member, path }) => [code, member, path]),
    [
      ['invalid', 'paid', ['amount']],
      ['invalid', 'paid', ['amount']],
    ],
  );
  kept.close();
  await its.close();
});

test('what was trimmed is a reset, which lasts until it has been seen to', async () => {
  const its = await started({ log: memory({ retention: { count: 2 } }) });
  const [first] = await pay(its, 1);
  await pay(its, 2, 3, 4, 5);
  for (const afterReset of ['latest', 'earliest'] as const) {
    const resets: unknown[] = [];
    const { kept, heard, live } = scene(its.url, {
      after: first?.cursor as string,
      afterReset,
      onReset: (name, { reason }) => resets.push([name, reason]),
    });
    await until(() => resets.length);
    assert.deepEqual(resets, [['paid', 'trimmed']]);
    assert.equal(kept.freshness.get().state, 'reset');
    if (afterReset === 'earliest') await until(() => heard.length === 2);
    kept.recovered();
    await live();
    assert.deepEqual(heard, afterReset === 'earliest' ? [4, 5] : []);
    await its.gateway.emit('acme.shop/paid', { amount: 6 }, { id: `6 ${afterReset}` });
    await until(() => heard.at(-1) === 6);
    kept.close();
    await its.gateway.emit('acme.shop/paid', { amount: 4 });
    await its.gateway.emit('acme.shop/paid', { amount: 5 });
  }
  await its.close();
});

test('a token is asked for again before it ends, and nothing is stale meanwhile', async () => {
  const its = await started({ auth });
  let given = 0;
  const { kept, heard, errors, states, asked, live } = scene(its.url, {
    token: () => tokenOf(given++ ? 60 : 4),
  });
  await live();
  await pay(its, 1);
  await until(() => asked.length === 2, { timeout: 10_000 });
  await until(async () =>
    (await (await fetch(`${its.url}/metrics`)).text()).includes('oriel_streams_open 1'),
  );
  await pay(its, 2);
  await until(() => heard.length === 2);
  assert.deepEqual([heard, errors, states, given], [[1, 2], [], ['live'], 2]);
  // The first is over by then, and nobody was told so.
  const text = await (await fetch(`${its.url}/metrics`)).text();
  assert.doesNotMatch(text, /oriel_streams_ended_total\{kind="events",why="auth-expired"\}/);
  kept.close();
  await its.close();
});

test('a token that ends and is given again is told, and makes no loop', async () => {
  const its = await started({ auth });
  const token = await tokenOf(2);
  let given = 0;
  const { kept, errors, states, asked, live } = scene(its.url, { token: () => (given++, token) });
  await live();
  await until(() => errors.length);
  assert.deepEqual([errors[0].code, errors[0].name], ['auth-expired', 'AuthError']);
  assert.equal(await settled(() => asked.length, 500), 1);
  assert.deepEqual([errors.length, states], [1, ['live', 'stale']]);
  assert.ok(given < 10);
  kept.close();
  await its.close();
});

test('a token that is revoked is asked for once more, and then no more', async () => {
  let revoked = false;
  const its = await started({ auth: { ...auth, check: () => !revoked } });
  let given = 60;
  const { kept, heard, errors, asked, live } = scene(its.url, {
    token: () => tokenOf(given++), // another one each time
  });
  await live();
  revoked = true;
  its.server.closeAllConnections();
  await until(() => errors.length);
  assert.equal(errors[0].code, 'unauthorized');
  assert.equal(await settled(() => asked.length, 500), 3);
  assert.deepEqual([errors.length, heard], [1, []]);
  kept.close();
  await its.close();
});

test('a token that does not allow an event is refused, and so is none', async () => {
  const its = await started({ auth });
  const narrow = scene(its.url, { token: () => tokenOf(60, ['price']) });
  const none = scene(its.url);
  for (const { errors, asked } of [narrow, none]) {
    await until(() => errors.length);
    assert.equal(errors[0].code, 'unauthorized');
    const attempts = await settled(() => asked.length, 300);
    assert.ok(attempts <= 2, String(attempts));
    assert.equal(errors.length, 1);
  }
  await its.close();
});

test('a line that has died without a word is stale since it was heard, and is made again', async () => {
  const its = await started({ beat: 300 });
  const line = await lineTo(its.url);
  const { kept, heard, states, live } = scene(line.url, { timeout: 500 });
  await live();
  await pay(its, 1);
  await until(() => heard.length === 1);
  line.die();
  const died = Date.now();
  await pay(its, 2);
  await until(() => kept.freshness.get().state === 'stale');
  const { since } = kept.freshness.get();
  assert.ok(since <= died + 20 && since > died - 1000, `${since - died} ms after it died`);
  line.live();
  await live();
  assert.deepEqual(
    [heard, states],
    [
      [1, 2],
      ['live', 'stale', 'catching-up', 'live'],
    ],
  );
  kept.close();
  line.close();
  await its.close();
});

test('a server says when to come back, and what is wrong; and it is asked no sooner', async () => {
  const its = await started();
  const answers = [
    new Response(null, { status: 503, headers: { 'retry-after': '1' } }),
    new Response('event: end\ndata: {"reason":"shutdown","retry":900}\n\n', {
      headers: { 'content-type': 'text/event-stream' },
    }),
    new Response('data: {oops\n\n', { headers: { 'content-type': 'text/event-stream' } }),
    new Response(JSON.stringify({ code: 'unknown-contract', detail: 'Nothing is called so.' }), {
      status: 404,
    }),
    new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } }),
  ];
  const at: number[] = [];
  const { kept, errors, live } = scene(its.url, {
    async fetch(address, init) {
      at.push(performance.now());
      return answers[at.length - 1] ?? fetch(address, init);
    },
  });
  await live();
  assert.equal(at.length, 6);
  assert.ok((at[1] as number) - (at[0] as number) >= 999);
  assert.ok((at[2] as number) - (at[1] as number) >= 999);
  assert.deepEqual(
    errors.map(({ code }) => code),
    ['unreachable', 'unreachable', 'unreachable'],
  );
  assert.match(errors[0].message, /sends something that is no event/);
  assert.match(errors[1].message, /404, and no stream. Nothing is called so\./);
  assert.match(errors[2].message, /200, and no stream/);
  kept.close();
  await its.close();
});

test('a place is kept from one page to the next; what is none begins anew, and is told', async () => {
  const its = await started();
  await pay(its, 1, 2);
  let saved: string | null = null;
  const place = { get: () => saved, set: (text: string) => void (saved = text) };
  const first = scene(its.url, { after: 'earliest', place });
  await first.live();
  first.kept.close();
  assert.match(String(saved), /^paid=\w+%3A\d+$/);
  await pay(its, 3);
  const second = scene(its.url, { after: 'earliest', place });
  await second.live();
  second.kept.close();
  assert.deepEqual([first.heard, second.heard, second.errors], [[1, 2], [3], []]);

  for (const wrong of ['{"paid":1}', 'paid=three']) {
    saved = wrong;
    const anew = scene(its.url, { after: 'earliest', place });
    await anew.live();
    anew.kept.close();
    assert.deepEqual(anew.heard, [1, 2, 3]);
    assert.deepEqual(
      [anew.errors.length, anew.errors[0].code, anew.errors[0].member],
      [1, 'invalid', 'place'],
    );
    assert.match(String(saved), /^paid=\w+%3A\d+$/);
  }
  // One that may not be used, as in a browser that blocks it.
  const blocked = scene(its.url, {
    after: 'earliest',
    place: {
      get() {
        throw new Error('blocked');
      },
      set() {
        throw new Error('full');
      },
    },
  });
  await blocked.live();
  await pay(its, 4);
  await until(() => blocked.heard.length === 4);
  blocked.kept.close();
  assert.deepEqual(
    blocked.errors.map(({ message }) => /blocked|full/.exec(message)?.[0]),
    ['blocked', 'full'],
  );
  await its.close();
});

test('what can not be followed is refused at once', () => {
  const wrong = (listeners: object, what: RegExp) =>
    assert.throws(() => subscribe(shop, 'http://127.0.0.1:1', listeners), {
      name: 'TypeError',
      message: what,
    });
  wrong({}, /which events of "acme.shop"/);
  for (const name of ['nope', 'hint', 'seen', 'price', 'toString', '__proto__'])
    wrong(Object.fromEntries([[name, () => {}]]), new RegExp(`keeps no event "${name}"`));
  wrong({ paid: 'show' }, /"paid" must be a function/);
});

test('a signal and close() end it for good, also while it connects', async () => {
  const its = await started();
  const { signal, abort, count } = counted();
  const { kept, heard, live } = scene(its.url, { signal });
  await live();
  abort();
  assert.equal(count(), 0);
  await pay(its, 1);
  await until(async () =>
    (await (await fetch(`${its.url}/metrics`)).text()).includes('oriel_streams_open 0'),
  );
  assert.deepEqual([heard, kept.freshness.get().state], [[], 'stale']);
  const none = scene(its.url, { signal: AbortSignal.abort() });
  const late = scene(its.url, {
    async fetch(address, init) {
      late.kept.close();
      return fetch(address, init);
    },
  });
  await settled(() => late.states.length);
  assert.deepEqual([none.asked.length, none.heard, late.heard], [0, [], []]);
  // A listener that closes it hears nothing more of what has come already.
  await pay(its, 2, 3);
  const once = scene(its.url, { after: 'earliest' });
  const first: number[] = [];
  const own = subscribe(
    shop,
    its.url,
    {
      paid({ amount }) {
        first.push(amount);
        own.close();
      },
    },
    { after: 'earliest' },
  );
  await until(() => once.heard.length === 3);
  assert.deepEqual(await settled(() => first.length), 1);
  once.kept.close();
  await its.close();
});
