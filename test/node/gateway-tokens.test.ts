import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { ConfigError, type Grant } from '../../dist/gateway/index.js';
import { following, started } from '../support/gateway.js';

const secret = 'a secret of more than thirty-two bytes';
const auth = { key: secret, algorithms: ['HS256'], audience: 'shop', issuer: 'https://bank.example' };
const all: Grant[] = [{ contract: 'acme.shop' }];

interface Its {
  readonly oriel?: unknown;
  readonly sub?: string;
  readonly aud?: string;
  readonly iss?: string;
  readonly expires?: number;
  readonly alg?: string;
  readonly key?: string | CryptoKey;
}

function token({
  oriel = all,
  sub = 'mary',
  aud = 'shop',
  iss = 'https://bank.example',
  expires = 60,
  alg = 'HS256',
  key = secret,
}: Its = {}) {
  return new SignJWT({ oriel })
    .setProtectedHeader({ alg })
    .setSubject(sub)
    .setAudience(aud)
    .setIssuer(iss)
    .setExpirationTime(Math.floor(Date.now() / 1000) + expires)
    .sign(typeof key === 'string' ? new TextEncoder().encode(key) : key);
}

const bearing = async (its: Its = {}) => ({ authorization: `Bearer ${await token(its)}` });

test('a token that is in force and meant for the gateway lets its bearer in, by name', async () => {
  const { post, close } = await started({ auth });
  const answer = await post('/acme.shop/who', undefined, await bearing());
  assert.equal((await answer.json()).subject, 'mary');
  await close();
});

test('any other is refused as 401, with what is wrong with it', async () => {
  const { post, close } = await started({ auth });
  const unsigned = new UnsecuredJWT({ oriel: all })
    .setAudience('shop')
    .setIssuer(auth.issuer)
    .setExpirationTime('1h')
    .encode();
  const forever = await new SignJWT({ oriel: all })
    .setProtectedHeader({ alg: 'HS256' })
    .setAudience('shop')
    .setIssuer(auth.issuer)
    .sign(new TextEncoder().encode(secret));
  const refused: [Record<string, string>, string, RegExp][] = [
    [{}, 'unauthorized', /A token is needed/],
    [{ authorization: 'Basic bWFyeTpwYXNz' }, 'unauthorized', /A token is needed/],
    [{ authorization: 'Bearer a.b.c' }, 'unauthorized', /not valid/],
    [{ authorization: `Bearer ${unsigned}` }, 'unauthorized', /not valid/],
    [{ authorization: `Bearer ${forever}` }, 'unauthorized', /"exp"/],
    [await bearing({ aud: 'other' }), 'unauthorized', /"aud"/],
    [await bearing({ iss: 'https://other.example' }), 'unauthorized', /"iss"/],
    [await bearing({ key: 'another secret of more than thirty-two bytes' }), 'unauthorized', /not valid/],
    [await bearing({ alg: 'HS512' }), 'unauthorized', /not valid/],
    [await bearing({ expires: -60 }), 'auth-expired', /expired/],
  ];
  for (const [headers, code, detail] of refused) {
    const answer = await post('/acme.shop/who', undefined, headers);
    const it = await answer.json();
    assert.deepEqual([answer.status, it.code], [401, code], it.detail);
    assert.match(it.detail, detail);
    assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer/);
  }
  await close();
});

test('a token allows the contracts and members that it names', async () => {
  const { post, url, close } = await started({ auth });
  const status = async (oriel: unknown, path = '/acme.shop/who') =>
    (await post(path, path.endsWith('seen') ? { page: '/' } : undefined, await bearing({ oriel }))).status;
  assert.equal(await status([{ contract: '*' }]), 200);
  assert.equal(await status([{ contract: 'acme.shop', members: ['who'] }]), 200);
  assert.equal(await status([{ contract: 'acme.shop', members: ['price'] }]), 403);
  assert.equal(await status([{ contract: 'acme.shop', members: ['price'] }], '/acme.shop/seen'), 403);
  assert.equal(await status([{ contract: 'acme.other' }]), 403);
  for (const odd of [undefined, 'acme.shop', [], [null], [{ contract: 'acme.shop', members: 'who' }]])
    assert.equal(await status(odd ?? {}), 403);
  const headers = await bearing({ oriel: [{ contract: 'acme.shop', members: ['shipped'] }] });
  assert.equal((await fetch(`${url}/acme.shop/events?topic=paid`, { headers })).status, 403);
  await close();
});

