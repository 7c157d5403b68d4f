import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type Client, client, connect, pack, serve } from '../../dist/bridge/index.js';
import { type SseOptions, sse } from '../../dist/channels/sse.js';
import { eventStreams } from '../../dist/channels/sse-server.js';
import { contract, event, method, type } from '../../dist/contract/index.js';
import { channelSuite } from '../contracts/channel.js';
import { networkSuite } from '../contracts/network.js';
import { farInProcess } from '../support/far-process.js';
import { startStreams } from '../support/servers.js';
import { rejection, until } from '../support/wait.js';

const nodeTest = (title: string, run: () => Promise<void>) => void test(title, { timeout: 30_000 }, run);
/** As a page of that origin does it. */
const from =
  (origin: string): NonNullable<SseOptions['fetch']> =>
  (url, init) =>
    fetch(url, { ...init, headers: { ...(init.headers as Record<string, string>), origin } });
const retry = { first: 50, longest: 100 };

const far = farInProcess('streams');
after(far.end);

channelSuite({
  test: nodeTest,
  name: 'sse',
  transfers: false,
  async open(limits = {}) {
    const { url, close } = await far.open(limits);
    return { channel: sse(url, { retry }), close };
  },
});

networkSuite({
  test: nodeTest,
  name: 'sse',
  start: startStreams,
  channel: (url, options, origin) =>
    sse(url, { ...options, ...(origin !== undefined && { fetch: from(origin) }) }),
  patience: 6,
});

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

const address = 'https://tickets.example/oriel';

/** A client in this process, whose requests are handed to the server as they are. */
function direct(streams: { fetch(request: Request): Promise<Response> }, options: SseOptions = {}) {
  const requests: Request[] = [];
  const ask: SseOptions['fetch'] = async (url, init) => {
    const request = new Request(url, init);
    requests.push(request);
    const response = await streams.fetch(request);
    // A network tells the server that a client has hung up.
    const { signal } = request;
    const body = response.body?.pipeThrough(new TransformStream(), { signal });
    return body ? new Response(body, response) : response;
  };
  const made: Client<typeof sum> = client(sum, sse(address, { retry, fetch: ask, ...options }), {
    onError: () => {},
  });
  return { requests, client: made };
}

/** What a stream begins with. */
async function welcomed(response: Response): Promise<{ session: string; close(): Promise<void> }> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const { value } = await reader.read();
  const { session } = JSON.parse(new TextDecoder().decode(value).slice(6));
  return { session, close: () => reader.cancel() };
}

nodeTest('sse: a stream tells what is between not to keep it, nor to hold it back', async () => {
  const streams = eventStreams({ allowOrigins: ['https://crm.example'] });
  const response = await streams.fetch(new Request(address, { headers: { origin: 'https://crm.example' } }));
  assert.deepEqual(Object.fromEntries(response.headers), {
    'access-control-allow-origin': 'https://crm.example',
    'access-control-expose-headers': 'retry-after',
    'cache-control': 'no-store, no-transform',
    'content-type': 'text/event-stream; charset=utf-8',
    vary: 'origin',
    'x-accel-buffering': 'no',
  });
  await response.body?.cancel();
});

nodeTest('sse: no more streams are opened than there may be, though nothing is said on them', async () => {
  const authorize = async (token: string) => ({ sub: token });
  const streams = eventStreams({ allowOrigins: [], streams: 2, authorize });
  const ask = (headers: Record<string, string> = { authorization: 'Bearer mary' }) =>
    streams.fetch(new Request(address, { headers }));
  assert.equal((await ask({})).status, 401);
  const all = await Promise.all([ask(), ask(), ask()]);
  assert.deepEqual(
    all.map(({ status, headers }) => [status, headers.get('retry-after')]),
    [
      [200, null],
      [200, null],
      [503, '5'],
    ],
  );
  await all[0]?.body?.cancel();
  const next = await ask();
  assert.equal(next.status, 200);
  for (const { body } of [...all.slice(1), next]) await body?.cancel();
});

