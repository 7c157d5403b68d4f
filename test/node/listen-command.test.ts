// Webhooks that another gateway receives, on their way to a server of this machine.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { after, test } from 'node:test';
import { contract, event, type } from '../../dist/contract/index.js';
import { gateway } from '../../dist/gateway/index.js';
import { listen } from '../../dist/gateway/node.js';
import { memory } from '../../dist/log/memory.js';
import { type InboxMessage, inbox } from '../../dist/sources/inbox.js';
import { folderWith, oriel } from '../support/command.js';

const cwd = folderWith({});
const timeout = 120_000;

const dev = contract({
  name: 'acme.dev',
  version: '1.0.0',
  guest: {
    received: event(type<InboxMessage>(), { retain: 'log' }),
    other: event(type(), { retain: 'log' }),
  },
});

async function receiving(): Promise<string> {
  const its = gateway({
    contract: dev,
    sources: { received: inbox({ path: '/in/k3jw9' }) },
    log: memory(),
    auth: false,
    limits: { body: 100_000 },
  });
  const { url, close } = await listen(its, { port: 0 });
  after(() => close({ deadline: 0 }));
  return url;
}

interface Got {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** A server of the user's own. */
async function hooked(
  port = 0,
): Promise<{ readonly url: string; readonly got: Got[]; readonly server: Server }> {
  const got: Got[] = [];
  const server = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const { method, url, headers } = message;
    got.push({ method, url, headers, body: Buffer.concat(chunks) });
    response.writeHead(got.length === 2 ? 500 : 204).end();
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got, server };
}

function send(
  url: string,
  headers: Record<string, string | string[]>,
  body: Buffer,
  method = 'POST',
): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const binary = Buffer.from(Array.from({ length: 256 }, (_, i) => i));

test('what was received is sent on byte for byte, with its headers', { timeout }, async () => {
  const url = await receiving();
  const target = await hooked();
  const its = oriel(
    ['listen', 'acme.dev/received', '--forward', `${target.url}/hook?k=1`, '--url', url, '--count', '3'],
    cwd,
  );
  await its.says(/live at/);
  const headers = {
    'content-type': 'application/json',
    'X-Signature': 't=1,v1=abc',
    'webhook-id': 'msg_1',
    'user-agent': 'bank/1.0',
  };
  const body = Buffer.from('{ "b":1,\r\n "a": 1.0 ,"a":2}');
  assert.equal(await send(`${url}/in/k3jw9?x=%20y`, headers, body), 200);
  assert.equal(await send(`${url}/in/k3jw9?x=%20y`, headers, body), 200); // once, by its id
  assert.equal(
    await send(`${url}/in/k3jw9`, { 'content-type': 'application/octet-stream' }, binary, 'PUT'),
    200,
  );
  assert.equal(await send(`${url}/in/k3jw9`, {}, Buffer.alloc(0)), 200);
  const { code, stdout } = await its.ended();
  assert.equal(code, 0);
  const [first, second, third] = target.got;
  assert.deepEqual([first?.method, first?.url], ['POST', '/hook?k=1&x=%20y']);
  assert.equal(first?.body.compare(body), 0);
  for (const [name, value] of Object.entries(headers))
    assert.equal(first?.headers[name.toLowerCase()], value);
  assert.equal(first?.headers.host, new URL(target.url).host);
  assert.equal(second?.method, 'PUT');
  assert.equal(second?.body.compare(binary), 0);
  assert.equal(third?.body.length, 0);
  const told = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    told.map(({ status }) => status),
    [204, 500, 204],
  );
  assert.equal(told[0].id, 'msg_1');
  // From where it was.
  const rest = await oriel(
    [
      'listen',
      'acme.dev/received',
      '--forward',
      target.url,
      '--url',
      url,
      '--count',
      '1',
      '--from',
      told[1].cursor,
    ],
    cwd,
  ).ended();
  assert.equal(JSON.parse(rest.stdout).id, told[2].id);
});

test('while nothing answers there it waits, and loses nothing', { timeout }, async () => {
  const url = await receiving();
  const first = await hooked();
  const { port } = new URL(first.url);
  first.server.close();
  await once(first.server, 'close');
  const its = oriel(
    ['listen', 'acme.dev/received', '--forward', first.url, '--url', url, '--count', '2'],
    cwd,
  );
  await its.says(/live at/);
  for (const text of ['one', 'two']) await send(`${url}/in/k3jw9`, {}, Buffer.from(text));
  await its.says(/no answer from http:\/\/127\.0\.0\.1:\d+: nothing listens there/);
  const second = await hooked(Number(port));
  assert.equal((await its.ended()).code, 0);
  assert.deepEqual(
    second.got.map(({ body }) => body.toString()),
    ['one', 'two'],
  );
});

test('an inbox takes what carries something, up to a limit', { timeout }, async () => {
  const url = await receiving();
  assert.equal((await fetch(`${url}/in/k3jw9`)).status, 405);
  assert.equal((await fetch(`${url}/in/other`, { method: 'POST' })).status, 404);
  assert.equal(await send(`${url}/in/k3jw9`, {}, Buffer.alloc(100_001)), 413);
  // A request that breaks off is not kept.
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write('POST /in/k3jw9 HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nabc');
  socket.destroySoon();
  await once(socket, 'close');
  await send(`${url}/in/k3jw9`, {}, Buffer.from('whole'));
  const { stdout } = await oriel(
    ['tail', 'acme.dev/received', '--url', url, '--from', 'earliest', '--until-live', '--ndjson'],
    cwd,
  ).ended();
  const bodies = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => Buffer.from(JSON.parse(line).event.data.body, 'base64').toString());
  assert.deepEqual(bodies, ['whole']);
  for (const path of ['in', '/in?a'])
    assert.throws(() => inbox({ path }), { code: 'bad-config', message: /path: must begin with "\/"/ });
});

test('what is wrong is told', { timeout }, async () => {
  const url = await receiving();
  const at = ['--url', url];
  const to = ['--forward', 'http://127.0.0.1:9/'];
  const runs: [args: string[], code: number, says: RegExp][] = [
    [['listen', 'acme.dev/received', ...at], 2, /--forward must be where to send requests on/],
    [['listen', 'acme.dev/received', '--forward', 'localhost:3000', ...at], 2, /not "localhost:3000"/],
    [['listen', 'received', ...to, ...at], 2, /must name a contract/],
    [['listen', 'acme.dev/recieved', ...to, ...at], 1, /unknown-member/],
  ];
  for (const [args, code, says] of runs) {
    const ran = await oriel(args, cwd).ended();
    assert.match(ran.stderr, says);
    assert.deepEqual([ran.code, ran.stdout], [code, '']);
  }
});
