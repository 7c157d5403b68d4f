// What is posted, where it may go, and what becomes of the answer: over real sockets.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import dns from 'node:dns';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, mock, test } from 'node:test';
import { promisify } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { type PipeOptions, pipe } from '../../dist/sinks/pipe.js';
import type { Delivery } from '../../dist/sinks/sink.js';
import { type WebhookSinkOptions, webhook } from '../../dist/sinks/webhook.js';
import { certificate } from '../support/certificate.js';
import { leftOut } from '../support/left-out.js';
import { rejection, until } from '../support/wait.js';

interface Got {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const open: Server[] = [];
after(() => {
  for (const server of open) server.close();
});

/** A receiver, and what it got. */
async function receiver(
  answer: Answer = (_, response) => response.writeHead(204).end(),
  address = '127.0.0.1',
) {
  const got: Got[] = [];
  let connections = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    got.push({ headers: request.headers, body: Buffer.concat(chunks) });
    answer(request, response);
  });
  server.on('connection', () => connections++);
  open.push(server);
  await new Promise<void>((listening) => server.listen(0, address, listening));
  const { port } = server.address() as AddressInfo;
  return { got, port, url: `http://${address}:${port}/hooks`, connections: () => connections };
}

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const allow = ['127.0.0.1'];
const never = new AbortController().signal;

const event = (more: Partial<Delivery> = {}): Delivery => ({
  id: 'evt_1',
  contract: 'acme.ticket',
  event: 'solved',
  subject: 'T-7',
  time: '2026-01-31T12:00:00.000Z',
  payload: { id: '7', note: 'é €' },
  raw: undefined,
  cursor: 'a:1',
  attempt: 1,
  ...more,
});

const sinks: { close?(): void | Promise<void> }[] = [];
after(async () => {
  for (const sink of sinks) await sink.close?.();
});
function sink(options: Partial<WebhookSinkOptions> & { url: string }) {
  const made = webhook({ secret, allow, ...options });
  sinks.push(made);
  return made;
}
function piped(options: Partial<PipeOptions> & { to: string }) {
  const made = pipe({ secret, allow, ...options });
  sinks.push(made);
  return made;
}

test('an event is posted as a CloudEvent, signed so that the reference library takes it', async () => {
  const { got, url } = await receiver();
  await sink({ url, headers: { Authorization: 'Bearer x' } }).deliver(event(), never);
  const [{ headers, body }] = got as [Got];
  assert.equal(headers['content-type'], 'application/cloudevents+json');
  assert.equal(headers['webhook-id'], 'evt_1');
  assert.equal(headers.authorization, 'Bearer x');
  assert.deepEqual(new Webhook(secret).verify(body.toString(), headers as Record<string, string>), {
    specversion: '1.0',
    id: 'evt_1',
    source: '/acme.ticket',
    type: 'solved',
    subject: 'T-7',
    time: '2026-01-31T12:00:00.000Z',
    datacontenttype: 'application/json',
    data: { id: '7', note: 'é €' },
  });
});

test('as data, the payload is posted alone: JSON, or bytes as they are', async () => {
  const { got, url } = await receiver();
  const plain = sink({ url, form: 'data' });
  const bytes = randomBytes(1000);
  await plain.deliver(event(), never);
  await plain.deliver(event({ payload: new Uint8Array(bytes) }), never);
  await plain.deliver(event({ payload: null }), never);
  assert.deepEqual(
    got.map(({ headers }) => headers['content-type']),
    ['application/json', 'application/octet-stream', 'application/json'],
  );
  assert.deepEqual(
    got.map(({ body }) => body),
    [Buffer.from('{"id":"7","note":"é €"}'), bytes, Buffer.from('null')],
  );
});

test('what JSON has no words for is dead at once', async () => {
  const { got, url } = await receiver();
  const error = await rejection(sink({ url }).deliver(event({ payload: { at: new Map() } }), never));
  assert.equal(error.name, 'Undeliverable');
  assert.match(error.message, /at/);
  assert.equal(got.length, 0);
});

