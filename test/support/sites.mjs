// Five sites from one process: 127.0.0.1 to 127.0.0.5 are separate sites for a browser, and need no DNS.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { getRequestListener } from '@hono/node-server';
import { WebSocketServer } from 'ws';
import { clip, tallFont } from './made.mjs';

// The same depth from test/ and from build/.
const root = fileURLToPath(new URL('../..', import.meta.url));

const folders = {
  dist: 'dist',
  cdn: 'cdn',
  node_modules: 'node_modules',
  fixtures: join('test', 'fixtures'),
  demo: 'demo',
  build: 'build',
  src: 'src', // source maps point there
};

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.ts': 'text/plain; charset=utf-8',
};

const isBuilt = /^\/(dist|cdn|node_modules|build|made)\//;

/** Files that are on no disk, each made when it is first asked for. */
const made = {
  '/made/tall.ttf': ['font/ttf', once(tallFont)],
  '/made/clip.webm': ['video/webm', once(() => clip(320, 480))],
  // One file, as a guest's own build has it: forty modules for each of its pages would be most of what a test costs.
  '/made/suite.js': [
    types['.js'],
    once(() =>
      bundled({
        startGuest: 'build/contracts/suite.guest.js',
        'toOpener, toParent': 'dist/channels/window.js',
      }),
    ),
  ],
  '/made/play.js': [types['.js'], once(() => bundled({ 'Play, tag': 'build/support/play.js' }))],
};

function once(make) {
  let file;
  return () => (file ??= make());
}

/** @param exported - The files by the names that are taken from each. */
async function bundled(exported) {
  const { bundle } = await import(new URL('scripts/bundle.mjs', `file://${root}`).href);
  const lines = Object.entries(exported).map(
    ([names, file]) => `export { ${names} } from ${JSON.stringify(join(root, file))};`,
  );
  return Buffer.from(await bundle(lines.join('\n')));
}

/**
 * Starts the fixture server: one ephemeral port on every site.
 * `origin(2)` is `http://127.0.0.2:<port>`; nothing listens at `refused`.
 */
export async function startSites({ sites = 5 } = {}) {
  let servers;
  for (let tries = 0; !servers && tries < 5; tries++) servers = await listenOnAll(sites);
  if (!servers) throw new Error('Found no port that is free on every site.');
  const { port } = servers[0].address();
  const refused = `http://127.0.0.1:${await closedPort()}`;
  return {
    port,
    refused,
    origin: (site = 1) => `http://127.0.0.${site}:${port}`,
    async close() {
      for (const server of servers) server.closeAllConnections();
      await Promise.all(servers.map(closed));
    },
  };
}

// Linux has all of 127/8; macOS only 127.0.0.1 until the others are added with `ifconfig lo0 alias`.
async function listenOnAll(sites) {
  const servers = [await listen(1, 0)];
  const { port } = servers[0].address();
  for (let site = 2; site <= sites; site++) {
    try {
      servers.push(await listen(site, port));
    } catch (error) {
      await Promise.all(servers.map(closed));
      if (error.code === 'EADDRINUSE') return undefined;
      throw new Error(
        `Cannot listen on 127.0.0.${site} (${error.code}). On macOS: sudo ifconfig lo0 alias 127.0.0.${site}`,
      );
    }
  }
  return servers;
}

function listen(site, port) {
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => response.destroy(error));
  });
  server.on('upgrade', (request, socket, head) => {
    serveSocket(request, socket, head).catch((error) => socket.destroy(error));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, `127.0.0.${site}`, () => resolve(server));
  });
}

/** `/socket?limits={…}` is the far end that the shared suite of channels talks to. */
async function serveSocket(request, socket, head) {
  const { pathname, searchParams: query } = new URL(request.url, 'http://127.0.0.1');
  if (pathname !== '/socket') return socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
  const { sockets } = await import('../../dist/channels/websocket-server.js');
  const server = new WebSocketServer({ noServer: true });
  count(request.url, socket);
  await startSuite(sockets(server, { allowOrigins: ['*'] }), query);
  server.handleUpgrade(request, socket, head, (it) => server.emit('connection', it, request));
}

const streams = new Map();

/** `/stream?limits={…}` is the same over HTTP. */
async function serveStream(request, response, query) {
  const key = String(query);
  if (!streams.has(key)) {
    const { eventStreams } = await import('../../dist/channels/sse-server.js');
    const token = query.get('token');
    const authorize = token === null ? undefined : (shown) => shown === token && { sub: shown };
    const made = eventStreams({ allowOrigins: ['*'], authorize });
    if (!streams.has(key)) {
      streams.set(key, getRequestListener(made.fetch, { overrideGlobalObjects: false }));
      await startSuite(made, query);
    }
  }
  if (request.method === 'GET') count(request.url, response);
  await streams.get(key)(request, response);
}

/** A gateway at `/gateway`, which keeps what is posted to `/keep?at=paid` as an event of that name. */
let kept;

async function startGateway() {
  const [{ gateway }, { requestListener }, { memory }, { till }] = await Promise.all([
    import('../../dist/gateway/index.js'),
    import('../../dist/gateway/node.js'),
    import('../../dist/log/memory.js'),
    import(new URL('build/contracts/till.contract.js', `file://${root}`).href),
  ]);
  const made = gateway({
    contract: till,
    log: memory(),
    auth: false,
    cors: ['*'],
    path: '/gateway',
    beat: 300,
  });
  return { made, answer: requestListener(made) };
}