nodeTest('sse: one client begins no more sessions than a connection may have', async () => {
  const streams = eventStreams({ allowOrigins: [] });
  const service = serve(sum, implement, streams);
  const opened = await welcomed(await streams.fetch(new Request(address)));
  const message = { namespace: 'penpal', channel: undefined, type: 'SYN', participantId: 'p' };
  const asks = Array.from({ length: 1500 }, (_, i) =>
    pack({ oriel: 'bus', type: 'ask', side: 'host', from: 'me', session: `s${i}`, message }, false),
  );
  const long = pack(
    { oriel: 'bus', type: 'ask', side: 'host', from: 'me', session: 's'.repeat(1000), message },
    false,
  );
  const posted = await streams.fetch(
    new Request(address, {
      method: 'POST',
      body: [long, ...asks].join('\n'),
      headers: { 'oriel-session': opened.session, 'content-type': 'application/x-ndjson' },
    }),
  );
  assert.equal(posted.status, 204);
  assert.equal(service.clients.size, 1000);
  await opened.close();
  await until(() => !service.clients.size);
});

nodeTest('sse: pages that are listed are given leave, and no other', async () => {
  const streams = eventStreams({ allowOrigins: ['https://crm.example'] });
  const asked = (origin: string) =>
    streams.fetch(new Request(address, { method: 'OPTIONS', headers: { origin } }));
  const granted = await asked('https://crm.example');
  assert.deepEqual(
    [granted.status, granted.headers.get('access-control-allow-origin')],
    [204, 'https://crm.example'],
  );
  assert.match(
    String(granted.headers.get('access-control-allow-headers')),
    /authorization, content-type, oriel-session/,
  );
  const refused = await asked('https://evil.example');
  assert.deepEqual([refused.status, refused.headers.get('access-control-allow-origin')], [403, null]);
});

nodeTest('sse: each request that can not be granted is refused by its own status, and says why', async () => {
  const streams = eventStreams({ allowOrigins: ['https://crm.example'], body: 100 });
  const service = serve(sum, implement, streams);
  const opened = await welcomed(await streams.fetch(new Request(address)));
  const post = (body: BodyInit, headers: Record<string, string> = {}) =>
    streams.fetch(
      new Request(address, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/x-ndjson', 'oriel-session': opened.session, ...headers },
      }),
    );
  const cases: [number, string, () => Promise<Response>][] = [
    [410, 'gone', () => post('1', { 'oriel-session': 'another' })],
    [415, 'type', () => post('1', { 'content-type': 'text/plain' })],
    [413, 'limit', () => post('x'.repeat(101))],
    [400, 'bad-frame', () => post('{')],
    [400, 'bad-frame', () => post(new Uint8Array([0xff]))],
    [403, 'bad-origin', () => post('1', { origin: 'https://evil.example' })],
    [403, 'bad-origin', () => post('1', { origin: 'https://crm.example' })], // it is not this page's stream
    [405, 'method', () => streams.fetch(new Request(address, { method: 'PUT', body: '1' }))],
    [
      403,
      'bad-origin',
      () => streams.fetch(new Request(address, { headers: { 'sec-fetch-mode': 'no-cors' } })),
    ],
  ];
  for (const [status, code, answer] of cases) {
    const response = await answer();
    assert.equal(response.headers.get('content-type'), 'application/problem+json');
    const problem = (await response.json()) as { status: number; code: string; title: string };
    assert.deepEqual([response.status, problem.status, problem.code], [status, status, code]);
    assert.ok(problem.title.length > 10);
  }
  assert.equal((await post('1\n\n2')).status, 204);
  await opened.close();
  assert.equal((await post('1')).status, 410);
  service.close();
});

