// What a sender gets for what it sends, over real sockets; what is kept stands in webhook-gateway.test.ts.
import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { InvalidValue } from '../../dist/contract/index.js';
import type { Settled, SourceContext, SourceEvent } from '../../dist/sources/source.js';
import { refuse, type WebhookSourceOptions, webhook } from '../../dist/sources/webhook.js';
import { standardHeaders } from '../../dist/webhooks/index.js';
import { post, type Reply, served } from '../support/hooks.js';
import { until } from '../support/wait.js';

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const open: { close(): void }[] = [];
after(() => {
  for (const each of open) each.close();
});

type Headers = (readonly [string, string])[];

interface Sent {
  readonly headers?: Headers;
  readonly body?: Uint8Array | string;
}

/** A source of one's own, and what it gave. */
async function started(
  options: Partial<WebhookSourceOptions> = {},
  settle: (event: SourceEvent) => Settled | Promise<Settled> = () => ({ outcome: 'kept' }),
) {
  const kept: SourceEvent[] = [];
  const dead: { readonly body: Uint8Array; readonly reason: string }[] = [];
  const reported: unknown[] = [];
  const context: SourceContext = {
    contract: 'acme.ticket',
    event: 'paid',
    signal: new AbortController().signal,
    async emit(event) {
      const settled = await settle(event);
      kept.push(event);
      return settled;
    },
    async reject({ body }, reason) {
      dead.push({ body, reason });
    },
    report: (error) => void reported.push(error),
  };
  const its = options.secrets || options.style ? {} : { secret };
  const server = await served(webhook({ path: '/hooks/bank', ...its, ...options }), context);
  open.push(server);
  const send = ({ headers = [], body = '{}' }: Sent): Promise<Reply> =>
    post(server.port, '/hooks/bank', headers, body);
  return { kept, dead, reported, send, port: server.port };
}

function signed(
  body: Uint8Array | string,
  { id = 'msg_1', now = Date.now(), secrets = [secret] } = {},
): Headers {
  return Object.entries(standardHeaders(secrets, id, Buffer.from(body), now));
}
const json = ['content-type', 'application/json'] as const;
const with_ = (headers: Headers, name: string, value: string): Headers =>
  headers.map((pair) => (pair[0] === name ? [name, value] : pair));

test('a message is kept byte for byte, with its headers, and its payload is read', async () => {
  const { kept, send } = await started({
    subject: (message) => (message.json() as { customer: string }).customer,
  });
  const body = String.raw`{"customer":"C-1","url":"https:\/\/x","n":1.0,"n":2}`;
  const reply = await send({
    headers: [...signed(body), json, ['x-more', 'é'], ['authorization', 'Basic x']],
    body,
  });
  assert.equal(reply.status, 204);
  const [event] = kept as [SourceEvent];
  assert.equal(event.id, 'msg_1');
  assert.equal(event.subject, 'C-1');
  assert.deepEqual(event.payload, { customer: 'C-1', url: 'https://x', n: 2 });
  assert.equal(Buffer.from(event.raw?.body ?? '').toString(), body);
  const headers = new Map(event.raw?.headers);
  assert.equal(headers.get('content-type'), 'application/json');
  assert.equal(headers.get('x-more'), 'é');
  // Whoever reads the log is not to become the sender by it.
  assert.equal(headers.has('authorization'), false);
});

test('bytes that are no text are kept as they are, and are the payload', async () => {
  const { kept, send } = await started();
  const body = Uint8Array.from({ length: 70_000 }, (_, i) => i * 7);
  const reply = await send({
    headers: [...signed(body), ['content-type', 'application/octet-stream']],
    body,
  });
  assert.equal(reply.status, 204);
  assert.deepEqual(Buffer.from(kept[0]?.payload as Uint8Array), Buffer.from(body));
  assert.deepEqual(Buffer.from(kept[0]?.raw?.body ?? ''), Buffer.from(body));
});

test('a body is read by its content type: a form, text, and JSON of any kind', async () => {
  const { kept, send } = await started();
  for (const [i, [type, body]] of [
    ['application/x-www-form-urlencoded', 'a=1&b=%C3%A9'],
    ['text/plain; charset=utf-8', 'é'],
    ['application/cloudevents+json', '[1]'],
  ].entries())
    await send({
      headers: [...signed(body as string, { id: `m${i}` }), ['content-type', type as string]],
      body: body as string,
    });
  assert.deepEqual(
    kept.map(({ payload }) => payload),
    [{ a: '1', b: 'é' }, 'é', [1]],
  );
});