test('a page sees the events of its subjects alone, past and coming', async () => {
  const { gateway, url, close } = await started({ auth });
  const pay = (amount: number, subject?: string) =>
    gateway.emit('acme.shop/paid', { amount }, subject === undefined ? {} : { subject });
  await pay(1, 'customer-7/a');
  await pay(2, 'customer-8/a');
  await pay(3);
  const oriel = [{ contract: 'acme.shop', subjects: ['customer-7/*', 'all'] }];
  const { next, close: leave } = await following(url, 'topic=paid&after=earliest', await bearing({ oriel }));
  const seen = async () => (await next())?.data.data;
  assert.deepEqual(await seen(), { amount: 1 });
  assert.equal((await next())?.event, 'live');
  await pay(4, 'customer-8/b');
  await pay(5, 'customer-7/b');
  await pay(6, 'all');
  assert.deepEqual([await seen(), await seen()], [{ amount: 5 }, { amount: 6 }]);
  leave();
  await close();
});

test('an open stream ends with its token, and goes on where it was with another', async () => {
  const { gateway, url, close } = await started({ auth: { ...auth, clockTolerance: 0 } });
  const { next } = await following(url, 'topic=paid', await bearing({ expires: 1 }));
  const live = await next();
  const end = await next();
  assert.deepEqual([live?.event, end?.event, end?.data.reason], ['live', 'end', 'auth-expired']);
  assert.equal(await next(), undefined);
  await gateway.emit('acme.shop/paid', { amount: 5 });
  const again = await following(url, `topic=paid&after=${live?.id}`, await bearing());
  assert.deepEqual((await again.next())?.data.data, { amount: 5 });
  again.close();
  await close();
});

test('keys may be public, at an address, and a check has the last word', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const keys = createServer(async (_, response) =>
    response.end(JSON.stringify({ keys: [await exportJWK(publicKey)] })),
  );
  await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
  const key = new URL(`http://127.0.0.1:${(keys.address() as AddressInfo).port}/jwks.json`);
  const revoked = new Set(['eve']);
  const { post, close } = await started({
    auth: { ...auth, key, algorithms: ['ES256'], check: ({ sub = '' }) => !revoked.has(sub) },
  });
  const status = async (its: Its) => (await post('/acme.shop/who', undefined, await bearing(its))).status;
  assert.equal(await status({ alg: 'ES256', key: privateKey }), 200);
  assert.equal(await status({ alg: 'ES256', key: privateKey, sub: 'eve' }), 401);
  // Signed with the public key as if it were a secret.
  assert.equal(await status({ alg: 'HS256', key: JSON.stringify(await exportJWK(publicKey)) }), 401);
  await close();
  keys.close();
});

