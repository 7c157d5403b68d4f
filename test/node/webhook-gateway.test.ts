// Webhooks through a gateway: what is kept, however often they come and whatever dies, and what is handed on.
import assert from 'node:assert/strict';
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { dataOf, type Envelope } from '../../dist/events/index.js';
import { sqlite } from '../../dist/log/sqlite.js';
import type { PipeOptions } from '../../dist/sinks/pipe.js';
import { standardHeaders } from '../../dist/webhooks/index.js';
import { type HooksOrder, topic } from '../contracts/hooks.process.js';
import { post, type Reply } from '../support/hooks.js';
import { leftOut } from '../support/left-out.js';
import { rejection, until as untilSoon } from '../support/wait.js';

const folder = mkdtempSync(join(tmpdir(), 'oriel-hooks-'));
const processes = new Set<ChildProcess>();
const servers = new Set<Server>();
after(() => {
  for (const child of processes) child.kill('SIGKILL');
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

let files = 0;
const newFile = () => join(folder, `${++files}.sqlite`);
const whsec = () => `whsec_${randomBytes(32).toString('base64')}`;
const [secret, theirs] = [whsec(), whsec()];

interface Started {
  readonly port: number;
  send(body: Uint8Array | string, id: string, headers?: [string, string][]): Promise<Reply>;
  /** As `kill -9` does. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

async function started(order: Omit<HooksOrder, 'secret'>): Promise<Started> {
  const module = new URL('../contracts/hooks.process.js', import.meta.url);
  const child = fork(module, [JSON.stringify({ secret, ...order })], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  processes.add(child);
  const exited = once(child, 'exit').then(() => void processes.delete(child));
  const [port] = (await Promise.race([
    once(child, 'message'),
    exited.then(() => Promise.reject(new Error('The gateway ended before it listened.'))),
  ])) as [number];
  return {
    port,
    send: (body, id, headers = [['content-type', 'application/json']]) =>
      post(
        port,
        '/hooks/bank',
        [...Object.entries(standardHeaders([secret], id, Buffer.from(body), Date.now())), ...headers],
        body,
      ),
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async close() {
      child.send('close');
      await exited;
    },
  };
}

interface Got {
  readonly id: string;
  readonly time: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A receiver, and what it got. */
async function receiver(
  answer: (got: Got, response: ServerResponse) => void = (_, response) => response.end(),
  port = 0,
) {
  const all: Got[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { headers } = request;
    const got: Got = {
      id: String(headers['webhook-id']),
      time: Number(headers['webhook-timestamp']),
      headers,
      body: Buffer.concat(chunks),
    };
    all.push(got);
    answer(got, response);
  });
  servers.add(server);
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  const taken = (server.address() as AddressInfo).port;
  return { all, port: taken, ids: () => all.map(({ id }) => id), options: pipeTo(taken) };
}

const pipeTo = (port: number, more: Partial<PipeOptions> = {}): PipeOptions => ({
  to: `http://127.0.0.1:${port}/hooks`,
  secret: theirs,
  allow: ['127.0.0.1'],
  retry: { first: 50, longest: 200 },
  ...more,
});

/** A widget's end of the gateway: what comes to it from now on. */
async function followed(port: number): Promise<{ ids(): string[]; stop(): void }> {
  const stop = new AbortController();
  const response = await fetch(`http://127.0.0.1:${port}/test.hooks/events`, { signal: stop.signal });
  let text = '';
  const reading = (async () => {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>)
      text += Buffer.from(chunk);
  })();
  reading.catch(() => {}); // it ends by being stopped
  await until(() => text);
  return {
    ids: () => [...text.matchAll(/"id":"(\w+)"/g)].map(([, id]) => String(id)),
    stop: () => stop.abort(),
  };
}

/** What a log's file has, read by another process than that which wrote it. */
async function kept(file: string): Promise<Envelope[]> {
  const log = sqlite(file);
  try {
    const page = await log.read(topic, 'earliest', { limit: 1000 });
    assert.notEqual(page.answer, 'reset');
    return page.answer === 'reset' ? [] : page.events.map(({ event }) => event);
  } finally {
    await log.close();
  }
}
const idsIn = async (file: string) => (await kept(file)).map(({ id }) => id);

const options = { timeout: 60_000 };
/** A process that was killed holds its lease for ten seconds more. */
const until: typeof untilSoon = (look) => untilSoon(look, { timeout: 30_000 });

test('the bytes that came are kept, and handed on, as they are', options, async () => {
  const target = await receiver();
  const file = newFile();
  const gateway = await started({ file, pipes: [target.options] });
  const bodies: [Uint8Array | string, string][] = [
    [String.raw`{"url":"https:\/\/x","n":1.0,"n":2,"n":3}`, 'application/json'],
    [randomBytes(100_000), 'application/octet-stream'],
    [Uint8Array.from([0xff, 0xfe, 0, 13, 10]), 'image/x-icon'],
    ['', 'text/plain'],
  ];
  for (const [i, [body, type]] of bodies.entries())
    assert.equal((await gateway.send(body, `msg_${i}`, [['content-type', type]])).status, 204);
  await until(() => target.all.length === bodies.length);
  for (const [i, [body, type]] of bodies.entries()) {
    const got = target.all.find(({ id }) => id === `msg_${i}`);
    assert.deepEqual(got?.body, Buffer.from(body));
    assert.equal(got?.headers['content-type'], type);
  }
  const [first, second] = await kept(file);
  assert.deepEqual(first?.data, { url: 'https://x', n: 3 });
  assert.deepEqual(Buffer.from(dataOf(second as Envelope) as Uint8Array), bodies[1]?.[0]);
  const [{ body, headers }] = target.all.filter(({ id }) => id === 'msg_0') as [Got];
  new Webhook(theirs).verify(body.toString(), headers as Record<string, string>);
  assert.throws(() => new Webhook(secret).verify(body.toString(), headers as Record<string, string>));
  await gateway.close();
});

test(
  'one message, three times, two of them at once in two processes: kept once, taken thrice, handed on once',
  options,
  async () => {
    const target = await receiver();
    const file = newFile();
    const pipes = [target.options];
    const [one, other] = await Promise.all([started({ file, pipes }), started({ file, pipes })]);
    const widget = await followed(other.port);
    const replies = await Promise.all([one.send('{"n":1}', 'msg_1'), other.send('{"n":1}', 'msg_1')]);
    replies.push(await other.send('{"n":1}', 'msg_1'));
    assert.deepEqual(
      replies.map(({ status }) => status),
      [204, 204, 204],
    );
    assert.equal((await one.send('{"n":2}', 'msg_2')).status, 204);
    assert.deepEqual(await idsIn(file), ['msg_1', 'msg_2']);
    await until(() => target.all.length >= 2 && widget.ids().includes('msg_2'));
    assert.deepEqual(target.ids().sort(), ['msg_1', 'msg_2']);
    assert.deepEqual(widget.ids(), ['msg_1', 'msg_2']);
    widget.stop();
    await Promise.all([one.close(), other.close()]);
    assert.equal(target.all.length, 2);
  },
);

test(
  'killed after it was kept and before it was answered: the sender comes again, and it is there once',
  options,
  async () => {
    const target = await receiver();
    const file = newFile();
    const pipes = [target.options];
    const dies = await started({ file, pipes, dies: true });
    await rejection(dies.send('{"n":1}', 'msg_1'));
    assert.deepEqual(await idsIn(file), ['msg_1']);
    const again = await started({ file, pipes });
    assert.equal((await again.send('{"n":1}', 'msg_1')).status, 204);
    assert.deepEqual(await idsIn(file), ['msg_1']);
    await until(() => target.all.length);
    await again.close();
    assert.deepEqual(target.ids(), ['msg_1']);
  },
);

test('killed at any time, whatever was answered with 2xx is kept, once', options, async () => {
  const file = newFile();
  const taken = new Set<string>();
  for (let round = 0; round < 3; round++) {
    const gateway = await started({ file });
    let sent = 0;
    const sender = async () => {
      for (;;) {
        const id = `msg_${round}_${sent++}`;
        const reply = await gateway.send('{}', id);
        if (reply.status === 204) taken.add(id);
      }
    };
    const before = taken.size;
    const senders = Promise.allSettled(Array.from({ length: 8 }, sender));
    await until(() => taken.size > before + 40);
    await gateway.kill();
    await senders; // each ends by its broken connection
  }
  const ids = await idsIn(file);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of taken) assert.ok(ids.includes(id), `${id} was answered with 204, and is not there`);
});