test('each attempt is signed anew under the id of the first, with each secret', async () => {
  const { got, url } = await receiver();
  const old = `whsec_${randomBytes(24).toString('base64')}`;
  const signer = webhook({ url, allow, secrets: [secret, old] });
  sinks.push(signer);
  mock.timers.enable({ apis: ['Date'], now: Date.now() - 60_000 });
  await signer.deliver(event(), never);
  mock.timers.tick(60_000);
  await signer.deliver(event({ attempt: 2 }), never);
  mock.timers.reset();
  const [first, second] = got.map(({ headers }) => headers);
  assert.equal(first?.['webhook-id'], second?.['webhook-id']);
  assert.equal(Number(second?.['webhook-timestamp']) - Number(first?.['webhook-timestamp']), 60);
  for (const { headers, body } of got)
    for (const key of [secret, old])
      new Webhook(key).verify(body.toString(), headers as Record<string, string>);
});

test('without a secret it takes a word to send, and an id of any text is made one of a header', async () => {
  const { got, url } = await receiver();
  await sink({ url, secret: false }).deliver(event({ id: 'Größe, 1' }), never);
  assert.equal(got[0]?.headers['webhook-signature'], undefined);
  assert.match(String(got[0]?.headers['webhook-id']), /^sha256:[0-9a-f]{64}$/);
});

test('a pipe hands on the same bytes and content headers, and what it is told', async () => {
  const { got, url } = await receiver();
  const target = piped({ to: url, forward: ['X-GitHub-Event'] });
  const headers = [
    ['Content-Type', 'application/json; charset=utf-8'],
    ['content-encoding', 'gzip'],
    ['x-github-event', 'push'],
    ['x-hub-signature-256', 'sha256=00'],
    ['webhook-id', 'theirs'],
    ['host', 'elsewhere'],
  ] as const;
  const bodies = [
    Buffer.from(String.raw`{"url":"https:\/\/x","n":1.0,"n":2}`),
    randomBytes(100_000),
    Buffer.alloc(0),
    Buffer.from([0xff, 0xfe, 0, 0x0d, 0x0a]),
  ];
  for (const body of bodies) await target.deliver(event({ raw: { headers, body } }), never);
  assert.deepEqual(
    got.map(({ body }) => body),
    bodies,
  );
  const [first] = got as [Got];
  assert.equal(first.headers['content-type'], 'application/json; charset=utf-8');
  assert.equal(first.headers['content-encoding'], 'gzip');
  assert.equal(first.headers['x-github-event'], 'push');
  assert.equal(first.headers['x-hub-signature-256'], undefined);
  assert.equal(first.headers['webhook-id'], 'evt_1');
  assert.equal(first.headers.host, new URL(url).host);
  new Webhook(secret).verify(first.body.toString(), first.headers as Record<string, string>);
});

test('a pipe has nothing to hand on of an event whose bytes were not kept', async () => {
  const error = await rejection(piped({ to: 'http://127.0.0.1:9/' }).deliver(event(), never));
  assert.equal(error.name, 'Undeliverable');
});

test('anything but 2xx is not delivered, and Retry-After is handed on', async () => {
  let [status, header] = [500, ''];
  const { url } = await receiver((_, response) => {
    response.writeHead(status, header ? { 'retry-after': header } : {}).end('no');
  });
  const target = sink({ url });
  const tried = async (code: number, after = '') => {
    [status, header] = [code, after];
    return rejection(target.deliver(event(), never));
  };
  for (const code of [400, 401, 404, 429, 500, 503])
    assert.deepEqual(
      { ...(await tried(code)) },
      { code: 'not-delivered', name: 'NotDelivered', status: code, retryAfter: undefined },
    );
  assert.equal((await tried(503, '120')).retryAfter, 120_000);
  const dated = (await tried(429, new Date(Date.now() + 60_000).toUTCString())).retryAfter;
  assert.ok(dated > 50_000 && dated <= 60_000, `${dated}`);
  assert.equal((await tried(503, new Date(0).toUTCString())).retryAfter, 0);
  assert.equal((await tried(503, 'soon')).retryAfter, undefined);
  assert.equal((await tried(503, '99999999999')).retryAfter, 86_400_000);
});

