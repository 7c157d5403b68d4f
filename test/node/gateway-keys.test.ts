// Calls by a key: run once, whichever process, channel or token asks again.
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { SignJWT } from 'jose';
import { WebSocket } from 'ws';
import { connect } from '../../dist/bridge/index.js';
import { sse } from '../../dist/channels/sse.js';
import { websocket } from '../../dist/channels/websocket.js';
import { contract, method, type } from '../../dist/contract/index.js';
import { type Gateway, gateway } from '../../dist/gateway/index.js';
import { listen } from '../../dist/gateway/node.js';
import { sqlite } from '../../dist/log/sqlite.js';
import { folderWith, oriel } from '../support/command.js';
import { rejection, until } from '../support/wait.js';

const folder = mkdtempSync(join(tmpdir(), 'oriel-keys-'));
after(() => rm(folder, { recursive: true, force: true }));

const secret = 'a secret of more than thirty-two bytes';
const auth = { key: secret, algorithms: ['HS256'], audience: 'till' };
const tokenOf = (claims: object = {}, expires = '1h') =>
  new SignJWT({ oriel: [{ contract: '*' }], ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('mary')
    .setAudience('till')
    .setExpirationTime(expires)
    .sign(new TextEncoder().encode(secret));

const till = contract({
  name: 'acme.till',
  version: '1.0.0',
  guest: {
    pay: method({ input: type<string>(), output: type<unknown>(), idempotent: true }),
    far: method({ output: type<unknown>(), idempotent: true }),
  },
});

/** A gateway as one process of several, and what speaks to it. */
async function process(
  file: string | undefined,
  pay: (what: string, signal: AbortSignal) => unknown,
  options: { readonly auth?: typeof auth } = { auth },
) {
  const its: Gateway = gateway({
    contract: till,
    services: {
      pay: (what, { signal }) => pay(what, signal),
      far: () => 'x'.repeat(100_000),
    },
    ...(file !== undefined && { log: sqlite(join(folder, file)) }),
    auth: options.auth ?? false,
    onError: () => {},
  });
  const { url, close } = await listen(its, { port: 0 });
  after(() => close({ deadline: 0 }));
  const call = async (name: 'pay' | 'far', key: string, input?: string, token?: string) => {
    const response = await fetch(`${url}/acme.till/${name}`, {
      method: 'POST',
      body: JSON.stringify(input ?? ''),
      headers: {
        'content-type': 'application/json',
        'idempotency-key': key,
        authorization: `Bearer ${token ?? (await tokenOf())}`,
      },
    });
    const body = await response.json();
    return response.ok ? body : [response.status, body.code];
  };
  return { its, url, close, call };
}

test('the same key at another process gets the first answer, also while that is under way', async () => {
  let finish = () => {};
  const paid: string[] = [];
  const asked = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const pay = async (what: string) => {
    paid.push(what);
    if (what === 'slow') await asked;
    return { paid: what, nth: paid.length };
  };
  const [one, two] = [await process('shared.sqlite', pay), await process('shared.sqlite', pay)];
  const first = await one.call('pay', 'k1', 'rent');
  assert.deepEqual(first, { paid: 'rent', nth: 1 });
  assert.deepEqual(await two.call('pay', 'k1', 'rent'), first);
  assert.deepEqual(await two.call('pay', 'k1', 'food'), [422, 'key-reused']);
  const all = [one, two, one, two].map(({ call }) => call('pay', 'k2', 'slow'));
  await until(() => paid.length === 2);
  finish();
  for (const answer of await Promise.all(all)) assert.deepEqual(answer, { paid: 'slow', nth: 2 });
  // What a process was told stays when that one is gone.
  await one.close();
  assert.deepEqual(await two.call('pay', 'k2', 'slow'), { paid: 'slow', nth: 2 });
  assert.deepEqual(paid, ['rent', 'slow']);
  await two.close();
});

test('what failed runs again, at whichever process; what can not be shared does not', async () => {
  let fails = true;
  let ran = 0;
  const pay = () => {
    ran++;
    if (fails) throw new Error('no');
    return ran;
  };
  const [one, two] = [await process('failed.sqlite', pay), await process('failed.sqlite', pay)];
  assert.deepEqual(await one.call('pay', 'k', 'a'), [500, 'remote']);
  fails = false;
  assert.equal(await two.call('pay', 'k', 'a'), 2);
  assert.equal(await one.call('pay', 'k', 'a'), 2);
  assert.equal((await one.call('far', 'long')).length, 100_000);
  assert.deepEqual(await two.call('far', 'long'), [409, 'unknown-outcome']);
  assert.equal((await one.call('far', 'long')).length, 100_000);
  await one.close();
  await two.close();
});

test('of a process that was killed in a call nobody knows the outcome, and it is not run again', {
  timeout: 60_000,
}, async () => {
  const file = join(folder, 'killed.sqlite');
  const cwd = folderWith({
    'till.mjs': `
import { contract, method, type } from 'oriel/contract';
import { sqlite } from 'oriel/log/sqlite';
const till = contract({
  name: 'acme.till', version: '1.0.0',
  guest: { pay: method({ input: type(), output: type(), idempotent: true }), far: method({ output: type(), idempotent: true }) },
});
const services = { pay: () => { console.error('paying'); return new Promise(() => {}); }, far: () => 0 };
export default {
  contract: till, services, log: sqlite(${JSON.stringify(file)}),
  auth: { key: '${secret}', algorithms: ['HS256'], audience: 'till' },
};`,
  });
  const killed = oriel(['gateway', 'till.mjs', '--port', '0'], cwd);
  const url = await killed.line();
  const token = await tokenOf();
  const asked = fetch(`${url}/acme.till/pay`, {
    method: 'POST',
    body: '"rent"',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': 'k',
      authorization: `Bearer ${token}`,
    },
  }).catch(() => {});
  await killed.says(/paying/);
  killed.child.kill('SIGKILL');
  await Promise.all([asked, killed.ended()]);
  let ran = 0;
  const [one, two] = [
    await process('killed.sqlite', () => ++ran),
    await process('killed.sqlite', () => ++ran),
  ];
  assert.deepEqual(await one.call('pay', 'k', 'rent'), [409, 'unknown-outcome']);
  // The next one need not wait to hear so.
  const start = performance.now();
  assert.deepEqual(await two.call('pay', 'k', 'rent'), [409, 'unknown-outcome']);
  assert.ok(performance.now() - start < 5000);
  assert.equal(ran, 0);
  assert.equal(await two.call('pay', 'another', 'rent'), 1);
  await one.close();
  await two.close();
});

const channels = {
  websocket: (url: string, token?: () => Promise<string>) =>
    websocket(`${url.replace('http', 'ws')}/ws`, {
      open: (address) => new WebSocket(address),
      retry: { first: 50, longest: 100 },
      ...(token && { token }),
    }),
  sse: (url: string, token?: () => Promise<string>) =>
    sse(`${url}/sse`, { retry: { first: 50, longest: 100 }, ...(token && { token }) }),
};
const open = (name: keyof typeof channels, url: string, token?: () => Promise<string>) =>
  connect({ channel: channels[name](url, token), contract: till, side: 'host', onError: () => {} });

for (const name of ['websocket', 'sse'] as const) {
  test(`${name}: a key means the same over a channel, over HTTP, and at another process`, async () => {
    let ran = 0;
    const pay = (what: string) => ({ what, nth: ++ran, at: new Map([[1, 2]]) });
    const [one, two] = [await process(`${name}.sqlite`, pay), await process(`${name}.sqlite`, pay)];
    const peers = [
      open(name, one.url, () => tokenOf()),
      open(name, two.url, () => tokenOf({}, '2h')),
    ] as const;
    const expected = { what: 'rent', nth: 1, at: new Map([[1, 2]]) };
    assert.deepEqual(await peers[0].remote.pay('rent', { key: 'k' }), expected);
    assert.deepEqual(await peers[1].remote.pay('rent', { key: 'k' }), expected);
    // It has run, and JSON has no form for what it gave.
    assert.deepEqual(await two.call('pay', 'k', 'rent'), [502, 'not-cloneable']);
    assert.equal(ran, 1);
    for (const peer of peers) peer.close();
    await one.close();
    await two.close();
  });

  test(`${name}: an answer that is kept is for who may have it now, by a token that says the same`, async () => {
    let ran = 0;
    const one = await process(undefined, () => ++ran);
    const first = open(name, one.url, () => tokenOf({ role: 'teller', jti: 'a' }));
    assert.equal(await first.remote.pay('rent', { key: 'k' }), 1);
    const none = open(name, one.url, () => tokenOf({ oriel: [{ contract: '*', members: ['far'] }] }));
    assert.equal((await rejection(none.remote.pay('rent', { key: 'k' }))).code, 'unauthorized');
    const other = open(name, one.url, () => tokenOf({ role: 'guest' }));
    assert.equal((await rejection(other.remote.pay('rent', { key: 'k' }))).code, 'key-reused');
    const renewed = await tokenOf({ role: 'teller', jti: 'b' }, '2h');
    assert.equal(await one.call('pay', 'k', 'rent', renewed), 1);
    assert.deepEqual(await one.call('pay', 'k', 'rent', await tokenOf({ role: 'guest' })), [
      422,
      'key-reused',
    ]);
    assert.equal(ran, 1);
    for (const peer of [first, none, other]) peer.close();
    await one.close();
  });

  test(`${name}: a call that its client comes back for goes on, and one that is taken back does not`, async () => {
    let finish = () => {};
    const asked = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const [ran, stopped]: [string[], string[]] = [[], []];
    const one = await process(
      undefined,
      async (what, signal) => {
        ran.push(what);
        signal.addEventListener('abort', () => stopped.push(what));
        await (what === 'slow'
          ? asked
          : new Promise((_, reject) => signal.addEventListener('abort', reject)));
        return ran.length;
      },
      {},
    );
    const gone = open(name, one.url);
    const lost = rejection(gone.remote.pay('slow', { key: 'k' }));
    await until(() => ran.length === 1);
    gone.close();
    await lost;
    const back = open(name, one.url);
    const call = back.remote.pay('slow', { key: 'k' });
    await back.ready;
    finish();
    assert.equal(await call, 1);
    const stop = new AbortController();
    const taken = rejection(back.remote.pay('never', { key: 'other', signal: stop.signal }));
    await until(() => ran.length === 2);
    stop.abort();
    await taken;
    await until(() => stopped.length);
    assert.deepEqual([ran, stopped], [['slow', 'never'], ['never']]);
    back.close();
    await one.close();
  });
}
