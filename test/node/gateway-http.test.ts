import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Parser } from '@asyncapi/parser';
import { Validator } from '@seriousme/openapi-schema-validator';
import { contract, stream, type } from '../../dist/contract/index.js';
import { gateway } from '../../dist/gateway/index.js';
import { memory } from '../../dist/log/memory.js';
import { shop, started } from '../support/gateway.js';
import { until } from '../support/wait.js';

const problem = async (answer: Promise<Response>) => {
  const response = await answer;
  assert.equal(response.headers.get('content-type'), 'application/problem+json');
  const body = await response.json();
  assert.equal(body.status, response.status);
  assert.equal(body.type, `urn:oriel:error:${body.code}`);
  return body;
};

test('a method answers to POST with JSON', async () => {
  const { post, close } = await started();
  const answer = await post('/acme.shop/price', { sku: 'abc' });
  assert.deepEqual([answer.status, await answer.json()], [200, 3]);
  assert.deepEqual(await (await post('/acme.shop/who')).json(), { name: 'acme.shop', member: 'who' });
  await close();
});

test('what is wrong is a problem that names code, member and path', async () => {
  const { post, url, close } = await started();
  const invalid = await problem(post('/acme.shop/price', { sku: 3 }));
  assert.deepEqual(
    [invalid.status, invalid.code, invalid.member, invalid.path],
    [422, 'invalid', 'price', ['sku']],
  );
  const refused: [Promise<Response>, number, string][] = [
    [post('/acme.shop/nope', {}), 404, 'unknown-member'],
    [post('/acme.shop/constructor', {}), 404, 'unknown-member'],
    [post('/acme.shop/paid', { amount: 1 }), 404, 'unknown-member'],
    [post('/acme.none/price', {}), 404, 'unknown-contract'],
    [post('/acme.shop/price', '{"sku":'), 400, 'not-json'],
    [post('/acme.shop/price', '{"sku":"a"}', { 'content-type': 'text/plain' }), 415, 'not-json'],
    [post('/acme.shop/price', { sku: 'a' }, { 'idempotency-key': 'a b' }), 400, 'bad-key'],
    [fetch(`${url}/acme.shop/price`), 405, 'method'],
    [fetch(`${url}/`), 404, 'unknown-address'],
    [post('/acme.shop/odd', '"throw"'), 500, 'gone'],
  ];
  for (const [answer, status, code] of refused) {
    const it = await problem(answer);
    assert.deepEqual([it.status, it.code], [status, code]);
  }
  await close();
});

test("a service's own error keeps its code and its data", async () => {
  const { post, close } = await started();
  const it = await problem(post('/acme.shop/odd', '"throw"'));
  assert.deepEqual([it.detail, it.code, it.data], ['no such thing', 'gone', { sku: 1 }]);
  await close();
});

test('what a service answers wrongly is 502, and says where', async () => {
  const { post, errors, close } = await started();
  const it = await problem(post('/acme.shop/price', { sku: 'wrong' }));
  assert.deepEqual([it.status, it.code, it.member, it.path], [502, 'invalid', 'price', []]);
  assert.equal(errors.length, 1);
  await close();
});

test('what JSON has no form for is refused by its path, never lost', async () => {
  const { post, close } = await started();
  const given = async (name: string) => (await post('/acme.shop/odd', JSON.stringify(name))).text();
  assert.equal(await given('date'), '"1970-01-01T00:00:00.000Z"');
  assert.equal(await given('undefined'), '{"b":1}');
  assert.equal(await given('nothing'), 'null');
  for (const [name, path] of Object.entries({
    map: 'odd',
    nan: 'odd.deep.0',
    hole: 'odd.0',
    bigint: 'odd',
    bytes: 'odd',
  })) {
    const it = await problem(post('/acme.shop/odd', JSON.stringify(name)));
    assert.deepEqual([it.status, it.code], [502, 'not-cloneable']);
    assert.match(it.detail, new RegExp(`^"${path}"`));
  }
  await close();
});

