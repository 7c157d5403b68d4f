// Contracts as documents, from modules and from gateways.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { Parser } from '@asyncapi/parser';
import { Validator } from '@seriousme/openapi-schema-validator';
import { folderWith, nowhere, oriel } from '../support/command.js';
import { started } from '../support/gateway.js';

const shop = `
import { z } from '${import.meta.resolve('zod')}';
import { contract, event, method, stream, type } from 'oriel/contract';
export const shop = contract({
  name: 'acme.shop',
  version: '1.2.0',
  props: z.object({ currency: z.string() }),
  guest: {
    price: method({ input: z.object({ sku: z.string() }), output: z.number(), idempotent: true }),
    rows: stream({ input: type(), output: z.string() }),
    paid: event(z.object({ amount: z.number() }), { retain: 'log' }),
  },
  host: { confirm: method({ input: z.string(), output: z.boolean() }), seen: event(z.string()) },
});
`;
const other = `
import { contract } from 'oriel/contract';
export const note = 5;
export const till = contract({ name: 'acme.till', version: '2.0.0', guest: {} });
export const bell = contract({ name: 'acme.bell', version: '1.0.0', guest: {} });
`;
const cwd = folderWith({
  'shop.mjs': shop,
  'several.mjs': other,
  'none.mjs': 'export const contract = 1;',
  'typed.ts': `${shop}\nexport const n: number = 1;`,
  'broken.mjs': 'export const = 1;',
  'both.mjs':
    "import { contract, event, type } from 'oriel/contract';\nexport const c = contract({ name: 'a.b', version: '1.0.0', guest: { x: event(type()) }, host: { x: event(type()) } });",
});

async function said(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await oriel(['describe', ...args], cwd).ended();
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  return stdout;
}

test('a module is told to people, with all that its schemas say', { timeout: 60_000 }, async () => {
  const text = await said('shop.mjs');
  for (const part of ['# acme.shop', 'Version 1.2.0', '## Props', '### `price`', '"sku"', 'kept in a log'])
    assert.ok(text.includes(part), `${part} in ${text}`);
  assert.match(text, /### `rows`[\s\S]*Schemas of "oriel" do not offer JSON Schema/);
});

test('each value has its JSON Schema, by its place', { timeout: 60_000 }, async () => {
  const { $defs, $id } = JSON.parse(await said('shop.mjs', '--as', 'json-schema'));
  assert.equal($id, 'urn:oriel:contract:acme.shop:1.2.0');
  assert.deepEqual(Object.keys($defs).sort(), [
    'guest.paid.payload',
    'guest.price.input',
    'guest.price.output',
    'guest.rows.input',
    'guest.rows.output',
    'host.confirm.input',
    'host.confirm.output',
    'host.seen.payload',
    'props',
  ]);
  assert.deepEqual($defs['guest.price.input'].required, ['sku']);
});

test('OpenAPI and AsyncAPI are valid, and have the address that was given', {
  timeout: 120_000,
}, async () => {
  const openapi = JSON.parse(
    await said('shop.mjs', '--as', 'openapi', '--server', 'https://api.example/v1/'),
  );
  const verdict = await new Validator().validate(openapi);
  assert.ok(verdict.valid, JSON.stringify(verdict.errors));
  assert.deepEqual(openapi.servers, [{ url: 'https://api.example/v1' }]);
  assert.ok(openapi.paths['/acme.shop/price']);
  const { diagnostics, document } = await new Parser().parse(await said('shop.mjs', '--as', 'asyncapi'));
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === 0),
    [],
  );
  assert.deepEqual(document?.channels().all().length, 4);
});

