// Two origins, their files, what loads pages again, and the inbox, over real sockets.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Command, folderWith, oriel } from '../support/command.js';

const timeout = 60_000;

function project(): string {
  const cwd = folderWith({ 'contract.js': 'export const contract = 1;\n', '.env': 'SECRET=1' });
  for (const folder of ['host', 'guest/deep']) mkdirSync(join(cwd, folder), { recursive: true });
  writeFileSync(
    join(cwd, 'host/index.html'),
    '<!doctype html><html><head lang="en"><title>host</title></head><header>h</header>',
  );
  writeFileSync(join(cwd, 'guest/index.html'), '<title>guest</title>');
  writeFileSync(join(cwd, 'guest/deep/index.html'), 'deep');
  writeFileSync(join(cwd, 'guest/guest.js'), 'import "../contract.js";');
  return cwd;
}

interface Dev {
  readonly its: Command;
  readonly host: string;
  readonly guest: string;
  readonly inbox: string;
}

async function developing(cwd: string, ...args: string[]): Promise<Dev> {
  const its = oriel(['dev', '--port', '0', '--ndjson', ...args], cwd);
  const { host, guest, inbox } = JSON.parse(await its.line());
  return { its, host, guest, inbox };
}

/** What a feed says, one after the other. */
async function* said(url: string, signal: AbortSignal): AsyncGenerator<any> {
  const response = await fetch(url, { signal });
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const [, data] = /^data: (.*)/m.exec(text.slice(0, end)) ?? [];
      text = text.slice(end + 2);
      if (data !== undefined) yield JSON.parse(data);
    }
  }
}

test('host and guest stand on two origins of two sites, with the files that both share', {
  timeout,
}, async () => {
  const { its, host, guest } = await developing(project());
  assert.match(host, /^http:\/\/localhost:\d+$/);
  assert.match(guest, /^http:\/\/127\.0\.0\.1:\d+$/);
  const page = await (await fetch(`${host}/`)).text();
  const added = `<meta name="oriel-host" content="${host}"><meta name="oriel-guest" content="${guest}"><script defer src="/@oriel/reload.js"></script>`;
  assert.equal(
    page,
    `<!doctype html><html><head lang="en">${added}<title>host</title></head><header>h</header>`,
  );
  assert.equal(await (await fetch(`${guest}/`)).text(), `${added}<title>guest</title>`);
  assert.match(await (await fetch(`${guest}/deep/`)).text(), /deep$/);
  const shared = await fetch(`${guest}/contract.js`);
  assert.equal(shared.headers.get('content-type'), 'text/javascript; charset=utf-8');
  assert.match(await shared.text(), /export const contract/);
  // What pages load of oriel is there without being installed.
  assert.equal((await fetch(`${guest}/node_modules/oriel/cdn/guest.js`)).status, 200);
  assert.match(await (await fetch(`${host}/@oriel/reload.js`)).text(), /EventSource/);
  its.child.kill('SIGINT');
  assert.equal((await its.ended()).code, 0);
});