async function keep(request, response, query) {
  const { made } = await (kept ??= startGateway());
  await made.emit(`test.till/${query.get('at')}`, await json(request));
  response.writeHead(204, { 'access-control-allow-origin': '*' }).end();
}

/** How many connections there are and were, by address: `/connections?at=…` tells. */
const counts = new Map();

function count(at, connection) {
  if (!counts.has(at)) counts.set(at, { open: 0, made: 0 });
  const own = counts.get(at);
  own.open++;
  own.made++;
  connection.on('close', () => own.open--);
}

async function startSuite(at, query) {
  const { startGuest } = await import(new URL('build/contracts/suite.guest.js', `file://${root}`).href);
  const limits = JSON.parse(query.get('limits') ?? '{}');
  at.listen((client) => startGuest(client, limits), new AbortController().signal);
}

const closed = (server) => new Promise((resolve) => server.close(resolve));

async function closedPort() {
  const server = await listen(1, 0);
  const { port } = server.address();
  await closed(server);
  return port;
}

async function answer(request, response) {
  const { pathname, searchParams: query } = new URL(request.url, 'http://127.0.0.1');
  if (pathname === '/stall') return; // never answers
  if (pathname === '/connections') {
    const body = JSON.stringify(counts.get(query.get('at')) ?? { open: 0, made: 0 });
    response.writeHead(200, { 'content-type': types['.json'], 'access-control-allow-origin': '*' }).end(body);
    return;
  }
  if (pathname === '/stream') return serveStream(request, response, query);
  if (pathname === '/keep') return keep(request, response, query);
  if (pathname.startsWith('/gateway/')) return (await (kept ??= startGateway())).answer(request, response);
  const delay = Number(query.get('delay') ?? 0);
  if (delay) await new Promise((resolve) => setTimeout(resolve, delay));
  if (pathname === '/release') {
    gate(query.get('hold')).open();
    response.writeHead(204, { 'access-control-allow-origin': '*' }).end();
    return;
  }
  if (query.has('hold')) await gate(query.get('hold')).opened;
  if (query.has('redirect')) {
    response.writeHead(302, { location: query.get('redirect') }).end();
    return;
  }
  const headers = behaviour(query);
  const status = Number(query.get('status') ?? 200);
  if (status === 204) {
    response.writeHead(204, headers).end();
    return;
  }
  if (Object.hasOwn(made, pathname)) {
    const [type, make] = made[pathname];
    send(request, response, await make(), {
      'content-type': type,
      'access-control-allow-origin': '*',
      ...headers,
    });
    return;
  }
  const file = await find(pathname);
  if (!file) {
    response
      .writeHead(404, { ...headers, 'content-type': 'text/html; charset=utf-8' })
      .end('<!doctype html>Not found');
    return;
  }
  const type = types[extname(file)] ?? 'application/octet-stream';
  // A sandboxed guest without an origin loads its module scripts across origins.
  const shared =
    !type.startsWith('text/html') || pathname.startsWith('/cdn/') || pathname.startsWith('/dist/');
  response.writeHead(status, {
    'content-type': type,
    ...(shared && { 'access-control-allow-origin': '*' }),
    ...headers,
    // What was built stays as it is while the server runs, and each run has a port of its own.
    ...(!query.size && isBuilt.test(pathname) && { 'cache-control': 'max-age=3600' }),
  });
  if (request.method === 'HEAD') response.end();
  else
    createReadStream(file)
      .on('error', (error) => response.destroy(error))
      .pipe(response);
}

// `?hold=<name>` is answered once somebody has asked for `/release?hold=<name>`.
const gates = new Map();

function gate(name) {
  const known = gates.get(name);
  if (known) return known;
  let open;
  const opened = new Promise((resolve) => {
    open = resolve;
  });
  gates.set(name, { open, opened });
  return gates.get(name);
}

// A media player asks for a part, and WebKit plays nothing from a server that has only wholes.
function send({ method, headers: { range } }, response, body, headers) {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
  const part = from === undefined ? body : body.subarray(Number(from), to ? Number(to) + 1 : undefined);
  response
    .writeHead(from === undefined ? 200 : 206, {
      'accept-ranges': 'bytes',
      'content-length': part.length,
      ...(from !== undefined && {
        'content-range': `bytes ${from}-${Number(from) + part.length - 1}/${body.length}`,
      }),
      ...headers,
    })
    .end(method === 'HEAD' ? undefined : part);
}

/** What a guest can do to its embedder, by query: `?xfo=DENY&csp=…&coep=require-corp&corp=same-origin&attachment=1`. */
function behaviour(query) {
  const headers = { 'cache-control': 'no-store' };
  const named = {
    xfo: 'x-frame-options',
    csp: 'content-security-policy',
    coep: 'cross-origin-embedder-policy',
    coop: 'cross-origin-opener-policy',
    corp: 'cross-origin-resource-policy',
    permissions: 'permissions-policy',
  };
  for (const [name, header] of Object.entries(named)) {
    if (query.has(name)) headers[header] = query.get(name);
  }
  if (query.has('attachment')) headers['content-disposition'] = 'attachment; filename="guest.html"';
  return headers;
}

async function find(pathname) {
  let path;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  if (path.includes('\0')) return undefined;
  const [, name = '', ...rest] = path.split('/');
  if (!Object.hasOwn(folders, name)) return undefined;
  const folder = join(root, folders[name]);
  const file = normalize(join(folder, ...rest));
  if (file !== folder && !file.startsWith(folder + sep)) return undefined;
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile()) return file;
  const index = join(file, 'index.html');
  return found && (await stat(index).catch(() => undefined))?.isFile() ? index : undefined;
}