nodeTest(
  'sse: a body that has no length is cut off at the limit, and two at once are not taken',
  async () => {
    const streams = eventStreams({ allowOrigins: [], body: 1000 });
    const opened = await welcomed(await streams.fetch(new Request(address)));
    let given = 0;
    let more = () => {};
    const endless = () =>
      new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            if (given) await new Promise<void>((resolve) => (more = resolve));
            given += 600;
            controller.enqueue(new Uint8Array(600));
          },
        },
        { highWaterMark: 0 },
      );
    const post = () =>
      streams.fetch(
        new Request(address, {
          method: 'POST',
          body: endless(),
          duplex: 'half',
          headers: { 'content-type': 'application/x-ndjson', 'oriel-session': opened.session },
        } as RequestInit),
      );
    const first = post();
    await until(() => given === 600);
    assert.equal((await post()).status, 409);
    more();
    assert.equal((await first).status, 413);
    assert.equal(given, 1200);
    await opened.close();
  },
);

nodeTest(
  'sse: a token stands in the header of each request, and its lack is told as HTTP has it',
  async () => {
    const streams = eventStreams({ allowOrigins: [], authorize: (sub) => ({ sub }) });
    const service = serve(sum, implement, streams);
    const { requests, client: far } = direct(streams, { token: () => 'ada' });
    assert.equal(await far.add([1, 2]), 3);
    assert.ok(requests.length >= 2);
    for (const { url, headers } of requests) {
      assert.equal(headers.get('authorization'), 'Bearer ada');
      assert.equal(url, address);
    }
    far.close();
    const refused = await streams.fetch(new Request(address));
    assert.deepEqual([refused.status, refused.headers.get('www-authenticate')], [401, 'Bearer']);
    service.close();
  },
);

nodeTest('sse: whoever has the name of a stream still has to bear its token', async () => {
  const streams = eventStreams({
    allowOrigins: [],
    authorize: (sub) => {
      if (sub !== 'ada') throw new Error('who?');
      return { sub };
    },
  });
  const service = serve(sum, implement, streams);
  const headers = { authorization: 'Bearer ada' };
  const opened = await welcomed(await streams.fetch(new Request(address, { headers })));
  const post = (more: Record<string, string>) =>
    streams.fetch(
      new Request(address, {
        method: 'POST',
        body: '1',
        headers: { 'content-type': 'application/x-ndjson', 'oriel-session': opened.session, ...more },
      }),
    );
  assert.equal((await post(headers)).status, 204);
  assert.equal((await post({ authorization: 'Bearer eve' })).status, 401);
  assert.equal((await post(headers)).status, 204, 'and it goes on for the one whose it is');
  service.close();
  streams.close(); // nobody reads it, which would be noticed in two minutes
});

nodeTest('sse: a server that goes away says when to come back, and is obeyed', async () => {
  const streams = eventStreams({ allowOrigins: [] });
  const service = serve(sum, implement, streams);
  let other: ReturnType<typeof eventStreams> | undefined;
  const at: number[] = [];
  const { client: far } = direct({
    fetch(request) {
      if (request.method === 'GET') at.push(performance.now());
      return (other ?? streams).fetch(request);
    },
  });
  assert.equal(await far.add([1, 2]), 3);
  const start = performance.now();
  streams.close(1);
  assert.equal((await streams.fetch(new Request(address))).headers.get('retry-after'), '1');
  other = eventStreams({ allowOrigins: [] });
  const second = serve(sum, implement, other);
  assert.equal(await far.add([2, 2]), 4);
  assert.ok((at[1] as number) - start >= 1000);
  far.close();
  second.close();
  service.close();
});