test('a redirect is not followed', async () => {
  const elsewhere = await receiver();
  for (const status of [301, 302, 303, 307, 308]) {
    const { url } = await receiver((_, response) =>
      response.writeHead(status, { location: elsewhere.url }).end(),
    );
    const error = await rejection(sink({ url }).deliver(event(), never));
    assert.match(error.message, /Redirects are not followed/);
  }
  assert.equal(elsewhere.connections(), 0);
});

test('a receiver that is gone is left alone', async () => {
  const { got, url } = await receiver((_, response) => response.writeHead(410).end());
  const target = sink({ url });
  for (let i = 0; i < 3; i++)
    assert.equal((await rejection(target.deliver(event(), never))).name, 'Undeliverable');
  assert.equal(got.length, 1);
});

test('one that never answers is given up when the signal says so, and its connection with it', async () => {
  let closed = false;
  const { url } = await receiver((request) => {
    request.socket.once('close', () => {
      closed = true;
    });
  });
  const error = await rejection(sink({ url }).deliver(event(), AbortSignal.timeout(200)));
  assert.equal(error.name, 'TimeoutError');
  await until(() => closed);
});

test('one that hangs up, or answers with what is no answer, has not taken it', async () => {
  const answers = [
    '',
    'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n',
    'hello\r\n\r\n',
  ];
  const { url, connections } = await receiver((request) =>
    request.socket.end(answers[connections() - 1] ?? ''),
  );
  for (const _ of answers) {
    const target = sink({ url });
    assert.ok((await rejection(target.deliver(event(), never))) instanceof Error);
  }
  assert.equal(connections(), answers.length);
});

test('an answer without end costs 64 KiB, and its connection', async () => {
  let [sent, closed] = [0, false];
  const { url } = await receiver((request, response) => {
    response.writeHead(200);
    const write = () => {
      while (!closed && response.write(randomBytes(16_384))) sent += 16_384;
    };
    response.on('drain', write);
    request.socket.once('close', () => {
      closed = true;
    });
    write();
  });
  await sink({ url }).deliver(event(), never);
  await until(() => closed);
  assert.ok(sent < 32 * 2 ** 20, `${sent} bytes were taken`);
});

test('connections are kept, and one that its receiver has just closed costs nothing', async () => {
  const seen = new WeakMap<object, number>();
  const { got, url, connections } = await receiver((request, response) => {
    const count = (seen.get(request.socket) ?? 0) + 1;
    seen.set(request.socket, count);
    if (count === 3) request.socket.destroy();
    else response.writeHead(200).end('ok');
  });
  const target = sink({ url });
  for (let i = 0; i < 4; i++) await target.deliver(event(), never);
  assert.equal(connections(), 2);
  assert.equal(got.length, 5);
});

test('a connection outlives the signals of what was sent over it, and no answer that drips', async () => {
  let drips = false;
  const { url, connections } = await receiver((_, response) => {
    response.writeHead(200, { 'content-length': '10' }).write('12345');
    if (!drips) setTimeout(() => response.end('67890'), 20);
  });
  const target = sink({ url });
  const send = async () => {
    const signal = new AbortController();
    await target.deliver(event(), signal.signal);
    signal.abort();
  };
  for (let i = 0; i < 3; i++) await send();
  assert.equal(connections(), 1);
  drips = true;
  await send();
  drips = false;
  await send();
  assert.equal(connections(), 2);
});

