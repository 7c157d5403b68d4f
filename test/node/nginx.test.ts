// Server-sent events behind a proxy that keeps and packs what it can: nginx as it comes, with gzip for all.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect, serve } from '../../dist/bridge/index.js';
import { sse } from '../../dist/channels/sse.js';
import { contract, event, method, type } from '../../dist/contract/index.js';
import { leftOut } from '../support/left-out.js';
import { startStreams } from '../support/servers.js';
import { until } from '../support/wait.js';

const nginx = ['nginx', '/usr/sbin/nginx'].find(
  (path) => spawnSync(path, ['-v'], { stdio: 'ignore' }).status === 0,
);

const news = contract({
  name: 'test.news',
  version: '1.0.0',
  guest: {
    start: method({ output: type<number>() }),
    told: event(type<number>()),
  },
});

/** A proxy to a server, and what ends it. */
async function proxyTo(target: string, timeout = 60): Promise<{ url: string; end(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'oriel-nginx-'));
  const port = await freePort();
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  gzip on; gzip_proxied any; gzip_min_length 0; gzip_types text/event-stream application/json;
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass ${target}; proxy_read_timeout ${timeout}s; }
  }
}`,
  );
  const process: ChildProcess = spawn(nginx as string, ['-p', folder, '-c', join(folder, 'nginx.conf')], {
    stdio: 'ignore',
  });
  const url = `http://127.0.0.1:${port}/`;
  await until(() =>
    fetch(url, { method: 'PUT' }).then(
      () => true,
      () => false,
    ),
  );
  return {
    url,
    async end() {
      const ended = once(process, 'exit');
      process.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createTcp().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test('behind nginx with its defaults and gzip each event comes at once', { timeout: 30_000 }, async (t) => {
  if (!nginx) return leftOut(t, 'there is no nginx here: apt-get install nginx-light');
  const far = await startStreams();
  const service = serve(news, { start: () => Date.now() }, far.at);
  const proxy = await proxyTo(far.url);
  const peer = connect({ channel: sse(proxy.url), contract: news, side: 'host' });
  const delays: number[] = [];
  let said = 0;
  peer.on('told', () => delays.push(performance.now() - said));
  await peer.remote.start();
  const [client] = service.clients;
  for (let i = 0; i < 6; i++) {
    said = performance.now();
    client?.emit('told', i);
    await until(() => delays.length === i + 1);
  }
  assert.ok(Math.max(...delays) < 500, `after ${delays.map(Math.round)} ms`);
  peer.close();
  service.close();
  await proxy.end();
  await far.close();
});

test('behind nginx a stream without its headers would come late', { timeout: 30_000 }, async (t) => {
  if (!nginx) return leftOut(t, 'there is no nginx here: apt-get install nginx-light');
  // So that the test before this one can fail at all.
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: 1\n\n');
    setTimeout(() => response.end('data: 2\n\n'), 1000);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await proxyTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const start = performance.now();
  const response = await fetch(proxy.url);
  const first = await response.body?.getReader().read();
  const took = performance.now() - start;
  assert.ok(first?.value && took > 800, `after ${took} ms`);
  await proxy.end();
  server.close();
});

test('behind nginx a quiet stream outlives the time that a proxy waits', { timeout: 30_000 }, async (t) => {
  if (!nginx) return leftOut(t, 'there is no nginx here: apt-get install nginx-light');
  // As 20 s between two beats are to nginx's 60 s.
  const far = await startStreams({ beat: 600 });
  const service = serve(news, { start: () => Date.now() }, far.at);
  const proxy = await proxyTo(far.url, 2);
  const peer = connect({ channel: sse(proxy.url), contract: news, side: 'host' });
  await peer.remote.start();
  const { made } = far.counts;
  const quiet = performance.now() + 5000;
  await until(() => performance.now() > quiet, { timeout: 10_000 });
  await peer.remote.start();
  assert.deepEqual([far.counts.made, peer.state.get().epoch], [made, 1]);
  peer.close();
  service.close();
  await proxy.end();
  await far.close();
});
