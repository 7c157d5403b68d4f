import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { type Started, shop, started } from '../support/gateway.js';
import { until } from '../support/wait.js';

/** Says something over a bare socket, and hears what comes back until the other side hangs up. */
function bare(
  { url }: Started,
  text: string,
  more?: () => string | undefined,
): Promise<{ text: string; sent: number; took: number }> {
  const start = performance.now();
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let [heard, sent] = ['', 0];
    const say = () => {
      for (let next = more?.(); next !== undefined && !socket.destroyed; next = more?.()) {
        sent += next.length;
        if (!socket.write(next)) return void socket.once('drain', say);
      }
    };
    socket.write(text);
    say();
    socket.on('data', (chunk) => {
      heard += chunk;
    });
    socket.on('error', () => {}); // it hangs up while we speak
    socket.on('close', () => resolve({ text: heard, sent, took: performance.now() - start }));
  });
}

const head = (length: number | 'chunked', more = '') =>
  `POST /acme.shop/price HTTP/1.1\r\nhost: gateway\r\ncontent-type: application/json\r\n${
    length === 'chunked' ? 'transfer-encoding: chunked' : `content-length: ${length}`
  }\r\n${more}\r\n`;

test('a body of 2 GB is refused before it is sent', async () => {
  const its = await started();
  const block = 'x'.repeat(65_536);
  const told = await bare(its, head(2 * 2 ** 30), () => block);
  assert.match(told.text, /^HTTP\/1\.1 413 /);
  assert.match(told.text, /"code":"limit"/);
  // No more than what was on its way before the answer came.
  assert.ok(told.sent < 64 * 2 ** 20, String(told.sent));
  const asked = await new Promise<number | undefined>((resolve, reject) => {
    const sending = request(`${its.url}/acme.shop/price`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': 2 * 2 ** 30, expect: '100-continue' },
    });
    sending.on('continue', () => reject(new Error('It was told to go on.')));
    sending.on('response', ({ statusCode }) => {
      resolve(statusCode);
      sending.destroy();
    });
    sending.on('error', () => {});
    sending.flushHeaders();
  });
  assert.equal(asked, 413);
  await its.close();
});

test('a body that does not say how long it is ends at the limit', async () => {
  const its = await started({ limits: { body: 100_000 } });
  const block = `1000\r\n${'x'.repeat(4096)}\r\n`;
  const { text, sent } = await bare(its, head('chunked'), () => block);
  assert.match(text, /^HTTP\/1\.1 413 /);
  assert.ok(sent < 64 * 2 ** 20, String(sent));
  await its.close();
});

test('a client that sends its headers, or its body, drop by drop is hung up on in time', async () => {
  const its = await started({ limits: { headersTime: 300, requestTime: 600 } });
  const drops = (text: string) =>
    new Promise<number>((resolve) => {
      const start = performance.now();
      const socket = connect(Number(new URL(its.url).port), '127.0.0.1');
      socket.write(text);
      const timer = setInterval(() => socket.write('x'), 50);
      socket.on('error', () => {});
      socket.on('close', () => {
        clearInterval(timer);
        resolve(performance.now() - start);
      });
      socket.resume();
    });
  const [headers, body] = await Promise.all([
    drops('POST /acme.shop/price HTTP/1.1\r\nhost: gateway\r\nx-slow: '),
    drops(head(100_000)),
  ]);
  assert.ok(headers >= 250 && headers < 5000, String(headers));
  assert.ok(body >= 550 && body < 5000, String(body));
  // Others are served meanwhile and after.
  assert.equal((await its.post('/acme.shop/price', { sku: 'a' })).status, 200);
  await its.close();
});

test('headers without end are refused', async () => {
  const its = await started();
  let n = 0;
  const { text, sent } = await bare(
    its,
    'GET /acme.shop/events HTTP/1.1\r\nhost: gateway\r\n',
    () => `x-${n++}: ${'y'.repeat(500)}\r\n`,
  );
  assert.match(text, /^HTTP\/1\.1 431 /);
  assert.ok(sent < 64 * 2 ** 20, String(sent));
  const one = await bare(its, `GET / HTTP/1.1\r\nhost: gateway\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`);
  assert.match(one.text, /^HTTP\/1\.1 431 /);
  await its.close();
});

