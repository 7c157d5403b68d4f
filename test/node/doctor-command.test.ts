// What doctor says of a page, against what browsers were seen to do with it.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Finding } from '../../dist/cli/framing/finding.js';
import { pageHops } from '../../dist/cli/framing/page.js';
import { judge } from '../../dist/cli/framing/verdict.js';
import { folderWith, oriel } from '../support/command.js';
import { leftOut } from '../support/left-out.js';
import { root } from '../support/tarball.js';

async function serving(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const html = '<!doctype html><title>guest</title>';
/** Sends what the query tells it to: headers by name and value, `status`, `to` and `body`. */
const echo: RequestListener = (request, response) => {
  const query = new URL(request.url ?? '', 'http://guest').searchParams;
  const headers = query.getAll('h').flatMap((line) => {
    const at = line.indexOf(':');
    return [line.slice(0, at), line.slice(at + 1).trim()];
  });
  const to = query.get('to');
  if (to !== null) headers.push('Location', to);
  response.writeHead(Number(query.get('status') ?? (to === null ? 200 : 302)), headers);
  response.end(query.get('body') ?? html);
};
const guest = await serving(echo);
const host = 'http://localhost:8000';

interface Page {
  readonly h?: readonly string[];
  readonly status?: number;
  readonly to?: string;
  readonly body?: string;
}
function page({ h = [], status, to, body }: Page, origin = guest): string {
  const query = new URLSearchParams(h.map((line) => ['h', line]));
  if (status !== undefined) query.set('status', String(status));
  if (to !== undefined) query.set('to', to);
  if (body !== undefined) query.set('body', body);
  return `${origin}/?${query}`;
}

interface Asked {
  readonly host?: string;
  readonly further?: readonly string[];
  readonly hostCsp?: readonly string[];
  readonly hostCoep?: string;
}
async function judged(url: string, asked: Asked = {}): Promise<Finding[]> {
  const its = { host, further: [], hostCsp: [], hostCoep: undefined, ...asked };
  const hops = await pageHops(new URL(url), {
    host: its.host,
    timeout: 10_000,
    signal: new AbortController().signal,
  });
  return judge({ hops, ...its });
}
const causeOf = (findings: readonly Finding[]) => findings.find(({ level }) => level === 'blocks')?.rule;

const csp = (value: string) => `Content-Security-Policy: ${value}`;
const fa = (value: string) => csp(`frame-ancestors ${value}`);
const xfo = (value: string) => `X-Frame-Options: ${value}`;
const coep = 'Cross-Origin-Embedder-Policy: require-corp';
const corp = 'Cross-Origin-Resource-Policy: cross-origin';
const other = 'http://127.0.0.1:1';

// Each row was seen in Chromium, Firefox and WebKitGTK: what blocks, if anything does.
const rows: readonly [what: string, page: Page, cause: string | undefined, asked?: Asked][] = [
  ['no headers', {}, undefined],
  [
    'frame-ancestors in a meta alone',
    { body: `<meta http-equiv="Content-Security-Policy" content="frame-ancestors 'none'">` },
    undefined,
  ],
  ['XFO DENY', { h: [xfo('DENY')] }, 'x-frame-options'],
  ['XFO SAMEORIGIN', { h: [xfo('SAMEORIGIN')] }, 'x-frame-options'],
  ['XFO sameorigin in lower case', { h: [xfo('sameorigin')] }, 'x-frame-options'],
  ['XFO ALLOW-FROM', { h: [xfo(`ALLOW-FROM ${host}`)] }, undefined],
  ['XFO ALLOWALL', { h: [xfo('ALLOWALL')] }, undefined],
  ['XFO garbage', { h: [xfo('GARBAGE')] }, undefined],
  ['XFO that contradicts itself', { h: [xfo('SAMEORIGIN, ALLOWALL')] }, 'x-frame-options'],
  ['XFO twice, DENY and SAMEORIGIN', { h: [xfo('DENY'), xfo('SAMEORIGIN')] }, 'x-frame-options'],
  ['XFO twice, both unknown', { h: [xfo('NOPE'), xfo('BAD')] }, undefined],
  ['frame-ancestors beats XFO', { h: [fa(host), xfo('DENY')] }, undefined],
  ['FA none', { h: [fa("'none'")] }, 'frame-ancestors'],
  ['FA self', { h: [fa("'self'")] }, 'frame-ancestors'],
  ['FA *', { h: [fa('*')] }, undefined],
  ['FA host without its port', { h: [fa('http://localhost')] }, 'frame-ancestors'],
  ['FA host with any port', { h: [fa('http://localhost:*')] }, undefined],
  ['FA http:', { h: [fa('http:')] }, undefined],
  ['FA https:', { h: [fa('https:')] }, 'frame-ancestors'],
  ['FA none without quotes', { h: [fa('none')] }, 'frame-ancestors'],
  ['FA with nothing in it', { h: [csp('frame-ancestors')] }, 'frame-ancestors'],
  ['FA in two policies that differ', { h: [fa(host), fa("'none'")] }, 'frame-ancestors'],
  [
    'FA in two policies of one header',
    { h: [csp(`frame-ancestors ${host}, frame-ancestors 'none'`)] },
    'frame-ancestors',
  ],
  [
    'FA that is only reported',
    { h: ["Content-Security-Policy-Report-Only: frame-ancestors 'none'"] },
    undefined,
  ],
  [
    'FA that is only reported, with XFO',
    { h: [`Content-Security-Policy-Report-Only: frame-ancestors ${host}`, xfo('DENY')] },
    'x-frame-options',
  ],
  ['a policy without FA, with XFO', { h: [csp("default-src 'self'"), xfo('DENY')] }, 'x-frame-options'],
  ["default-src 'none'", { h: [csp("default-src 'none'")] }, undefined],
  ['a redirect that has XFO', { h: [xfo('DENY')], to: '/' }, undefined],
  ['a redirect that has FA', { h: [fa("'none'")], to: '/' }, undefined],
  ['a redirect to one that has XFO', { to: page({ h: [xfo('DENY')] }) }, 'x-frame-options'],
  ['404 with a page', { status: 404 }, undefined],
  ['404 with XFO', { status: 404, h: [xfo('DENY')] }, 'x-frame-options'],
  ['204', { status: 204 }, 'status'],
  ['a download', { h: ['Content-Disposition: attachment; filename=a.html'] }, 'attachment'],
  ['COOP', { h: ['Cross-Origin-Opener-Policy: same-origin'] }, undefined],
  ['CORP, of a host without COEP', { h: ['Cross-Origin-Resource-Policy: same-origin'] }, undefined],
  ['COEP, of a host without', { h: [coep] }, undefined],
  ['nothing, of a host with COEP', {}, 'coep', { hostCoep: 'require-corp' }],
  ['CORP alone, of a host with COEP', { h: [corp] }, 'coep', { hostCoep: 'require-corp' }],
  ['COEP alone, of a host with COEP', { h: [coep] }, 'corp', { hostCoep: 'require-corp' }],
  ['COEP and CORP, of a host with COEP', { h: [coep, corp] }, undefined, { hostCoep: 'require-corp' }],
  ['nothing, of a host with COEP credentialless', {}, 'coep', { hostCoep: 'credentialless' }],
  ['frame-src that names it', {}, undefined, { hostCsp: [`frame-src ${guest}`] }],
  ["frame-src 'self'", {}, 'host-csp', { hostCsp: ["frame-src 'self'"] }],
  [
    'frame-src that names the first step only',
    { to: 'http://localhost:1/' },
    'host-csp',
    { hostCsp: [`frame-src ${guest}`] },
  ],
  ["child-src 'none'", {}, 'host-csp', { hostCsp: ["child-src 'none'"] }],
  ["default-src 'none' of the host", {}, 'host-csp', { hostCsp: ["default-src 'none'; script-src 'self'"] }],
  ['FA host, with another page between', { h: [fa(host)] }, 'frame-ancestors', { further: [other] }],
  [
    'XFO SAMEORIGIN, with another page on top',
    { h: [xfo('SAMEORIGIN')] },
    'x-frame-options',
    { host: guest, further: [other] },
  ],
  ['XFO SAMEORIGIN of its own origin', { h: [xfo('SAMEORIGIN')] }, undefined, { host: guest }],
  ['a sandbox without scripts', { h: [csp('sandbox')] }, 'csp-sandbox'],
  ['a sandbox with scripts', { h: [csp('sandbox allow-scripts')] }, undefined],
  ['http in a page of https', {}, undefined, { host: 'https://crm.example' }],
];

for (const [what, its, cause, asked] of rows)
  test(`${what}: ${cause ? `blocked, by ${cause}` : 'embeds'}`, async () => {
    // The step that no server answers is judged before it is asked for.
    const url = page(its);
    const findings = its.to?.startsWith('http://localhost:1')
      ? judge({
          hops: [
            { url: new URL(url), status: 302, headers: [], body: '' },
            { url: new URL(its.to), status: 200, headers: [], body: html },
          ],
          host,
          further: [],
          hostCsp: [],
          hostCoep: undefined,
          ...asked,
        })
      : await judged(url, asked);
    assert.equal(causeOf(findings), cause, JSON.stringify(findings, null, 2));
  });

test('a page that embeds, but not as one thinks, is told so', async () => {
  const says = async (its: Page, asked?: Asked) =>
    (await judged(page(its), asked)).filter(({ level }) => level === 'warns').map(({ rule }) => rule);
  assert.deepEqual(await says({ status: 500 }), ['status']);
  assert.deepEqual(await says({ h: ['Content-Type: application/json'] }), ['content-type']);
  assert.deepEqual(await says({ body: '<script>if (top !== self) top.location = self.location</script>' }), [
    'frame-buster',
  ]);
  assert.deepEqual(await says({ body: '<meta http-equiv="refresh" content="0; url=/elsewhere">' }), [
    'refresh',
  ]);
  assert.deepEqual(await says({ to: '/login?next=%2F' }), ['login']);
  assert.deepEqual(await says({ to: page({}, await serving(echo)) }), ['redirect']);
  assert.deepEqual(await says({ h: [csp('sandbox allow-scripts')] }), ['csp-sandbox']);
  assert.deepEqual(await says({}, { host: 'https://crm.example' }), ['mixed-content']);
});

test('each cookie that a frame would lack is named, without its value', async () => {
  const cookies = [
    'a=secret; SameSite=Lax',
    'b=secret',
    'c=secret; SameSite=None',
    'd=secret; SameSite=None; Secure',
  ];
  const findings = (await judged(page({ h: cookies.map((cookie) => `Set-Cookie: ${cookie}`) }))).filter(
    ({ rule }) => rule === 'cookies',
  );
  assert.deepEqual(
    findings.map(({ text }) => text.split('"')[1]),
    ['a', 'b', 'c', 'd'],
  );
  assert.ok(!JSON.stringify(findings).includes('secret'));
  const kept = 'e=1; Secure; SameSite=None; Partitioned';
  const https = {
    url: new URL('https://tickets.example/'),
    status: 200,
    headers: [['Set-Cookie', kept]] as const,
    body: '',
  };
  const its = { hops: [https], further: [], hostCsp: [], hostCoep: undefined };
  const rules = (embedder: string) => judge({ ...its, host: embedder }).map(({ rule }) => rule);
  assert.ok(!rules('https://crm.example').includes('cookies'));
  const lax = { ...https, headers: [['Set-Cookie', 'a=1; SameSite=Lax']] as const };
  const sibling = judge({ ...its, hops: [lax], host: 'https://crm.tickets.example' });
  assert.ok(!sibling.some(({ rule }) => rule === 'cookies'));
});

test('redirects without end are told, and no server is asked for ever', async () => {
  let asked = 0;
  const loop = await serving((_, response) => {
    asked++;
    response.writeHead(302, { location: '/' }).end();
  });
  assert.equal(causeOf(await judged(`${loop}/`)), 'redirect');
  assert.equal(asked, 21);
  assert.equal(causeOf(await judged(page({ to: 'mailto:a@b.example' }))), 'redirect');
});

test('a page that never ends, or that is very large, is judged by its beginning', async () => {
  const url = await serving(({ url: path }, response) => {
    response.setHeader('X-Frame-Options', 'DENY');
    response.write(path === '/large' ? 'x'.repeat(2 ** 20) : html);
  });
  const its = { host, timeout: 300, signal: new AbortController().signal };
  for (const path of ['/slow', '/large']) {
    const [hop] = await pageHops(new URL(url + path), its);
    assert.ok(hop?.body.length);
    assert.ok(hop.headers.some(([name]) => name === 'X-Frame-Options'));
  }
});

test('it asks as a browser does for a frame', async () => {
  let seen: IncomingHttpHeaders = {};
  const url = await serving(({ headers, method }, response) => {
    seen = { ...headers, method };
    response.end(html);
  });
  await judged(url);
  assert.deepEqual(
    [seen['method'], seen['sec-fetch-dest'], seen['sec-fetch-mode'], seen['sec-fetch-site'], seen.referer],
    ['GET', 'iframe', 'navigate', 'cross-site', `${host}/`],
  );
  assert.equal(seen.cookie, undefined);
  assert.equal(seen.origin, undefined);
});

test('the command ends with 0, 1 or 2, and says why, to people and to programs', {
  timeout: 120_000,
}, async () => {
  const cwd = folderWith({});
  const silent = await serving(() => {});
  const runs: [args: string[], code: number, stdout: RegExp, stderr: RegExp][] = [
    [[page({})], 0, /200 {2}http[\s\S]*✓ frame-ancestors[\s\S]*It embeds in a page of another origin/, /^$/],
    [[page({ h: [fa(host)] }), '--host', host], 0, /lets http:\/\/localhost:8000 embed it/, /^$/],
    [
      [page({ h: [xfo('DENY')] }), '--host', 'https://crm.example/page'],
      1,
      /✗ x-frame-options[\s\S]*X-Frame-Options: DENY[\s\S]*frame-ancestors 'self' https:\/\/crm\.example[\s\S]*It won't embed in https:\/\/crm\.example/,
      /^$/,
    ],
    [['http://127.0.0.1:1/'], 2, /^$/, /can't be reached: nothing listens there/],
    [[silent, '--timeout', '50'], 2, /^$/, /no answer within 50 ms/],
    [['ftp://tickets.example'], 2, /^$/, /no address of the web/],
    [[guest, '--host', 'crm'], 2, /^$/, /--host: "crm" is no origin/],
    [[guest, '--hots', 'https://crm.example'], 2, /^$/, /Did you mean --host\?/],
    [[], 2, /^$/, /missing required argument 'url'/],
  ];
  for (const [args, code, stdout, stderr] of runs) {
    const ran = await oriel(['doctor', ...args], cwd).ended();
    assert.equal(ran.code, code, `${args.join(' ')}: ${ran.stderr}`);
    assert.match(ran.stdout, stdout);
    assert.match(ran.stderr, stderr);
  }
  const { code, stdout } = await oriel(
    ['doctor', page({ to: page({ h: [fa("'none'")] }) }), '--json'],
    cwd,
  ).ended();
  const told = JSON.parse(stdout);
  assert.deepEqual(
    [code, told.verdict, told.cause, told.hops.map((hop: { status: number }) => hop.status)],
    [1, 'blocked', 'frame-ancestors', [302, 200]],
  );
});

test('what a server sends does not reach the terminal as more than text', { timeout: 60_000 }, async () => {
  const url = await serving((_, response) => {
    response.setHeader('X-Frame-Options', 'DENY \u009b2J');
    response.end(html);
  });
  const { stdout } = await oriel(['doctor', url], folderWith({})).ended();
  assert.match(stdout, /X-Frame-Options: DENY .*·2J/);
  assert.ok(!stdout.includes('\u009b'));
});

test('what it is at is shown on a terminal, and nowhere else', { timeout: 60_000 }, async (t) => {
  // util-linux runs it on one.
  if (spawnSync('script', ['--version']).error) return leftOut(t, 'script is not on this machine');
  const url = page({ to: '/' });
  const line = `'${process.execPath}' '${join(root, 'bin/oriel.js')}' doctor '${url}'`;
  const child = spawn('script', ['-qec', line, '/dev/null'], { stdio: ['ignore', 'pipe', 'inherit'] });
  after(() => child.kill('SIGKILL'));
  let shown = '';
  child.stdout.on('data', (chunk) => {
    shown += chunk;
  });
  await once(child, 'close');
  for (const part of ['\r\u001b[Kasking http', '\r\u001b[K302  http', 'It embeds'])
    assert.ok(shown.includes(part), shown);
});

test('a page that is made to be read for ever is read in time', { timeout: 30_000 }, () => {
  const start = performance.now();
  for (const body of [
    '<meta '.repeat(600_000),
    `<meta ${'x'.repeat(4_000_000)}`,
    `<meta ${'http-equiv=content-security-policy '.repeat(100_000)}`,
    `<meta ${'http-equiv=refresh '.repeat(200_000)}`,
    '<script '.repeat(500_000),
  ])
    judge({
      hops: [{ url: new URL('https://a.example'), status: 200, headers: [], body }],
      host: 'https://b.example',
      further: [],
      hostCsp: [],
      hostCoep: undefined,
    });
  assert.ok(performance.now() - start < 10_000);
});
