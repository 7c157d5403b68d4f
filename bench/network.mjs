// Measures what a gateway delivers, needs and costs, beside bare Node and beside its peers, in one run.
//
//   npm run build && cd bench && npm ci && npm run network     what is measured is ../dist; --rounds=9 for longer
//
// Each server is a process of its own, and all of its clients are another one, over connections as light as can be. A
// round measures all in random order; a ratio is to bare `node:http` of the same round. CPU is the server's own, which a
// machine that is busy with other things changes less than its time.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { markdown } from './table.mjs';

const clients = 500;
const events = 200;
const text = 'x'.repeat(200);
/** What a client that has stopped reading is sent, in parts. */
const flood = { parts: 400, bytes: 50_000 };
const address = '127.0.0.1';

const inMemory = 'oriel, in memory';
const turn = () => new Promise(setImmediate);

/** Servers by their names. Each gives its port, where its clients connect, and what tells all of them something. */
const servers = {
  'bare node:http': async () => {
    const all = new Set();
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
      response.flushHeaders();
      all.add(response);
    });
    let id = 0;
    return {
      port: await listening(server),
      path: '/',
      tell: (data) => {
        const frame = Buffer.from(`id: ${++id}\ndata: ${JSON.stringify(data)}\n\n`);
        for (const response of all) response.write(frame);
      },
    };
  },
  [inMemory]: () => oriel(async () => (await import('../dist/log/memory.js')).memory()),
  'oriel, on disk': () =>
    oriel(async () => {
      const folder = mkdtempSync(join(tmpdir(), 'oriel-bench-'));
      process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
      return (await import('../dist/log/sqlite.js')).sqlite(join(folder, 'log.sqlite'));
    }),
  'better-sse': async () => {
    const { createChannel, createSession } = await import('better-sse');
    const channel = createChannel();
    const server = createServer(async (request, response) =>
      channel.register(await createSession(request, response)),
    );
    return { port: await listening(server), path: '/', tell: (data) => channel.broadcast(data) };
  },
  'socket.io': async () => {
    const { Server } = await import('socket.io');
    const server = createServer();
    const io = new Server(server, { transports: ['websocket'], serveClient: false });
    return {
      port: await listening(server),
      path: '/socket.io/?EIO=4&transport=websocket',
      tell: (data) => io.emit('told', data),
    };
  },
};

async function oriel(open) {
  const [{ contract, event, type }, { gateway }, { listen }] = await Promise.all(
    ['contract/index.js', 'gateway/index.js', 'gateway/node.js'].map((path) => import(`../dist/${path}`)),
  );
  const bench = contract({
    name: 'bench',
    version: '1.0.0',
    guest: { told: event(type(), { retain: 'log' }) },
  });
  const its = gateway({
    contract: bench,
    log: await open(),
    auth: false,
    limits: { rate: 1e6, burst: 1e6, streamsPerCaller: 1e4 },
  });
  const { server } = await listen(its, { port: 0 });
  return {
    port: server.address().port,
    path: '/bench/events?topic=told',
    tell: (data) => its.emit('bench/told', data),
  };
}

async function listening(server) {
  await once(server.listen(0, address), 'listening');
  return server.address().port;
}

/** What a server's process does. */
async function serve(name) {
  const { port, path, tell } = await servers[name]();
  const deeds = {
    cpu: () => cpuTime(),
    held() {
      for (let round = 0; round < 3; round++) globalThis.gc();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    },
    async tell({ count, bytes }) {
      const said = bytes ? 'x'.repeat(bytes) : text;
      for (let n = 0; n < count; n++) {
        await tell({ n, text: said });
        await turn();
      }
    },
  };
  answerTo(deeds);
  process.send({ port, path });
}

/** What the clients' process does. */
function crowd() {
  let had = 0;
  let wanted = { count: Number.POSITIVE_INFINITY };
  const heard = (count) => {
    had += count;
    if (had >= wanted.count) wanted.resolve();
  };
  answerTo({
    /** Resolves when all are connected. */
    connect: ({ port, path, count }) =>
      Promise.all(
        Array.from({ length: count }, () =>
          (path.startsWith('/socket.io') ? socket : stream)(port, path, heard),
        ),
      ).then(() => {}),
    /** Resolves when as many have come, counted from the call before. */
    async hear(count) {
      await new Promise((resolve) => {
        wanted = { count, resolve };
        heard(0);
      });
      had = 0;
      wanted = { count: Number.POSITIVE_INFINITY };
    },
  });
  process.send('up');
}

