// Measures how many webhooks a gateway takes durably a second, beside the same store written bare, in one run.
//
//   npm run build && node bench/webhooks.mjs     what is measured is ../dist; --seconds=30 for longer
//
// Each round measures all in random order, with 64 senders over connections that are kept. The ratio is to a bare server
// of the same round, which writes to the same store and looks at nothing; CPU is the server's own, which a machine that
// is busy with other things changes less.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contract, event, type } from '../dist/contract/index.js';
import { envelope } from '../dist/events/index.js';
import { gateway } from '../dist/gateway/index.js';
import { listen } from '../dist/gateway/node.js';
import { sqlite } from '../dist/log/sqlite.js';
import { webhook } from '../dist/sources/webhook.js';
import { standardHeaders } from '../dist/webhooks/index.js';
import { markdown } from './table.mjs';

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const body = Buffer.from(JSON.stringify({ type: 'paid', amount: 12, note: 'x'.repeat(200) }));
const senders = 64;

/** What a webhook is kept as, with its bytes and about as many headers. */
const kept = (id, bytes = body) =>
  envelope({
    id,
    source: '/bench',
    type: 'paid',
    data: JSON.parse(bytes),
    extensions: { rawbody: bytes.toString('base64'), rawheaders: 'x'.repeat(400) },
  });

/** What is measured is speed, so no sender is held to what a second allows. */
const limits = { hooks: 1e9, hooksBurst: 1e9 };

/** Servers, each in a process of its own. */
const servers = {
  async gateway(file) {
    const bench = contract({
      name: 'bench',
      version: '1.0.0',
      guest: { paid: event(type(), { retain: 'log' }) },
    });
    const sources = { paid: webhook({ path: '/hooks/bench', secret }) };
    const { server } = await listen(
      gateway({ contract: bench, sources, log: sqlite(file), auth: false, limits }),
      {
        port: 0,
      },
    );
    return server;
  },
  async bare(file) {
    const log = sqlite(file);
    const server = createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      await log.append('bench', [kept(request.headers['webhook-id'], Buffer.concat(chunks))]);
      response.writeHead(204).end();
    });
    return once(server.listen(0, '127.0.0.1'), 'listening').then(() => server);
  },
};

const measures = {
  'store, one at a time': (file, ms) => appended(file, ms, 1),
  'store, 64 at once': (file, ms) => appended(file, ms, senders),
  'bare server and store': (file, ms) => posted('bare', file, ms),
  gateway: (file, ms) => posted('gateway', file, ms),
};

async function appended(file, ms, many) {
  const log = sqlite(file);
  await log.append('bench', [kept('first')]);
  const before = cpuTime();
  const { rate, count } = await rateOf((i) => log.append('bench', [kept(`m${i}`)]), ms, many);
  const used = cpuTime() - before;
  await log.close();
  return { rate, cpu: used / count };
}

async function posted(role, file, ms) {
  const child = fork(new URL(import.meta.url), [role, file]);
  const [port] = await once(child, 'message');
  const agent = new Agent({ keepAlive: true, maxSockets: senders });
  const send = (id) =>
    new Promise((resolve, reject) => {
      const headers = {
        ...standardHeaders([secret], id, body, Date.now()),
        'content-type': 'application/json',
        'content-length': body.length,
      };
      const options = { port, host: '127.0.0.1', method: 'POST', path: '/hooks/bench', agent, headers };
      const sent = request(options, (response) => {
        if (response.statusCode !== 204) reject(new Error(`${role} answered with ${response.statusCode}.`));
        response.resume().once('end', resolve);
      });
      sent.once('error', reject).end(body);
    });
  const cpu = () => (child.send('cpu'), once(child, 'message').then(([used]) => used));
  // A process that has just begun compiles more than it takes.
  for (let i = 0; i < 4000; i += senders)
    await Promise.all(Array.from({ length: senders }, (_, j) => send(`warm${i + j}`)));
  const before = await cpu();
  const { rate, count } = await rateOf((i) => send(`m${i}`), ms, senders);
  const used = (await cpu()) - before;
  agent.destroy();
  child.kill();
  await once(child, 'exit');
  return { rate, cpu: used / count };
}

/** How often it is done, and how often a second, by so many at once. */
async function rateOf(run, ms, many) {
  let i = 0;
  const start = performance.now();
  const one = async () => {
    while (performance.now() - start < ms) await run(i++);
  };
  await Promise.all(Array.from({ length: many }, one));
  return { count: i, rate: i / ((performance.now() - start) / 1000) };
}

/** In µs. */
function cpuTime() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

async function measure() {
  const [, told] = /^--seconds=(\d+)$/.exec(process.argv[2] ?? '') ?? [];
  const folder = mkdtempSync(join(tmpdir(), 'oriel-bench-'));
  const rounds = [];
  const names = Object.keys(measures);
  for (let round = 0; round < 5; round++) {
    const rates = {};
    for (const name of names.toSorted(() => Math.random() - 0.5))
      rates[name] = await measures[name](
        join(folder, `${round}-${names.indexOf(name)}`),
        (Number(told ?? 20) * 1000) / 20,
      );
    rounds.push(rates);
  }
  rmSync(folder, { recursive: true });
  const ratiosOf = (name, figure) => {
    const ratios = rounds.map((figures) => figures[name][figure] / figures['bare server and store'][figure]);
    const [mid, least, most] = [median(ratios), Math.min(...ratios), Math.max(...ratios)].map((one) =>
      one.toFixed(2),
    );
    return `${mid} (${least}…${most})`;
  };
  const middle = (name, figure) => median(rounds.map((figures) => figures[name][figure])).toFixed(0);
  const rows = names.map((name) => [
    name,
    ...['rate', 'cpu'].flatMap((figure) => [middle(name, figure), ratiosOf(name, figure)]),
  ]);
  const head = ['webhooks kept', 'a second', 'to a bare server', 'CPU, µs each', 'to a bare server'];
  console.log(markdown(head, rows));
}

const [, , role, file] = process.argv;
if (Object.hasOwn(servers, role ?? '')) {
  process.on('message', () => process.send(cpuTime()));
  process.send((await servers[role](file)).address().port);
} else await measure();