test('a gateway tells its own contract, in each form', { timeout: 60_000 }, async () => {
  const { url } = await started();
  const its = `${url}/acme.shop`;
  assert.equal(JSON.parse(await said(its, '--as', 'openapi')).servers[0].url, url);
  assert.equal(JSON.parse(await said(`${its}/`, '--as', 'asyncapi')).asyncapi, '3.0.0');
  const text = await said(its);
  for (const part of [
    '# acme.shop',
    '### `count`\n\nA stream',
    '### `price`\n\nA method',
    '### `seen`',
    'The host offers',
  ])
    assert.ok(text.includes(part), `${part} in ${text}`);
  assert.match(text, /### `paid`\n\nAn event: .* kept in a log/);
  const { $defs } = JSON.parse(await said(its, '--as', 'json-schema'));
  assert.ok('guest.paid.payload' in $defs);
});

test('a gateway tells as much of a contract as its module', { timeout: 60_000 }, async () => {
  const cwd = folderWith({
    'shop.mjs': shop,
    'gateway.mjs':
      "import { shop } from './shop.mjs';\nconst services = { price: () => 1, rows: () => [] };\nexport default { contract: shop, services, auth: false };",
  });
  const gateway = oriel(['gateway', 'gateway.mjs', '--port', '0'], cwd);
  const its = `${await gateway.line()}/acme.shop`;
  for (const form of ['markdown', 'json-schema'])
    assert.equal(await said(its, '--as', form), await said('shop.mjs', '--as', form));
  assert.equal(await said(`${its}/contract.json`), await said(its));
  const far = await (await fetch(`${its}/contract.json`)).json();
  assert.deepEqual(
    [far.name, Object.keys(far.host), far.guest.price.idempotent, far.guest.paid.retain],
    ['acme.shop', ['confirm', 'seen'], true, 'log'],
  );
  gateway.child.kill('SIGTERM');
  await gateway.ended();
});

test('what answers and is no gateway is told so', { timeout: 60_000 }, async () => {
  for (const body of ['{}', '{"name":"a","version":"1.0.0","host":{},"guest":{"x":{"kind":"y"}}}', '[]']) {
    const server = createServer((_, response) => response.end(body)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { code, stdout, stderr } = await oriel(['describe', `http://127.0.0.1:${port}/a`], cwd).ended();
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /no contract as a gateway tells it/);
    server.close();
  }
});

test('what is wrong is told, with the nearest right word', { timeout: 120_000 }, async () => {
  const runs: [args: string[], code: number, says: RegExp][] = [
    [['shop.mjs', '--as', 'opnapi'], 2, /argument 'opnapi' is invalid\. Did you mean openapi\?/],
    [['shop.mjs', '--as', 'html'], 2, /There are markdown, json-schema, openapi, asyncapi/],
    [['nowhere.mjs'], 66, /There is no nowhere\.mjs here/],
    [['none.mjs'], 1, /exports no contract\. It exports contract\./],
    [['several.mjs'], 2, /say which by --contract\. There are bell, till/],
    [['several.mjs', '--contract', 'acme.tll'], 2, /Did you mean "acme\.till"\?/],
    [['broken.mjs'], 78, /broken\.mjs can't be read/],
    [['both.mjs', '--as', 'openapi'], 78, /has "x" on both sides/],
    [[`${await nowhere()}/acme.shop`], 69, /nothing listens there/],
    [['http://127.0.0.1:1'], 2, /Name the contract too/],
    [[(await started()).url.concat('/acme.shp')], 1, /unknown-contract: No contract is called "acme\.shp"/],
  ];
  for (const [args, code, says] of runs) {
    const ran = await oriel(['describe', ...args], cwd).ended();
    assert.match(ran.stderr, says);
    assert.deepEqual([ran.code, ran.stdout], [code, ''], ran.stderr);
  }
  assert.match(await said('several.mjs', '--contract', 'acme.till'), /# acme\.till/);
});

test('TypeScript is read where Node reads it, and refused by what to do elsewhere', {
  timeout: 60_000,
}, async () => {
  const { code, stdout, stderr } = await oriel(['describe', 'typed.ts'], cwd).ended();
  if ('typescript' in process.features && process.features.typescript) assert.match(stdout, /# acme\.shop/);
  else {
    assert.equal(code, 78);
    assert.match(stderr, /Take Node 22\.18 or later, which reads TypeScript, or build it/);
  }
});