/** A client of server-sent events, which counts them by the key that each has once. */
function stream(port, path, heard) {
  return new Promise((resolve) => {
    const client = connect(port, address);
    client.write(`GET ${path} HTTP/1.1\r\nhost: bench\r\n\r\n`);
    let rest = '';
    client.on('data', (data) => {
      const all = rest + data.toString('latin1');
      let count = 0;
      let end = 0;
      for (let i = all.indexOf('"n":'); i >= 0; i = all.indexOf('"n":', end)) {
        count++;
        end = i + 4;
      }
      rest = all.slice(Math.max(end, all.length - 3));
      if (count) heard(count);
      // The gateway says when it is at the end of what there is; others have nothing to say.
      if (!path.includes('topic') || all.includes('live')) resolve();
    });
  });
}

/** A client of socket.io, by its protocol. */
function socket(port, path, heard) {
  return new Promise((resolve) => {
    const client = new WebSocket(`ws://${address}:${port}${path}`);
    client.on('message', (data) => {
      const said = data.toString('latin1');
      if (said.startsWith('42')) heard(1);
      else if (said.startsWith('40')) resolve();
      else if (said.startsWith('0')) client.send('40');
      else if (said === '2') client.send('3');
    });
  });
}

function answerTo(deeds) {
  process.on('message', async ([deed, its]) => process.send({ done: await deeds[deed](its) }));
}

function started(...args) {
  const child = fork(new URL(import.meta.url), args, { execArgv: ['--expose-gc'] });
  const waiting = [];
  child.on('message', (message) => waiting.shift()?.(message));
  const next = () => new Promise((resolve) => waiting.push(resolve));
  return {
    begun: next(),
    async ask(deed, its) {
      const answer = next();
      child.send([deed, its]);
      return (await answer).done;
    },
    async end() {
      child.kill();
      await once(child, 'exit');
    },
  };
}

/** One server under five hundred clients, and under one that doesn't read. */
async function measured(name) {
  const server = started('serve', name);
  const far = started('crowd');
  const [{ port, path }] = await Promise.all([server.begun, far.begun]);
  const empty = await server.ask('held');
  await far.ask('connect', { port, path, count: clients });
  const told = async (count) => {
    const heard = far.ask('hear', count * clients);
    await server.ask('tell', { count });
    await heard;
  };
  await told(50); // a process that has just begun compiles more than it tells
  const full = await server.ask('held');
  const [start, before] = [performance.now(), await server.ask('cpu')];
  await told(events);
  const [time, cpu] = [performance.now() - start, (await server.ask('cpu')) - before];
  await Promise.all([server.end(), far.end()]);
  const delivered = events * clients;
  return {
    rate: delivered / (time / 1000),
    cpu: cpu / delivered,
    memory: (full - empty) / clients / 1000,
    stalled: name === inMemory ? Number.NaN : await stalled(name), // there all is kept beside it
  };
}

/** What one client that has stopped reading costs its server, in MiB. */
async function stalled(name) {
  const server = started('serve', name);
  const { port, path } = await server.begun;
  await server.ask('tell', { count: 40, bytes: flood.bytes }); // what is kept for all is there by then
  const client = path.startsWith('/socket.io') ? await quiet(port, path) : connect(port, address);
  if (!client.pong) client.write(`GET ${path} HTTP/1.1\r\nhost: bench\r\n\r\n`);
  if (!client.pong) await once(client, 'data');
  await server.ask('tell', { count: 1 });
  client.pause();
  const before = await server.ask('held');
  await server.ask('tell', { count: flood.parts, bytes: flood.bytes });
  const cost = (await server.ask('held')) - before;
  client.terminate?.();
  client.destroy?.();
  await server.end();
  return Math.max(0, cost) / 2 ** 20;
}

async function quiet(port, path) {
  const client = new WebSocket(`ws://${address}:${port}${path}`);
  await new Promise((resolve) => {
    client.on('message', (data) => {
      if (String(data).startsWith('0')) client.send('40');
      if (String(data).startsWith('40')) resolve();
    });
  });
  return client;
}