/** The status of a path that is sent as it is written. */
function statusOf(origin: string, path: string, host?: string, method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(origin);
    const sent = request(
      { host: '127.0.0.1', port, path, method, headers: host === undefined ? {} : { host } },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

test('no file outside of the project is served, and none that is hidden', { timeout }, async () => {
  const cwd = project();
  symlinkSync('/etc', join(cwd, 'host/etc'));
  const { host, guest } = await developing(cwd);
  for (const path of [
    '/.env',
    '/../.env',
    '/..%2f..%2fetc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/..%5c..%5cetc',
    '/etc/passwd',
    '/node_modules/oriel/cdn/../package.json',
    '/node_modules/oriel/cdn/..%2fpackage.json',
    '/nowhere',
  ])
    assert.equal(await statusOf(host, path), 404, path);
  assert.equal(await statusOf(host, '/%zz'), 400);
  assert.equal(await statusOf(host, '/a%00b'), 400);
  assert.equal(await statusOf(host, '/', undefined, 'POST'), 405);
  // A name that leads here, as a page of another site would have made it.
  for (const origin of [host, guest]) assert.equal(await statusOf(origin, '/', 'evil.example'), 403);
});

test('a page is told when its files change, and the other side is not', { timeout }, async () => {
  const cwd = project();
  const { its, host, guest } = await developing(cwd);
  const stop = new AbortController();
  const feeds = [host, guest].map((origin) => said(`${origin}/@oriel/changes`, stop.signal));
  const next = async (i: number) => (await feeds[i]?.next())?.value;
  assert.equal(typeof (await next(0)).started, 'string');
  assert.equal(typeof (await next(1)).started, 'string');
  writeFileSync(join(cwd, 'guest/deep/new.js'), '1');
  assert.deepEqual(await next(1), {});
  await its.says(/"side":"guest"/);
  assert.ok(!its.said.stdout.includes('"side":"host"'));
  writeFileSync(join(cwd, 'contract.js'), '2');
  assert.deepEqual(await next(0), {});
  assert.deepEqual(await next(1), {});
  stop.abort();
});

test('the inbox takes what comes, by whatever name and method, and shows it as it came', {
  timeout,
}, async () => {
  const { its, inbox, host } = await developing(project());
  const { port } = new URL(inbox);
  const bytes = Buffer.from([0, 255, 10, 60, 115]);
  const sent = request({
    host: '127.0.0.1',
    port,
    method: 'PUT',
    path: '/@inbox/bank?a=%20b',
    headers: { host: 'tunnel.example', 'X-Sig': ['one', 'two'] },
  });
  sent.end(bytes);
  const [response] = await once(sent, 'response');
  assert.equal(response.statusCode, 200);
  response.resume();
  await its.says(/"type":"received"/);
  const told = JSON.parse(its.said.stdout.trim().split('\n').at(-1) as string);
  assert.deepEqual([told.method, told.path], ['PUT', '/bank?a=%20b']);
  assert.ok(Buffer.from(told.body, 'base64').equals(bytes));
  assert.deepEqual(
    told.headers.filter(([name]: [string]) => name === 'X-Sig'),
    [
      ['X-Sig', 'one'],
      ['X-Sig', 'two'],
    ],
  );
  // Who looks later sees it too.
  const stop = new AbortController();
  const { value } = await said(`${host}/@oriel/inbox/feed`, stop.signal).next();
  assert.equal(value.path, '/bank?a=%20b');
  stop.abort();
  assert.match(await (await fetch(`${host}/@oriel/inbox`)).text(), /<h1>Inbox<\/h1>/);
  const large = await fetch(inbox, { method: 'POST', body: Buffer.alloc(2 ** 20 + 1) });
  assert.equal(large.status, 413);
});

test('for people it says where all is, and shows what came without what a terminal would obey', {
  timeout,
}, async () => {
  const its = oriel(['dev', '-p', '0'], project());
  await its.says(/host {6}http[\s\S]*guest {5}http[\s\S]*inbox {5}http/);
  const [, inbox] = /inbox {5}(\S+),/.exec(its.said.stdout) ?? [];
  await fetch(inbox as string, {
    method: 'POST',
    body: 'a\u001b[2Jb',
    headers: { 'content-type': 'text/plain' },
  });
  await its.says(/received {2}POST \/ {2}6 bytes {2}text\/plain\n {10}a·\[2Jb/);
});

test('what is wrong is told', { timeout }, async () => {
  const cwd = project();
  const busy = createServer().listen(0, '127.0.0.1');
  await once(busy, 'listening');
  const port = String((busy.address() as AddressInfo).port);
  const runs: [args: string[], code: number, says: RegExp][] = [
    [
      ['--host', 'hots'],
      66,
      /--host: there is no folder hots here\. Name yours, or begin with one: oriel init/,
    ],
    [['--guest', 'contract.js'], 66, /--guest: there is no folder contract\.js here/],
    [['--port', 'x'], 2, /--port must be a number/],
    [['--port', port], 69, new RegExp(`Port ${port} is in use`)],
    [['--port', '0', '--guest-port', port], 69, new RegExp(`Port ${port} is in use`)],
  ];
  for (const [args, code, says] of runs) {
    const ran = await oriel(['dev', ...args], cwd).ended();
    assert.match(ran.stderr, says);
    assert.deepEqual([ran.code, ran.stdout], [code, '']);
  }
  busy.close();
});