test('a name that leads to the machine itself is refused before anything is sent', async () => {
  const { port, connections } = await receiver();
  const target = webhook({ url: `https://localhost:${port}/`, secret });
  sinks.push(target);
  const error = await rejection(target.deliver(event(), never));
  assert.equal(error.name, 'Undeliverable');
  assert.match(error.message, /localhost leads to .* not a public address/);
  assert.equal(connections(), 0);
});

test('it connects to the address that was looked at, whatever the name says later', async () => {
  const right = await receiver();
  const answers = [['127.0.0.1'], ['127.0.0.2'], ['127.0.0.1', '127.0.0.2'], []];
  let asked = 0;
  const lookup = mock.method(dns, 'lookup', (_: string, __: object, done: (...args: unknown[]) => void) => {
    const addresses = (answers[asked++] ?? []).map((address) => ({ address, family: 4 }));
    done(null, addresses);
  });
  syncBuiltinESMExports();
  try {
    const url = `https://rebinds.example:${right.port}/`;
    const rejected = async () => {
      const target = webhook({ url, secret, allow });
      const error = await rejection(target.deliver(event(), never));
      await target.close?.();
      return error;
    };
    // No TLS is spoken there: that it was reached is what counts.
    assert.notEqual((await rejected()).name, 'Undeliverable');
    assert.equal(right.connections(), 1);
    assert.equal(asked, 1);
    assert.equal((await rejected()).name, 'Undeliverable');
    assert.equal((await rejected()).name, 'Undeliverable');
    assert.match((await rejected()).message, /rebinds\.example/);
    assert.equal(right.connections(), 1);
  } finally {
    lookup.mock.restore();
    syncBuiltinESMExports();
  }
});

test('https is spoken with the name that was given, and to whom an authority vouches for alone', async (t) => {
  const made = certificate(['hooks.test', 'localhost']);
  if (!made) return leftOut(t, 'there is no openssl');
  const got: string[] = [];
  const server = createSecureServer(made, (request, response) => {
    got.push(String((request.socket as unknown as { servername?: string }).servername));
    response.end();
  });
  open.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
  const error = await rejection(sink({ url, allow: ['localhost'] }).deliver(event(), never));
  assert.match(error.code, /CERT|SIGNED/);
  assert.equal(got.length, 0);

  const folder = mkdtempSync(join(tmpdir(), 'oriel-'));
  try {
    writeFileSync(join(folder, 'cert.pem'), made.cert);
    const code = `
      const { webhook } = await import(${JSON.stringify(new URL('../../dist/sinks/webhook.js', import.meta.url).href)});
      const sink = webhook({ url: ${JSON.stringify(url)}, secret: ${JSON.stringify(secret)}, allow: ['localhost'] });
      await sink.deliver(${JSON.stringify(event())}, AbortSignal.timeout(10_000));
      sink.close();`;
    await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem') },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
  assert.deepEqual(got, ['localhost']);
});

test('what it is told wrong, it says at once', () => {
  const url = 'https://crm.example/hooks';
  const why = (options: object) => {
    try {
      webhook({ url, secret, ...options });
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'bad-config', String(error));
      return (error as Error).message;
    }
    return assert.fail('it was taken');
  };
  assert.match(why({ secret: undefined }), /^secret: .*variable/);
  assert.match(why({ secret: '' }), /^secret: /);
  assert.match(why({ secret: 'whsec_not base64!' }), /^secret: .*base64/);
  assert.match(why({ secret: 'whsec_c2hvcnQ=' }), /^secret: .*5 bytes/);
  assert.match(why({ secrets: [secret] }), /^secret: stands beside/);
  assert.match(why({ secret: undefined, secrets: [] }), /^secrets: is empty/);
  assert.match(why({ secret: undefined, secrets: [secret, 'x y'] }), /^secrets\[1\]: /);
  assert.match(why({ headers: { 'a b': 'x' } }), /^headers: /);
  assert.match(why({ url: 'http://crm.example/' }), /^url: /);
  assert.throws(() => pipe({ to: url, secret, forward: ['Host'] }), /forward: "host"/);
});
