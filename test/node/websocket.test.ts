import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { client, connect, serve } from '../../dist/bridge/index.js';
import { websocket } from '../../dist/channels/websocket.js';
import { sockets } from '../../dist/channels/websocket-server.js';
import { contract, event, method, type } from '../../dist/contract/index.js';
import { channelSuite } from '../contracts/channel.js';
import { networkSuite } from '../contracts/network.js';
import { farInProcess } from '../support/far-process.js';
import { startSockets } from '../support/servers.js';
import { until } from '../support/wait.js';

const nodeTest = (title: string, run: () => Promise<void>) => void test(title, { timeout: 30_000 }, run);
const from = (origin?: string) => (url: string) => new WebSocket(url, origin === undefined ? {} : { origin });
const retry = { first: 50, longest: 100 };

const far = farInProcess('sockets');
after(far.end);

channelSuite({
  test: nodeTest,
  name: 'websocket',
  transfers: false,
  async open(limits = {}) {
    const { url, close } = await far.open(limits);
    return { channel: websocket(url, { open: from(), retry }), close };
  },
});

networkSuite({
  test: nodeTest,
  name: 'websocket',
  start: startSockets,
  channel: (url, options, origin) => websocket(url, { open: from(origin), ...options }),
  patience: 2,
});

/** Connects as no client of the kit would. */
async function bare(url: string, origin?: string): Promise<WebSocket> {
  const socket = new WebSocket(url, origin === undefined ? {} : { origin });
  await once(socket, 'open');
  return socket;
}

/** The code that a socket is closed with. */
async function codeOf(socket: WebSocket): Promise<unknown> {
  const [code] = await once(socket, 'close');
  return code;
}

const sum = contract({
  name: 'test.sum',
  version: '1.0.0',
  guest: {
    add: method({ input: type<number[]>(), output: type<number>() }),
    echo: method({ input: type<unknown>(), output: type<unknown>() }),
    added: event(type<string>()),
  },
});
const implement = { add: ([a = 0, b = 0]: number[]) => a + b, echo: (value: unknown) => value };

nodeTest('websocket: rubbish ends its own connection alone', async () => {
  const far = await startSockets();
  const service = serve(sum, implement, far.at);
  const good = client(sum, websocket(far.url, { open: from(), retry }));
  await good.add([1, 2]);
  for (const rubbish of ['{', '', '{"@":"Window"}', Buffer.from([0, 0, 0, 9, 1])]) {
    const bad = await bare(far.url);
    bad.send(rubbish);
    assert.equal(await codeOf(bad), 1007);
  }
  const odd = await bare(far.url);
  for (const value of [
    null,
    1,
    [],
    { oriel: 'bus' },
    { oriel: 'beat', every: -1 },
    { oriel: 'token', token: {} },
    { oriel: 'bus', type: 'say' },
  ])
    odd.send(JSON.stringify(value));
  assert.equal(await good.add([2, 2]), 4);
  assert.equal(odd.readyState, WebSocket.OPEN);
  odd.terminate();
  good.close();
  service.close();
  await far.close();
});

nodeTest('websocket: nothing is heard before the token', async () => {
  const asked: string[] = [];
  const far = await startSockets({
    authorize: (token) => {
      asked.push(token);
      return new Promise(() => {});
    },
  });
  const service = serve(sum, implement, far.at);
  for (const first of [{ oriel: 'bus', type: 'ask' }, 5, { oriel: 'token' }, { oriel: 'token', token: 7 }]) {
    const socket = await bare(far.url);
    socket.send(JSON.stringify(first));
    assert.equal(await codeOf(socket), 4401);
  }
  // Nor is a second one while the first is looked at.
  const hasty = await bare(far.url);
  for (const token of ['one', 'two']) hasty.send(JSON.stringify({ oriel: 'token', token }));
  assert.equal(await codeOf(hasty), 4401);
  assert.deepEqual(asked, ['one']);
  service.close();
  await far.close();
});

nodeTest('websocket: a page of another origin is closed as such', async () => {
  const far = await startSockets({ allowOrigins: ['https://crm.example'] });
  const service = serve(sum, implement, far.at);
  assert.equal(await codeOf(await bare(far.url, 'https://evil.example')), 1008);
  service.close();
  await far.close();
});

nodeTest('websocket: a server is served by one', async () => {
  const server = new WebSocketServer({ noServer: true });
  const first = serve(sum, implement, sockets(server, { allowOrigins: [] }));
  assert.throws(() => serve(sum, implement, sockets(server, { allowOrigins: ['*'] })), {
    name: 'TypeError',
    message: /has its sockets\(\) already/,
  });
  first.close();
  serve(sum, implement, sockets(server, { allowOrigins: [] })).close();
});

nodeTest('websocket: a server that says when to come back is obeyed', async () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const at: number[] = [];
  server.on('connection', (socket) => {
    at.push(performance.now());
    socket.close(1013, 'retry-after: 1');
  });
  const { port } = server.address() as { port: number };
  const far = client(sum, websocket(`ws://127.0.0.1:${port}`, { open: from(), retry }));
  far.add([]).catch(() => {});
  await until(() => at.length === 2, { timeout: 5000 });
  assert.ok((at[1] as number) - (at[0] as number) >= 1000);
  far.close();
  server.close();
});

nodeTest('websocket: a client that stops reading costs at most its queue, and one long message', async () => {
  const far = await startSockets({ queue: 100_000 });
  const service = serve(sum, implement, far.at);
  const open = () =>
    connect({
      channel: websocket(far.url, { open: from(), retry: { first: 60_000 } }),
      contract: sum,
      side: 'host',
    });
  const good = open();
  const long = 'x'.repeat(8e6);
  assert.deepEqual(await Promise.all([good.remote.echo(long), good.remote.echo(1)]), [long, 1]);
  good.close();
  await until(() => !service.clients.size);
  const slow = open();
  await slow.ready;
  const [peer] = service.clients;
  far.stall();
  peer?.emit('added', long); // this alone waits for as long as it takes
  await new Promise(setImmediate);
  assert.equal(service.clients.size, 1);
  let said = 0;
  for (; service.clients.size && said < 1000; said++) {
    peer?.emit('added', 'x'.repeat(1000));
    await new Promise(setImmediate);
  }
  assert.ok(said >= 60 && said <= 100, `${said} events of 1 kB`);
  slow.close();
  service.close();
  await far.close();
});