test('no path leads anywhere but to contracts', async () => {
  const its = await started();
  for (const path of [
    '/../../etc/passwd',
    '/..%2f..%2fetc%2fpasswd',
    '/acme.shop/../../etc/passwd',
    '/acme.shop/..%2fprice',
    '/acme.shop/%2e%2e%2fopenapi.json',
    '//etc/passwd',
    '/acme.shop/%00',
    '/%',
    '/acme.shop/%E0%A4%A',
    '/__proto__/constructor',
  ]) {
    const { text } = await bare(its, `GET ${path} HTTP/1.1\r\nhost: gateway\r\nconnection: close\r\n\r\n`);
    assert.match(text, /^HTTP\/1\.1 4\d\d /, path);
    assert.doesNotMatch(text, /root:/, path);
  }
  assert.deepEqual(its.errors, []);
  await its.close();
});

test('what is no request is refused, and costs nobody anything', async () => {
  const its = await started();
  for (const text of [
    'hello\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    'GET / HTTP/1.1\r\nhost: a b\r\nconnection: close\r\n\r\n',
    'POST /acme.shop/price HTTP/1.1\r\nhost: gateway\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    'POST /acme.shop/price HTTP/1.1\r\nhost: gateway\r\ncontent-length: -1\r\n\r\n',
  ])
    assert.match((await bare(its, text)).text, /^HTTP\/1\.1 4\d\d /, text);
  assert.equal((await its.post('/acme.shop/price', { sku: 'a' })).status, 200);
  await its.close();
});

test('a WebSocket that is asked for at what is no address is refused, and others go on', async () => {
  const its = await started();
  for (const path of ['//', '//[', '/ws/..//', 'http://[/ws']) {
    const told = await bare(
      its,
      `GET ${path} HTTP/1.1\r\nhost: gateway\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`,
    );
    assert.match(told.text, /^HTTP\/1\.1 40[04] /, path);
  }
  assert.equal((await its.post('/acme.shop/price', { sku: 'abc' })).status, 200);
  await its.close();
});

test('a page of an origin that is not listed makes no call, not even one that sends nothing', async () => {
  const its = await started({ cors: ['https://crm.example'] });
  const asked = async (headers: Record<string, string>) =>
    (await its.post('/acme.shop/who', undefined, headers)).status;
  assert.deepEqual(
    [
      await asked({ origin: 'https://other.example', 'sec-fetch-site': 'cross-site' }),
      await asked({ origin: 'https://other.crm.example', 'sec-fetch-site': 'same-site' }),
      await asked({ origin: 'null', 'sec-fetch-site': 'cross-site' }),
      await asked({ origin: 'https://crm.example', 'sec-fetch-site': 'cross-site' }),
      await asked({ origin: 'https://gateway.example', 'sec-fetch-site': 'same-origin' }),
      await asked({}),
    ],
    [403, 403, 403, 200, 200, 200],
  );
  await its.close();
});

test('JSON that is deep, or no text at all, is refused', async () => {
  const its = await started();
  const deep = await its.post('/acme.shop/price', `${'['.repeat(100_000)}${']'.repeat(100_000)}`);
  assert.equal(deep.status, 422);
  const answer = await fetch(`${its.url}/acme.shop/price`, {
    method: 'POST',
    body: new Uint8Array([0x22, 0xff, 0xfe, 0x22]),
    headers: { 'content-type': 'application/json' },
  });
  assert.deepEqual([answer.status, (await answer.json()).code], [400, 'not-json']);
  await its.close();
});

test('a caller that asks without end is told to slow down, and others are served', async () => {
  const its = await started({ limits: { rate: 0.01, burst: 5 } });
  const statuses = await Promise.all(
    Array.from({ length: 20 }, async () => (await its.post('/acme.shop/price', { sku: 'a' })).status),
  );
  assert.equal(statuses.filter((status) => status === 200).length, 5);
  assert.equal(statuses.filter((status) => status === 429).length, 15);
  await its.close();
});

test('one caller has so many calls open, and no more', async () => {
  const its = await started({ limits: { calls: 2 } });
  const stop = new AbortController();
  const hanging = [1, 2].map(() =>
    fetch(`${its.url}/acme.shop/wait`, { method: 'POST', signal: stop.signal }).catch(() => {}),
  );
  await until(async () => (await (await fetch(`${its.url}/metrics`)).text()).includes('oriel_calls_open 2'));
  const third = await its.post('/acme.shop/wait');
  assert.deepEqual([third.status, (await third.json()).code], [429, 'limit']);
  stop.abort();
  await Promise.all(hanging);
  await until(async () => (await its.post('/acme.shop/price', { sku: 'a' })).status === 200);
  await its.close();
});

test('what a caller sends names no member of an object', async () => {
  const its = await started();
  for (const name of ['toString', '__proto__', 'hasOwnProperty', 'then'])
    assert.equal((await its.post(`/acme.shop/${name}`, {})).status, 404, name);
  assert.equal(shop.name, 'acme.shop');
  await its.close();
});