test('while keys can not be had, tokens are not to blame, and the operator hears why once', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  let answer: (() => Promise<string>) | undefined;
  const keys = createServer(async (_, response) => {
    if (answer) response.end(await answer());
    else response.writeHead(500).end();
  });
  await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
  const key = new URL(`http://127.0.0.1:${(keys.address() as AddressInfo).port}/jwks.json`);
  let known = true;
  const { post, errors, close } = await started({
    auth: {
      ...auth,
      key,
      algorithms: ['ES256'],
      check: () => {
        if (!known) throw new Error('the list of revoked tokens is away');
        return true;
      },
    },
  });
  const headers = await bearing({ alg: 'ES256', key: privateKey });
  const asked = async () => {
    const response = await post('/acme.shop/who', undefined, headers);
    return [response.status, (await response.json()).code, response.headers.get('retry-after')];
  };
  const away = [503, 'auth-unavailable', '2'];
  assert.deepEqual(await asked(), away);
  answer = async () => '<html>';
  assert.deepEqual(await asked(), away);
  answer = async () => '{"keys":5}';
  assert.deepEqual(await asked(), away);
  assert.equal(errors.length, 1);
  answer = async () => JSON.stringify({ keys: [await exportJWK(publicKey)] });
  assert.equal((await asked())[0], 200);
  known = false;
  assert.deepEqual(await asked(), away);
  assert.match(String(errors[1]), /revoked tokens is away/);
  known = true;
  assert.equal((await asked())[0], 200);
  await close();
  keys.close();
});

test('the key of one caller names nothing of another, whatever their tokens have in common', async () => {
  const { post, bought, close } = await started({ auth: { ...auth, issuer: ['https://bank.example', 'b'] } });
  const until = Math.floor(Date.now() / 1000) + 60;
  const made = (claims: JWTPayload) =>
    new SignJWT({ oriel: all, iss: 'b', ...claims })
      .setProtectedHeader({ alg: 'HS256' })
      .setAudience('shop')
      .setExpirationTime(until)
      .sign(new TextEncoder().encode(secret));
  const tokens = await Promise.all([
    made({ seat: 1 }),
    made({ seat: 2 }),
    made({ sub: 'mary' }),
    made({ sub: 'mary', iss: 'https://bank.example' }),
    made({ sub: 'john' }),
  ]);
  const ids = new Set();
  for (const [i, bearer] of tokens.entries()) {
    const headers = { authorization: `Bearer ${bearer}`, 'idempotency-key': 'k' };
    assert.equal(await (await post('/acme.shop/buy', { sku: 'a' }, headers)).json(), i + 1);
    const seen = await (await post('/acme.shop/seen', { page: '/a' }, headers)).json();
    assert.equal(seen.duplicate, false);
    ids.add(seen.id);
    assert.equal((await (await post('/acme.shop/seen', { page: '/a' }, headers)).json()).duplicate, true);
  }
  assert.deepEqual([bought(), ids.size], [tokens.length, tokens.length]);
  await close();
});

test('what callers may ask is counted for each', async () => {
  const { post, close } = await started({ auth, limits: { rate: 1, burst: 2 } });
  const [mary, john] = [await bearing(), await bearing({ sub: 'john' })];
  const status = async (headers: Record<string, string>) => {
    const answer = await post('/acme.shop/who', undefined, headers);
    return [answer.status, answer.headers.get('retry-after')];
  };
  assert.deepEqual(
    [await status(mary), await status(mary)],
    [
      [200, null],
      [200, null],
    ],
  );
  assert.deepEqual(await status(mary), [429, '1']);
  assert.deepEqual(await status(john), [200, null]);
  await close();
});

test('a gateway says what is wrong with how it is to check tokens', async () => {
  const wrong: [unknown, string][] = [
    [undefined, 'auth'],
    [{ ...auth, key: undefined }, 'auth.key'],
    [{ ...auth, key: 'short' }, 'auth.key'],
    [{ ...auth, algorithms: [] }, 'auth.algorithms'],
    [{ ...auth, algorithms: ['none'] }, 'auth.algorithms'],
    [{ ...auth, algorithms: ['HS256', 'RS256'] }, 'auth.algorithms'],
    [{ ...auth, key: new URL('https://bank.example/keys'), algorithms: ['HS256'] }, 'auth.algorithms'],
    [{ ...auth, audience: undefined }, 'auth.audience'],
    [{ ...auth, audiance: 'shop' }, 'auth.audiance'],
  ];
  for (const [its, key] of wrong)
    await assert.rejects(
      started({ auth: its as never }),
      (error) => error instanceof ConfigError && error.key === key,
    );
});