test('on a full disk it is answered with 503, and kept once there is room', options, async (t) => {
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk], { stdio: 'ignore' });
  if (status !== 0) return leftOut(t, 'a disk of its own takes root and mount');
  try {
    const file = join(disk, 'log.sqlite');
    const gateway = await started({ file });
    const body = JSON.stringify({ fill: 'x'.repeat(50_000) });
    const answered: string[] = [];
    let reply: Reply;
    do {
      reply = await gateway.send(body, `msg_${answered.length}`);
      if (reply.status === 204) answered.push(`msg_${answered.length}`);
    } while (reply.status === 204 && answered.length < 100);
    assert.equal(reply.status, 503);
    assert.match(reply.headers['retry-after'] ?? '', /^\d+$/);
    assert.deepEqual(await idsIn(file), answered);
    spawnSync('mount', ['-o', 'remount,size=8m', disk]);
    assert.equal((await gateway.send(body, `msg_${answered.length}`)).status, 204);
    assert.deepEqual(await idsIn(file), [...answered, `msg_${answered.length}`]);
    await gateway.close();
  } finally {
    spawnSync('umount', ['-l', disk]);
  }
});

test('a target that does not answer keeps no sender waiting', options, async () => {
  const target = await receiver(() => {});
  const gateway = await started({ file: newFile(), pipes: [target.options] });
  for (let i = 0; i < 20; i++) assert.equal((await gateway.send('{}', `msg_${i}`)).status, 204);
  await until(() => target.all.length === 8); // so many at once, and no more
  await gateway.kill();
});

test(
  'what was not delivered is tried again under its id, with a new time, also by the next process',
  options,
  async () => {
    let status = 500;
    const target = await receiver((_, response) => response.writeHead(status).end());
    const file = newFile();
    const pipes = [target.options];
    const first = await started({ file, pipes });
    await first.send('{"n":1}', 'msg_1');
    await until(() => target.all.length >= 3);
    await first.kill();
    const before = target.all.length;
    status = 204;
    const second = await started({ file, pipes });
    await until(() => target.all.length > before);
    await second.close();
    assert.deepEqual([...new Set(target.ids())], ['msg_1']);
    for (const { body, headers } of target.all)
      new Webhook(theirs).verify(body.toString(), headers as Record<string, string>);
    const times = target.all.map(({ time }) => time);
    assert.ok((times.at(-1) as number) > (times[0] as number), `${times}`);
    // Once it was taken, it is not sent again by the one after.
    const third = await started({ file, pipes });
    await third.send('{"n":2}', 'msg_2');
    await until(() => target.ids().includes('msg_2'));
    await third.close();
    assert.equal(target.ids().filter((id) => id === 'msg_1').length, before + 1);
  },
);