test('what nobody has signed is answered with 401, never with 500, and is not kept', async () => {
  const { kept, reported, send } = await started();
  const body = '{"amount":12}';
  const right = signed(body);
  const time = Math.floor(Date.now() / 1000);
  const at = (text: string): Headers => {
    const mac = createHmac('sha256', Buffer.from(secret.slice(6), 'base64')).update(`msg_1.${text}.${body}`);
    return [
      ['webhook-id', 'msg_1'],
      ['webhook-timestamp', text],
      ['webhook-signature', `v1,${mac.digest('base64')}`],
    ];
  };
  const refused: Record<string, Headers> = {
    'no headers': [],
    NaN: at('NaN'),
    'an exponent': at('17e8'),
    'letters after it': at(`${time}abc`),
    'a fraction': at(`${time}.0`),
    'six minutes early': signed(body, { now: Date.now() + 360_000 }),
    'six minutes late': signed(body, { now: Date.now() - 360_000 }),
    'a signature of other than ASCII': with_(right, 'webhook-signature', 'v1,\u00e9\u00ff'),
    'other than ASCII after the signature': with_(right, 'webhook-signature', `${right[2]?.[1]}\u00e9`),
    'an id of other than ASCII': with_(right, 'webhook-id', 'msg_\u00e9'),
    'no signature': with_(right, 'webhook-signature', ''),
    'another secret': signed(body, { secrets: [`whsec_${randomBytes(24).toString('base64')}`] }),
    ...Object.fromEntries(right.map((pair) => [`${pair[0]} twice`, [...right, pair]])),
  };
  for (const [name, headers] of Object.entries(refused)) {
    const reply = await send({ headers: [...headers, json], body });
    assert.equal(reply.status, 401, name);
    assert.equal(reply.headers['content-type'], 'application/problem+json', name);
  }
  assert.equal((await send({ headers: [...right, json], body: `${body} ` })).status, 401);
  assert.deepEqual([kept, reported], [[], []]);
  assert.equal((await send({ headers: [...right, json], body })).status, 204);
});

test('while a secret is changed either counts, and none after it was taken away', async () => {
  const next = `whsec_${randomBytes(32).toString('base64')}`;
  const [both, later] = [await started({ secrets: [next, secret] }), await started({ secrets: [next] })];
  const status = async (to: typeof both, secrets: string[]) =>
    (await to.send({ headers: signed('{}', { secrets }) })).status;
  assert.deepEqual(
    await Promise.all(
      [[secret], [next], [secret, next], [next, secret]].map((secrets) => status(both, secrets)),
    ),
    [204, 204, 204, 204],
  );
  assert.deepEqual(
    await Promise.all([[secret], [next], [secret, next]].map((secrets) => status(later, secrets))),
    [401, 204, 204],
  );
});

test('it is answered after it was kept, not before', async () => {
  let keep: (settled: Settled) => void = () => {};
  const { send } = await started({}, () => new Promise((resolve) => (keep = resolve)));
  let reply: Reply | undefined;
  const sent = send({ headers: signed('{}') }).then((got) => (reply = got));
  const initial = keep;
  await until(() => keep !== initial);
  assert.equal(reply, undefined);
  keep({ outcome: 'kept' });
  assert.equal((await sent).status, 204);
});

test('what can’t be kept now is answered with 503 and a Retry-After, and the operator hears of it', async () => {
  const failure = new Error('The disk is full.');
  let full = true;
  const { kept, reported, send } = await started({}, () => {
    if (full) throw failure;
    return { outcome: 'kept' };
  });
  const reply = await send({ headers: signed('{}') });
  assert.equal(reply.status, 503);
  assert.match(reply.headers['retry-after'] ?? '', /^\d+$/);
  assert.deepEqual(reported, [failure]);
  assert.doesNotMatch(reply.body, /disk/);
  full = false;
  assert.equal((await send({ headers: signed('{}') })).status, 204);
  assert.equal(kept.length, 1);
});

test('what was kept before, or is dead, is not sent again', async () => {
  const outcomes: Settled[] = [
    { outcome: 'duplicate' },
    { outcome: 'dead', reason: 'paid.amount: not a number' },
  ];
  const { send } = await started({}, () => outcomes.shift() as Settled);
  assert.equal((await send({ headers: signed('{}') })).status, 204);
  const reply = await send({ headers: signed('{}') });
  assert.equal(reply.status, 202);
  assert.match(reply.body, /paid\.amount/);
});