test('a stream is lines of JSON, or server-sent events where they are asked for', async () => {
  const { post, close } = await started();
  const lines = await post('/acme.shop/count', '2');
  assert.equal(lines.headers.get('content-type'), 'application/x-ndjson');
  assert.equal(await lines.text(), '{"item":1}\n{"item":2}\n');
  const events = await post('/acme.shop/count', '2', { accept: 'text/event-stream' });
  assert.equal(await events.text(), 'data: 1\n\ndata: 2\n\nevent: done\ndata: {}\n\n');
  await close();
});

test('an item is not lost behind a beat that its reader has not taken', async () => {
  const long = 'x'.repeat(2000);
  let go = () => {};
  const asked = new Promise<void>((resolve) => {
    go = resolve;
  });
  const its = gateway({
    contract: contract({
      name: 'acme.slow',
      version: '1.0.0',
      guest: { lines: stream({ output: type<string>() }) },
    }),
    services: {
      lines: async function* () {
        await asked;
        yield long;
      },
    },
    auth: false,
    beat: 20,
    limits: { queue: 1000 },
  });
  const answer = await its.fetch(new Request('http://gateway/acme.slow/lines', { method: 'POST' }));
  // The reader takes nothing while a beat comes, and the item after it.
  await new Promise((resolve) => setTimeout(resolve, 100));
  go();
  await new Promise(setImmediate);
  assert.equal((await answer.text()).trim(), JSON.stringify({ item: long }));
  await its.close();
});

test('an error in the midst of a stream is the last that is said', async () => {
  const { post, close } = await started();
  const lines = (await (await post('/acme.shop/count', '20')).text()).trimEnd().split('\n');
  assert.equal(lines.length, 13);
  const { error } = JSON.parse(lines[12] as string);
  assert.deepEqual([error.code, error.status, error.member], ['invalid', 502, 'count']);
  await close();
});

test('a stream whose reader goes away ends its producer', async () => {
  const { post, url, close } = await started();
  const stop = new AbortController();
  const response = await fetch(`${url}/acme.shop/count`, {
    method: 'POST',
    body: '1e9',
    headers: { 'content-type': 'application/json' },
    signal: stop.signal,
  });
  await response.body?.getReader().read();
  const open = async () => /oriel_calls_open (\d+)/.exec(await (await fetch(`${url}/metrics`)).text())?.[1];
  stop.abort();
  await until(async () => (await open()) === '0');
  assert.equal((await post('/acme.shop/buy', { sku: 'a' })).status, 200);
  await close();
});

test('the same key gets the first answer, also while that is under way, and no other input', async () => {
  const { post, bought, close } = await started();
  const headers = { 'idempotency-key': 'k-1' };
  const both = await Promise.all([
    post('/acme.shop/buy', { sku: 'a' }, headers),
    post('/acme.shop/buy', { sku: 'a' }, headers),
  ]);
  assert.deepEqual(await Promise.all(both.map((each) => each.json())), [1, 1]);
  assert.equal(await (await post('/acme.shop/buy', { sku: 'a' }, headers)).json(), 1);
  assert.equal(bought(), 1);
  assert.equal((await problem(post('/acme.shop/buy', { sku: 'b' }, headers))).code, 'key-reused');
  await post('/acme.shop/buy', { sku: 'a' }, { 'idempotency-key': 'k-2' });
  assert.equal(bought(), 2);
  await close();
});

test('an event of a page is kept once, by its key', async () => {
  const { post, close } = await started();
  const headers = { 'idempotency-key': 'seen-1' };
  const first = await post('/acme.shop/seen', { page: '/a' }, headers);
  const second = await post('/acme.shop/seen', { page: '/a' }, headers);
  const [one, two] = [await first.json(), await second.json()];
  assert.deepEqual([first.status, one.duplicate, two.duplicate], [202, false, true]);
  assert.deepEqual([two.id, two.cursor], [one.id, one.cursor]);
  assert.equal((await problem(post('/acme.shop/seen', { page: 1 }))).code, 'invalid');
  await close();
});

test('a call that takes too long is 504, and its service is told', async () => {
  const { post, url, close } = await started({ limits: { callTime: 50 } });
  assert.equal((await problem(post('/acme.shop/wait'))).code, 'timeout');
  await until(async () => (await (await fetch(`${url}/metrics`)).text()).includes('oriel_calls_open 0'));
  await close();
});

