// The demo's three systems, each with a server and an origin of its own: a CRM, a ticket system, and its script's CDN.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gallery } from './gallery.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
};

/** The ticket system's own data. */
const newTickets = () => [
  { id: 'T-1', customer: 1, title: 'Invoice shows the wrong address', open: true },
  { id: 'T-2', customer: 1, title: 'Cannot sign in after the update', open: true },
  { id: 'T-3', customer: 1, title: 'Please add two seats', open: true },
  { id: 'T-4', customer: 2, title: 'Export stops at 10,000 rows', open: true },
  { id: 'T-5', customer: 2, title: 'Dark mode for the reports', open: true },
  { id: 'T-6', customer: 42, title: 'Webhook arrives twice', open: true },
];

/**
 * Starts the three servers.
 * @param options.ports - Where they listen; 0 is any free port.
 * @returns their origins, and `stop()`.
 */
export async function startDemo({ ports = [0, 0, 0] } = {}) {
  const origins = {};
  const vendorScript = await bundleVendor();
  const started = await Promise.allSettled([
    listen('127.0.0.1', ports[0], (request, response) => host(request, response, origins)),
    listen('127.0.0.2', ports[1], ticketSystem(origins)),
    listen('127.0.0.3', ports[2], (request, response) => vendor(request, response, vendorScript, origins)),
  ]);
  const servers = started.flatMap(({ value }) => value ?? []);
  const stop = () => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  };
  const failed = started.find(({ reason }) => reason);
  if (failed) {
    stop(); // all three or none
    throw failed.reason;
  }
  ['host', 'guest', 'vendor'].forEach((name, i) => {
    const { address, port } = servers[i].address();
    origins[name] = `http://${address}:${port}`;
  });
  return { ...origins, stop };
}

function listen(address, port, handle) {
  return new Promise((resolve, reject) => {
    const server = createServer((request, response) => {
      Promise.resolve(handle(request, response)).catch((error) => response.writeHead(500).end(String(error)));
    });
    server.once('error', reject);
    server.listen(port, address, () => resolve(server));
  });
}

/** System A. Its policy is strict: no inline script or style, Trusted Types on, and two origins that may be embedded. */
async function host({ url }, response, origins) {
  const { pathname } = new URL(url, 'http://host.test');
  response.setHeader(
    'content-security-policy',
    `default-src 'none'; script-src 'self' ${origins.vendor}; style-src 'self'; img-src 'self'; connect-src 'self' http://127.0.0.4:8766; frame-src ${origins.guest} ${origins.vendor} http://127.0.0.4:8766; require-trusted-types-for 'script'`,
  );
  const files = { '/': 'host/index.html', '/crm': 'host/crm.html', '/tag': 'host/tag.html' };
  if (pathname === '/gallery') return page(response, gallery(origins), origins);
  await file(response, files[pathname] ?? kit(pathname) ?? `host${pathname}`, origins);
}

/** System B, with a small API of its own. It says who may embed it. */
function ticketSystem(origins) {
  let tickets = newTickets();
  return async ({ url, method }, response) => {
    const { pathname, searchParams: query } = new URL(url, 'http://guest.test');
    response.setHeader(
      'content-security-policy',
      `frame-ancestors ${query.has('refuse') ? "'none'" : `${origins.host} http://127.0.0.1:*`}`,
    );
    response.setHeader('access-control-allow-origin', '*');
    if (pathname === '/api/tickets' && method === 'GET') {
      const customer = Number(query.get('customer'));
      return json(
        response,
        tickets.filter((ticket) => ticket.customer === customer && ticket.open),
      );
    }
    const [, id] = /^\/api\/tickets\/([\w-]+)\/close$/.exec(pathname) ?? [];
    if (id && method === 'POST') {
      tickets = tickets.map((ticket) => (ticket.id === id ? { ...ticket, open: false } : ticket));
      return json(response, tickets.find((ticket) => ticket.id === id) ?? null);
    }
    if (pathname === '/api/reset' && method === 'POST')
      return json(response, (tickets = newTickets()).length);
    if (query.has('status'))
      return response
        .writeHead(Number(query.get('status')), { 'content-type': 'text/html' })
        .end(query.get('status') === '204' ? undefined : '<p>No page</p>');
    if (query.has('redirect')) return response.writeHead(302, { location: query.get('redirect') }).end();
    const files = {
      '/widget': 'guest/widget.html',
      '/plain': 'guest/plain.html',
      '/other': 'guest/other.html',
    };
    await file(response, files[pathname] ?? kit(pathname) ?? `guest${pathname}`, origins);
  };
}

/** Where the vendor publishes the script of its tag. */
async function vendor({ url }, response, script, origins) {
  // The same page on another origin than the host expects: what an open redirect leads to.
  if (url !== '/acme-tickets.js')
    return file(response, url === '/widget' ? 'guest/widget.html' : (kit(url) ?? `guest${url}`), origins);
  response.writeHead(200, { 'content-type': 'text/javascript', 'access-control-allow-origin': '*' });
  response.end(script.replace('__GUEST__', origins.guest));
}

/** One file with the kit, the contract and the tag in it, as a vendor would publish it. */
async function bundleVendor() {
  const [{ rollup }, { default: nodeResolve }, { default: terser }] = await Promise.all([
    import('rollup'),
    import('@rollup/plugin-node-resolve'),
    import('@rollup/plugin-terser'),
  ]);
  const kitPath = {
    name: 'kit',
    resolveId: (id) => (id === '/oriel-guest.js' ? join(root, 'dist/contract/index.js') : null),
  };
  const bundle = await rollup({
    input: join(root, 'demo/vendor/acme-tickets.js'),
    plugins: [kitPath, nodeResolve({ browser: true }), terser({ module: true })],
  });
  const { output } = await bundle.generate({ format: 'es' });
  await bundle.close();
  return output[0].code;
}

/** The kit's own files, and the contract, which each system serves for itself. */
function kit(pathname) {
  return {
    '/oriel.js': '../cdn/oriel.js',
    '/oriel-guest.js': '../cdn/guest.js',
    '/tickets.contract.js': 'tickets.contract.js',
  }[pathname];
}

function json(response, value) {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function page(response, html, origins) {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.end(
    html
      .replaceAll('{guest}', origins.guest)
      .replaceAll('{host}', origins.host)
      .replaceAll('{vendor}', origins.vendor),
  );
}

async function file(response, name, origins) {
  const path = join(root, 'demo', name);
  if (name.includes('/..') || !(path.startsWith(join(root, 'demo')) || path.startsWith(join(root, 'cdn'))))
    return response.writeHead(404).end();
  let content;
  try {
    content = await readFile(path);
  } catch {
    return response
      .writeHead(404, { 'content-type': 'text/html' })
      .end('<!doctype html><title>Not found</title><p>Not found');
  }
  if (extname(path) === '.html') return page(response, String(content), origins);
  response.writeHead(200, {
    'content-type': `${types[extname(path)] ?? 'application/octet-stream'}; charset=utf-8`,
    'cache-control': 'no-store',
  });
  response.end(content);
}