/** A gateway's first answer, and that of a bare server on the same library, from the start of their processes. */
async function firstAnswers(rounds) {
  const folder = mkdtempSync(join(tmpdir(), 'oriel-bench-'));
  const file = (name, code) => {
    writeFileSync(join(folder, name), code);
    return join(folder, name);
  };
  const from = (path) => JSON.stringify(new URL(path, import.meta.url).href);
  const config = file(
    'oriel.config.js',
    `import { contract, method, type } from 'oriel/contract';
const clock = contract({ name: 'bench', version: '1.0.0', guest: { now: method({ output: type() }) } });
export default { contract: clock, services: { now: () => 1 }, auth: false };`,
  );
  const bare = file(
    'bare.mjs',
    `import { Hono } from ${from('../node_modules/hono/dist/index.js')};
import { serve } from ${from('../node_modules/@hono/node-server/dist/index.mjs')};
const app = new Hono().post('/bench/now', (context) => context.json(1));
serve({ fetch: app.fetch, port: 0, hostname: '${address}' }, ({ port }) => console.log('http://${address}:' + port));`,
  );
  const bin = fileURLToPath(new URL('../bin/oriel.js', import.meta.url));
  const starts = { 'bare Hono': [bare], 'oriel gateway': [bin, 'gateway', config, '--port', '0'] };
  const results = Object.fromEntries(Object.keys(starts).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const name of Object.keys(starts).toSorted(() => Math.random() - 0.5)) {
      const start = performance.now();
      const child = spawn(process.execPath, starts[name], { cwd: folder });
      const [url] = await once(createInterface(child.stdout), 'line');
      const response = await fetch(`${url}/bench/now`, { method: 'POST' });
      if ((await response.json()) !== 1) throw new Error(`${name} answered with ${response.status}.`);
      results[name].push({ time: performance.now() - start, cpu: cpuOf(child.pid) });
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  rmSync(folder, { recursive: true });
  return results;
}

/** In ms, as Linux counts them, in hundredths of a second. */
function cpuOf(pid) {
  if (!existsSync(`/proc/${pid}/stat`)) return Number.NaN;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

/** In µs. */
function cpuTime() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const figure = (results, name, key, digits = 0) =>
  median(results[name].map((its) => its[key]))
    .toFixed(digits)
    .replace('NaN', '');

function ratio(results, name, key, to) {
  const ratios = results[name].map((its, i) => its[key] / results[to][i][key]);
  return [median(ratios), Math.min(...ratios), Math.max(...ratios)]
    .map((one) => one.toFixed(2))
    .join(' ')
    .replace(/ (.+) (.+)/, ' ($1…$2)');
}

async function measure() {
  const [, told] = /^--rounds=(\d+)$/.exec(process.argv[2] ?? '') ?? [];
  const rounds = Number(told ?? 5);
  const results = Object.fromEntries(Object.keys(servers).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const name of Object.keys(servers).toSorted(() => Math.random() - 0.5))
      results[name].push(await measured(name));
  const [bare] = Object.keys(servers);
  console.log(`${clients} clients, ${rounds} rounds\n`);
  console.log(
    markdown(
      [
        'each event to all',
        'delivered a second',
        'to bare',
        'CPU, µs each',
        'to bare',
        'a client, kB',
        'one that reads no more, MiB',
      ],
      Object.keys(results).map((name) => [
        name,
        figure(results, name, 'rate'),
        ratio(results, name, 'rate', bare),
        figure(results, name, 'cpu', 1),
        ratio(results, name, 'cpu', bare),
        figure(results, name, 'memory', 1),
        figure(results, name, 'stalled', 1),
      ]),
    ),
  );
  const starts = await firstAnswers(2 * rounds);
  const [hono] = Object.keys(starts);
  console.log();
  console.log(
    markdown(
      ['from its start to its first answer', 'ms', 'to bare', 'CPU, ms', 'to bare'],
      Object.keys(starts).map((name) => [
        name,
        figure(starts, name, 'time'),
        ratio(starts, name, 'time', hono),
        figure(starts, name, 'cpu'),
        ratio(starts, name, 'cpu', hono),
      ]),
    ),
  );
}

const [, , role, name] = process.argv;
if (role === 'serve') await serve(name);
else if (role === 'crowd') crowd();
else await measure();