test('the documents are valid by their official parsers', async () => {
  const { url, close } = await started();
  const openapi = await (await fetch(`${url}/acme.shop/openapi.json`)).json();
  const verdict = await new Validator().validate(openapi);
  assert.deepEqual([verdict.valid, verdict.errors], [true, undefined]);
  assert.equal(openapi.openapi, '3.1.0');
  assert.deepEqual(Object.keys(openapi.paths).sort(), [
    '/acme.shop/buy',
    '/acme.shop/count',
    '/acme.shop/events',
    '/acme.shop/odd',
    '/acme.shop/price',
    '/acme.shop/seen',
    '/acme.shop/wait',
    '/acme.shop/who',
  ]);
  const asyncapi = await (await fetch(`${url}/acme.shop/asyncapi.json`)).text();
  const { diagnostics, document } = await new Parser().parse(asyncapi);
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === 0),
    [],
  );
  assert.equal(document?.operations().filterBySend().length, 3);
  await close();
});

test('pages of the listed origins may call, and no others', async () => {
  const { url, close } = await started({ cors: ['https://crm.example'] });
  const ask = (origin: string) =>
    fetch(`${url}/acme.shop/price`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
  const ours = await ask('https://crm.example');
  assert.equal(ours.headers.get('access-control-allow-origin'), 'https://crm.example');
  assert.match(ours.headers.get('access-control-allow-headers') ?? '', /idempotency-key/);
  assert.equal((await ask('https://other.example')).headers.get('access-control-allow-origin'), null);
  await close();
});

test('health and metrics are there for who runs it', async () => {
  const { url, post, close } = await started();
  await post('/acme.shop/price', { sku: 'a' });
  const health = await fetch(`${url}/healthz`);
  assert.deepEqual([health.status, await health.json()], [200, { ok: true, log: 'memory', durable: false }]);
  const metrics = await fetch(`${url}/metrics`);
  assert.match(metrics.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  const text = await metrics.text();
  assert.match(text, /oriel_calls_total\{contract="acme\.shop",member="price",outcome="ok"\} 1\n/);
  assert.match(text, /oriel_call_seconds_bucket\{contract="acme\.shop",member="price",le="\+Inf"\} 1\n/);
  for (const line of text.trimEnd().split('\n'))
    assert.match(line, /^# (HELP|TYPE) oriel_\w+ .+$|^oriel_\w+(\{(\w+="[^"]*",?)+\})? [\d.e+-]+$/, line);
  await close();
});

test('it is mounted in any server that has Request and Response, below a path of its own', async () => {
  const mounted = gateway({
    contract: shop,
    services: {
      ...Object.fromEntries(['buy', 'odd', 'wait', 'who', 'count'].map((name) => [name, () => 0])),
      price: () => 7,
    } as never,
    log: memory(),
    auth: false,
    path: '/api/shop',
  });
  const call = (path: string) =>
    mounted.fetch(
      new Request(`https://crm.example${path}`, {
        method: 'POST',
        body: '{"sku":"a"}',
        headers: { 'content-type': 'application/json' },
      }),
    );
  assert.equal(await (await call('/api/shop/acme.shop/price')).json(), 7);
  assert.equal((await call('/acme.shop/price')).status, 404);
  await mounted.close();
  assert.equal((await call('/api/shop/acme.shop/price')).status, 503);
});

test('a gateway that closes takes nothing more, and waits for what is being answered', async () => {
  let answer: ((bought: number) => void) | undefined;
  const {
    post,
    gateway: its,
    close,
  } = await started({
    services: {
      ...Object.fromEntries(['odd', 'wait', 'who', 'count', 'price'].map((name) => [name, () => 0])),
      buy: () =>
        new Promise<number>((resolve) => {
          answer = resolve;
        }),
    } as never,
  });
  const call = post('/acme.shop/buy', { sku: 'a' });
  await until(() => answer);
  const closing = its.close();
  const late = await its.fetch(new Request('http://gateway/acme.shop/price', { method: 'POST' }));
  assert.deepEqual([late.status, late.headers.get('retry-after')], [503, '1']);
  answer?.(5);
  assert.equal(await (await call).json(), 5);
  await closing;
  await close();
});
