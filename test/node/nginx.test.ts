// Server-sent events behind a proxy that keeps and packs what it can: nginx as it comes, with gzip for all.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { connect, serve } from '../../dist/bridge/index.js';
import { sse } from '../../dist/channels/sse.js';
import { websocket } from '../../dist/channels/websocket.js';
import { contract, event, method, type } from '../../dist/contract/index.js';
import { nginxServer, programOf } from '../support/engines.js';
import { following, shop, started } from '../support/gateway.js';
import { leftOut } from '../support/left-out.js';
import { startStreams } from '../support/servers.js';
import { pause, until } from '../support/wait.js';

const nginx = programOf('nginx');

const news = contract({
  name: 'test.news',
  version: '1.0.0',
  guest: {
    start: method({ output: type<number>() }),
    told: event(type<number>()),
  },
});

/** A proxy to a server, and what ends it. */
async function proxyTo(target: string, patience = 60): Promise<{ url: string; end(): Promise<void> }> {
  const { port, stop } = await nginxServer(nginx as string, new URL(target).origin, patience);
  return { url: `http://127.0.0.1:${port}/`, end: stop };
}

test('behind nginx with its defaults and gzip each event comes at once', { timeout: 30_000 }, async (t) => {
  if (!nginx) return leftOut(t, 'there is no nginx here: apt-get install nginx');
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
  if (!nginx) return leftOut(t, 'there is no nginx here: apt-get install nginx');
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
  if (!nginx) return leftOut(t, 'there is no nginx here: apt-get install nginx');
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

test("behind nginx a gateway's events come at once, and what is quiet outlives the time that a proxy waits", {
  timeout: 30_000,
}, async (t) => {
  if (!nginx) return leftOut(t, 'there is no nginx here: apt-get install nginx');
  const its = await started({ beat: 900 });
  const proxy = await proxyTo(its.url, 3);
  t.after(proxy.end);
  const begun = performance.now();
  const reading = await following(proxy.url.slice(0, -1), 'topic=paid');
  await reading.upTo('live');
  const took = [performance.now() - begun];
  assert.equal(reading.response.headers.get('content-encoding'), 'gzip'); // which holds nothing back
  const sockets = websocket(`${proxy.url.replace('http', 'ws')}ws`, { open: (url) => new WebSocket(url) });
  const peers = [sockets, sse(`${proxy.url}sse`)].map((channel) =>
    connect({ channel, contract: shop, side: 'host' }),
  );
  const heard: unknown[] = [];
  for (const peer of peers) peer.on('paid', (payload) => heard.push(payload));
  t.after(() => peers.forEach((peer) => void peer.close()));
  await Promise.all(peers.map(({ remote }) => remote.price({ sku: 'abc' })));
  // At once, and again after all have been quiet for longer than the proxy waits.
  for (const [amount, quiet] of [
    [1, 0],
    [2, 4500],
  ] as const) {
    await pause(quiet);
    const start = performance.now();
    await its.gateway.emit('acme.shop/paid', { amount });
    const frame = (await reading.upTo('message')).at(-1);
    took.push(performance.now() - start);
    assert.deepEqual(frame?.data.data, { amount });
    await until(() => heard.length === 2 * amount);
    took.push(performance.now() - start);
  }
  assert.ok(Math.max(...took) < 500, `after ${took.map(Math.round)} ms`);
  assert.deepEqual(
    peers.map((peer) => peer.state.get().epoch),
    [1, 1],
  );
  reading.close();
  await its.close();
});