for (const [what, header] of [
  ['seconds', () => '1'],
  ['a date', () => new Date(Date.now() + 1500).toUTCString()],
] as const)
  nodeTest(`sse: 503 with Retry-After in ${what} is obeyed`, async () => {
    const streams = eventStreams({ allowOrigins: [] });
    const service = serve(sum, implement, streams);
    const at: number[] = [];
    let until = '';
    const { client: far } = direct({
      async fetch(request) {
        at.push(Date.now());
        if (at.length > 1) return streams.fetch(request);
        until = header();
        return new Response(null, { status: 503, headers: { 'retry-after': until } });
      },
    });
    assert.equal(await far.add([1, 2]), 3);
    const least = Number(until) ? (at[0] as number) + 1000 : Date.parse(until);
    assert.ok((at[1] as number) >= least, `${at[1]} is before ${least}`);
    far.close();
    service.close();
  });

nodeTest('sse: an address that has no stream is told by what it answers', async () => {
  for (const [response, said] of [
    [() => new Response('Not here', { status: 404 }), /answers with 404, and no stream/],
    [
      () => new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } }),
      /with 200, and no stream/,
    ],
  ] as const) {
    const errors: Error[] = [];
    const peer = connect({
      channel: sse(address, { retry: { first: 60_000 }, fetch: async () => response() }),
      contract: sum,
      side: 'host',
      onError: (error) => errors.push(error),
    });
    const error = await rejection(peer.ready);
    assert.equal(error.code, 'unreachable');
    assert.match(error.message, said);
    assert.equal(errors.length, 1);
    peer.close();
  }
});

nodeTest('sse: a message that is longer than the server takes fails its own call', async () => {
  const streams = eventStreams({ allowOrigins: [], body: 10_000 });
  const service = serve(sum, implement, streams);
  const { client: far, requests } = direct(streams);
  const [one, two, three] = await Promise.allSettled([
    far.add([1, 2]),
    far.echo('ü'.repeat(5000)),
    far.echo('ü'.repeat(4000)),
  ]);
  assert.deepEqual(
    [one, three].map((it) => it.status === 'fulfilled' && it.value),
    [3, 'ü'.repeat(4000)],
  );
  const { reason } = two as PromiseRejectedResult;
  assert.equal(reason.code, 'not-cloneable');
  assert.match(reason.cause.message, /takes 10000 bytes at most/);
  assert.equal(requests.filter(({ method }) => method === 'GET').length, 1);
  far.close();
  service.close();
});

nodeTest('sse: what is said while a post is under way leaves together in the next', async () => {
  const streams = eventStreams({ allowOrigins: [] });
  const service = serve(sum, implement, streams);
  const { client: far, requests } = direct(streams);
  await far.add([0, 0]);
  const before = requests.length;
  const calls = [];
  for (let i = 0; i < 50; i++) {
    calls.push(far.add([i, 1]));
    await undefined;
    await undefined;
  }
  assert.deepEqual(
    await Promise.all(calls),
    Array.from({ length: 50 }, (_, i) => i + 1),
  );
  assert.ok(requests.length - before < 25, `${requests.length - before} posts for 50 calls`);
  far.close();
  service.close();
});

nodeTest('sse: a client that stops reading costs at most its queue', async () => {
  const streams = eventStreams({ allowOrigins: [], queue: 100_000 });
  const service = serve(sum, implement, streams);
  const stalled = new AbortController();
  const slow = direct({
    async fetch(request) {
      const response = await streams.fetch(request);
      if (request.method !== 'GET') return response;
      const gate = new TransformStream({
        transform: (chunk, controller) =>
          stalled.signal.aborted ? new Promise(() => {}) : controller.enqueue(chunk),
      });
      return new Response(response.body?.pipeThrough(gate) as never, response);
    },
  });
  await slow.client.add([1, 1]);
  const [peer] = service.clients;
  const good = direct(streams);
  await good.client.add([1, 1]);
  stalled.abort();
  let said = 0;
  for (; service.clients.size > 1 && said < 1000; said++) {
    peer?.emit('added', 'x'.repeat(1000));
    await new Promise(setImmediate);
  }
  assert.ok(said >= 60 && said <= 100, `${said} events of 1 kB`);
  assert.equal(await good.client.add([1, 2]), 3);
  good.client.close();
  slow.client.close();
  service.close();
});
