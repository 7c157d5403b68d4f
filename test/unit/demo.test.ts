// The demo's servers: what they send to whom, and where they listen.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { groups } from '../../demo/examples.mjs';
import { type Demo, startDemo } from '../../demo/servers.mjs';

let demo: Demo;
before(async () => {
  demo = await startDemo();
});
after(() => demo.stop());

const header = async (url: string, name: string, init?: RequestInit) =>
  (await fetch(url, init)).headers.get(name);

test('the three systems have an address each', () => {
  const addresses = [demo.host, demo.guest, demo.vendor].map((origin) => new URL(origin).hostname);
  assert.equal(new Set(addresses).size, 3);
  assert.equal(demo.note, undefined);
});

test('where there is 127.0.0.1 alone, the ticket system is at localhost, and that is said', async () => {
  // 192.0.2.0/24 is for documentation: no machine has an address of it.
  const small = await startDemo({ addresses: ['127.0.0.1', '192.0.2.1', '127.0.0.3'] });
  try {
    assert.match(small.note ?? '', /192\.0\.2\.1/);
    assert.match(small.host, /^http:\/\/127\.0\.0\.1:/);
    assert.match(small.guest, /^http:\/\/localhost:/);
    assert.match(small.vendor, /^http:\/\/127\.0\.0\.1:/);
    assert.notEqual(small.vendor, small.host);
    assert.equal((await fetch(`${small.host}/crm`)).status, 200);
    assert.match(
      (await header(`${small.guest}/widget`, 'content-security-policy')) ?? '',
      new RegExp(`frame-ancestors ${small.host}(;|$)`),
    );
  } finally {
    small.stop();
  }
});

test('another error of a server is no reason to move', async () => {
  const { port } = new URL(demo.host);
  await assert.rejects(startDemo({ ports: [Number(port), 0, 0] }), { code: 'EADDRINUSE' });
});

test('what an address asks for besides does not hide a file', async () => {
  for (const url of [
    `${demo.vendor}/acme-tickets.js?v=1`,
    `${demo.host}/oriel.js?v=1`,
    `${demo.guest}/widget.js?v=1`,
  ])
    assert.equal((await fetch(url)).status, 200, url);
});

test('only scripts may be read by other origins', async () => {
  const cors = 'access-control-allow-origin';
  assert.equal(await header(`${demo.vendor}/acme-tickets.js`, cors), '*');
  assert.equal(await header(`${demo.guest}/oriel-guest.js`, cors), '*');
  for (const url of [`${demo.guest}/api/tickets?customer=7`, `${demo.guest}/widget`, `${demo.host}/crm.js`])
    assert.equal(await header(url, cors), null, url);
});

test('another page cannot close a ticket', async () => {
  const { status } = await fetch(`${demo.guest}/api/tickets/T-1042/close`, {
    method: 'POST',
    headers: { origin: 'http://evil.example' },
  });
  assert.equal(status, 403);
  const tickets = (await (await fetch(`${demo.guest}/api/tickets?customer=7`)).json()) as { id: string }[];
  assert.ok(tickets.some(({ id }) => id === 'T-1042'));
});

test('the guest names exactly the host that may embed it', async () => {
  const policy = await header(`${demo.guest}/widget`, 'content-security-policy');
  assert.match(policy ?? '', new RegExp(`frame-ancestors ${demo.host};`));
  const refused = await header(`${demo.guest}/widget?refuse`, 'content-security-policy');
  assert.match(refused ?? '', /frame-ancestors 'none';/);
});

test('no file outside of a system’s own folder is served', async () => {
  for (const path of ['/..%2fservers.mjs', '/%2e%2e/servers.mjs', '/tickets.mjs', '/..%2f..%2fpackage.json'])
    assert.equal((await fetch(demo.guest + path)).status, 404, path);
});

test('the gallery has an example of each attribute, slot, state, and code of what can fail', async () => {
  const html = await (await fetch(`${demo.host}/gallery`)).text();
  const { modules } = JSON.parse(
    await (await import('node:fs/promises')).readFile(
      new URL('../../custom-elements.json', import.meta.url),
      'utf8',
    ),
  );
  const frame = modules
    .flatMap(({ declarations }: any) => declarations)
    .find(({ tagName }: any) => tagName === 'oriel-frame');
  const code = html.slice(html.indexOf('<main'));
  for (const { name } of frame.attributes)
    assert.match(code, new RegExp(`<oriel-frame[^>]* ${name}[ =>]`), name);
  for (const { name } of frame.slots)
    assert.ok(html.includes(name ? `id="slot-${name}"` : 'id="slot-default"'), `slot ${name}`);
  const examples = groups.flatMap(({ examples }) => examples);
  for (const { name } of frame.cssStates)
    assert.ok(
      examples.some(({ id, state }) => id === name && state === name),
      name,
    );
  const types = await (await import('node:fs/promises')).readFile(
    new URL('../../src/contract/errors.ts', import.meta.url),
    'utf8',
  );
  for (const type of ['EmbedErrorCode', 'ContractErrorCode']) {
    const [, union = ''] = new RegExp(`type ${type} =([^;]+);`).exec(types) ?? [];
    const codes = [...union.matchAll(/'([\w-]+)'/g)].map(([, one]) => one);
    assert.ok(codes.length >= 3);
    for (const one of codes)
      assert.ok(
        examples.some((example) => example.id === one && example.code === one),
        one,
      );
  }
});