test('what is no JSON though it says so, or what "map" throws at, is put aside whole', async () => {
  const { dead, kept, send } = await started();
  const mapped = await started({
    map: () => {
      throw new Error('no amount');
    },
  });
  const refused = await started({}, () => {
    throw new InvalidValue('event', [{ message: 'no subject', path: ['subject'] }]);
  });
  assert.equal((await send({ headers: [...signed('{"a":'), json], body: '{"a":' })).status, 202);
  assert.equal((await mapped.send({ headers: signed('{}') })).status, 202);
  assert.equal((await refused.send({ headers: signed('{}') })).status, 202);
  assert.equal(Buffer.from(dead[0]?.body ?? '').toString(), '{"a":');
  assert.match(dead[0]?.reason ?? '', /JSON/);
  assert.match(mapped.dead[0]?.reason ?? '', /no amount/);
  assert.match(refused.dead[0]?.reason ?? '', /no subject/);
  assert.equal(kept.length, 0);
});

test('"map" makes the payload, and leaves out what is of no interest', async () => {
  const { kept, send } = await started({
    map: async ({ id, type, json }) => (type === 'paid' ? { id, is: json() } : undefined),
  });
  for (const body of ['{"type":"paid"}', '{"type":"refunded"}'])
    assert.equal((await send({ headers: signed(body), body })).status, 204);
  assert.deepEqual(
    kept.map(({ payload }) => payload),
    [{ id: 'msg_1', is: { type: 'paid' } }],
  );
});

test('a body that is too long is refused, also one that does not say so', async () => {
  const { kept, port, send } = await started({ limit: 1000 });
  const long = 'x'.repeat(1001);
  assert.equal((await send({ headers: signed(long), body: long })).status, 413);
  const fits = 'x'.repeat(1000);
  assert.equal((await send({ headers: signed(fits), body: fits })).status, 204);

  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {}); // it may be closed while we write
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.write('POST /hooks/bank HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
  const timer = setInterval(() => socket.write(`400\r\n${'x'.repeat(1024)}\r\n`), 5);
  try {
    await until(() => /^HTTP\/1\.1 413/.test(answer));
  } finally {
    clearInterval(timer);
    socket.destroy();
  }
  assert.equal(kept.length, 1);
});

test("Slack's challenge is answered with itself, and kept no more than GitHub's ping", async () => {
  const slack = await started({ style: 'slack', secret: 'abc' });
  const body = '{"type":"url_verification","challenge":"3eZbrw1a"}';
  const time = Math.floor(Date.now() / 1000);
  const mac = (text: string) => createHmac('sha256', 'abc').update(text).digest('hex');
  const headers = (of: string): Headers => [
    ['x-slack-request-timestamp', `${time}`],
    ['x-slack-signature', `v0=${mac(`v0:${time}:${of}`)}`],
  ];
  const reply = await slack.send({ headers: headers(body), body });
  assert.deepEqual([reply.status, reply.body], [200, '3eZbrw1a']);
  assert.equal((await slack.send({ headers: headers('{}'), body })).status, 401);
  const github = await started({ style: 'github', secret: 'abc' });
  const event = (name: string): Headers => [
    ['x-hub-signature-256', `sha256=${mac('{}')}`],
    ['x-github-delivery', 'd-1'],
    ['x-github-event', name],
    json,
  ];
  for (const name of ['ping', 'push'])
    assert.equal((await github.send({ headers: event(name) })).status, 204);
  assert.deepEqual([slack.kept.length, github.kept.length], [0, 1]);
});

test('a style of the user’s decides, and what it throws lets nobody in', async () => {
  const { kept, reported, send } = await started({
    style: {
      async verify({ headers }) {
        const token = headers.get('x-token');
        if (token === 'broken') throw new TypeError('keys can not be had');
        if (token !== 'right') throw refuse('The token is wrong.');
        return { id: 'a' };
      },
    },
  });
  const status = async (token: string) => (await send({ headers: [['x-token', token]] })).status;
  assert.deepEqual([await status('right'), await status('wrong'), await status('broken')], [204, 401, 401]);
  assert.equal(kept.length, 1);
  assert.equal(reported.length, 1);
  assert.match(String(reported[0]), /keys can not be had/);
});

test('what it is told wrong, it says at once', () => {
  const why = (options: object) => {
    try {
      webhook({ path: '/hooks', secret, ...options });
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'bad-config', String(error));
      return (error as Error).message;
    }
    return assert.fail('it was taken');
  };
  assert.match(why({ secret: undefined }), /^secret: .*variable/);
  assert.match(why({ secrets: [] }), /^secret: stands beside/);
  assert.match(why({ secret: 'abc!' }), /^secret: .*base64/);
  assert.match(why({ path: 'hooks' }), /^path: /);
  assert.match(why({ path: '/hooks?x' }), /^path: /);
  assert.match(why({ style: 'paypal' }), /^style: .*standard, github, stripe, slack, shopify/);
  assert.match(why({ style: 'constructor' }), /^style: /);
  assert.match(why({ tolerance: Number.NaN }), /^tolerance: /);
  assert.match(why({ limit: 0 }), /^limit: /);
});
