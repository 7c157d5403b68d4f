import assert from 'node:assert/strict';
import {
  createHmac,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  verify as verifySignature,
} from 'node:crypto';
import { test } from 'node:test';
import { sign as octokitSign } from '@octokit/webhooks-methods';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { type StyleName, standardHeaders, styles, wrongSigner } from '../../dist/webhooks/index.js';
import { rejection } from '../support/wait.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const hmac = (secret: string, text: string, encoding: 'hex' | 'base64') =>
  createHmac('sha256', secret).update(text).digest(encoding);

const at = 1_700_000_000;
const clock = { now: at * 1000, tolerance: 300_000 };
const whsec = () => `whsec_${randomBytes(24).toString('base64')}`;

/** Whom a style takes the message for. */
async function verified(
  style: StyleName,
  headers: Record<string, string>,
  body: string | Uint8Array,
  secrets: readonly string[],
  now = clock,
) {
  const message = { headers: new Headers(headers), body: typeof body === 'string' ? bytes(body) : body };
  return styles[style].verify(message, secrets, now);
}

/** Why it is refused; fails unless as `unauthorized`. */
async function refusal(...args: Parameters<typeof verified>): Promise<string> {
  const error = await rejection(verified(...args));
  assert.equal(error.code, 'unauthorized', error.stack);
  return error.message;
}

/** For each style: a right message, made by node:crypto alone, and how its headers are called. */
const senders: Record<
  StyleName,
  {
    secret: () => string;
    signed: (body: string, secret: string, time: number) => Record<string, string>;
    signature: string;
    timed: boolean;
  }
> = {
  standard: {
    secret: whsec,
    signed: (body, secret, time) => ({
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(time),
      'webhook-signature': `v1,${createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
        .update(`msg_1.${time}.${body}`)
        .digest('base64')}`,
    }),
    signature: 'webhook-signature',
    timed: true,
  },
  github: {
    secret: () => randomBytes(20).toString('hex'),
    signed: (body, secret) => ({
      'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      'x-github-event': 'issues',
      'x-hub-signature-256': `sha256=${hmac(secret, body, 'hex')}`,
    }),
    signature: 'x-hub-signature-256',
    timed: false,
  },
  stripe: {
    secret: () => `whsec_${randomBytes(16).toString('hex')}`,
    signed: (body, secret, time) => ({
      'stripe-signature': `t=${time},v0=${'0'.repeat(64)},v1=${hmac(secret, `${time}.${body}`, 'hex')}`,
    }),
    signature: 'stripe-signature',
    timed: true,
  },
  slack: {
    secret: () => randomBytes(16).toString('hex'),
    signed: (body, secret, time) => ({
      'x-slack-request-timestamp': String(time),
      'x-slack-signature': `v0=${hmac(secret, `v0:${time}:${body}`, 'hex')}`,
    }),
    signature: 'x-slack-signature',
    timed: true,
  },
  shopify: {
    secret: () => randomBytes(16).toString('hex'),
    signed: (body, secret) => ({
      'x-shopify-webhook-id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
      'x-shopify-topic': 'orders/create',
      'x-shopify-hmac-sha256': hmac(secret, body, 'base64'),
    }),
    signature: 'x-shopify-hmac-sha256',
    timed: false,
  },
};

// Escaped slashes, a number as nobody writes it again, a key twice: none survives being read and written.
const body = String.raw`{"id":"evt_1","type":"paid","url":"https:\/\/x","n":1.0,"n":2}`;

for (const style of Object.keys(senders) as StyleName[]) {
  const { secret: make, signed, signature, timed } = senders[style];

  test(`${style}: a signed message is taken, and with either secret while they change`, async () => {
    const [old, next, other] = [make(), make(), make()];
    for (const secrets of [[old], [next, old], [old, next]])
      assert.ok((await verified(style, signed(body, old, at), body, secrets)).id);
    assert.match(await refusal(style, signed(body, old, at), body, [next, other]), /signature/);
  });

  test(`${style}: another body, even one that reads the same, is refused`, async () => {
    const secret = make();
    const again = JSON.stringify(JSON.parse(body));
    for (const other of [again, `${body} `, '', body.slice(1)])
      await refusal(style, signed(body, secret, at), other, [secret]);
  });

  test(`${style}: a header that is missing, twice, empty or not ASCII is refused`, async () => {
    const secret = make();
    const right = signed(body, secret, at);
    for (const name of Object.keys(right)) {
      const { [name]: value = '', ...without } = right;
      await refusal(style, without, body, [secret]);
      for (const wrong of ['', ' ', ',', `${value}, ${value}`, `${value}\u00e9`, '\u00e9', `\u00ff${value}`])
        await refusal(style, { ...right, [name]: wrong }, body, [secret]);
    }
    const given = right[signature] ?? '';
    for (const wrong of [given.slice(0, -1), `${given}=`, given.replace(/=|,/, ''), `${given}00`])
      await refusal(style, { ...right, [signature]: wrong }, body, [secret]);
  });

  if (!timed) continue; // GitHub and Shopify sign none

  test(`${style}: a time that is wrong, old or early is refused, though it is signed`, async () => {
    const secret = make();
    const signedAt = (text: string) => signed(body, secret, text as unknown as number);
    for (const text of [
      'NaN',
      '17e8',
      '1700000000abc',
      '1700000000.0',
      '0x6553f100',
      '-1700000000',
      '',
      'Infinity',
      '01700000000',
      '+1700000000',
      '1700000000000',
    ])
      await refusal(style, signedAt(text), body, [secret]);
    for (const [seconds, takes] of [
      [-360, false],
      [-300, true],
      [-299, true],
      [299, true],
      [300, true],
      [301, false],
      [360, false],
    ] as const) {
      await (takes ? verified : refusal)(style, signedAt(String(at + seconds)), body, [secret]);
    }
  });
}

test('standard: the vector of the specification', async () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const headers = {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  };
  const text = '{"test": 2432232314}';
  const now = { now: 1614265330_000, tolerance: 0 };
  assert.deepEqual(await verified('standard', headers, text, [secret], now), {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    type: undefined,
  });
  assert.deepEqual(standardHeaders([secret], headers['webhook-id'], bytes(text), now.now), headers);
});

test('standard: signs as the reference does, and takes what it signs', async () => {
  for (const text of ['', '{}', body, 'é €', 'x'.repeat(100_000)]) {
    const [secret, second] = [whsec(), whsec()];
    const now = Math.floor(Date.now() / 1000) * 1000;
    const headers = standardHeaders([secret, second], 'msg_2', bytes(text), now);
    const reference = new Webhook(second);
    const signature = reference.sign('msg_2', new Date(now), text);
    assert.equal(headers['webhook-signature'].split(' ')[1], signature);
    // It reads JSON too, which not all of these are.
    if (text === '{}') assert.deepEqual(reference.verify(text, { ...headers }), {});
    const given = { ...headers, 'webhook-signature': signature };
    assert.equal((await verified('standard', given, text, [second], { now, tolerance: 0 })).id, 'msg_2');
  }
});

test('standard: bytes that are no text are signed as they are', async () => {
  const secret = whsec();
  const [one, other] = [new Uint8Array([0xff, 0xfe]), new Uint8Array([0xfe, 0xff])];
  const headers = { ...standardHeaders([secret], 'msg_3', one, clock.now) };
  assert.equal((await verified('standard', headers, one, [secret])).id, 'msg_3');
  // As text, both are U+FFFD twice.
  await refusal('standard', headers, other, [secret]);
});

test('standard: signatures of other versions are passed over, and alone are not enough', async () => {
  const secret = whsec();
  const right = senders.standard.signed(body, secret, at);
  const list = (...all: string[]) => ({ ...right, 'webhook-signature': all.join(' ') });
  const v1 = right['webhook-signature'] ?? '';
  const wrong = `v1,${randomBytes(32).toString('base64')}`;
  for (const given of [
    ['v1a,AAAA', v1],
    [wrong, v1],
    [v1, wrong],
  ])
    assert.equal((await verified('standard', list(...given), body, [secret])).id, 'msg_1');
  for (const given of [
    ['v2,AAAA'],
    [v1.replace('v1', 'v2')],
    [v1.replace('v1', 'v1a')],
    [v1, 'x y'],
    [v1, ','],
    // Each is looked at, with all of the body.
    [...Array<string>(20).fill(wrong), v1],
  ])
    await refusal('standard', list(...given), body, [secret]);
});

test('standard: with a key of Ed25519 only its owner signs, and whoever has the public one can tell', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = (key: KeyObject, part: 'x' | 'd') =>
    Buffer.from(String(key.export({ format: 'jwk' })[part]), 'base64url');
  const [seed, open] = [raw(privateKey, 'd'), raw(publicKey, 'x')];
  const whpk = `whpk_${open.toString('base64')}`;
  const bodyBytes = bytes(body);
  for (const secret of [seed, Buffer.concat([seed, open])]) {
    const headers = standardHeaders([`whsk_${secret.toString('base64')}`], 'msg_4', bodyBytes, clock.now);
    const [, signature = ''] = headers['webhook-signature'].split('v1a,');
    const signed = Buffer.from(`msg_4.${at}.${body}`);
    assert.ok(verifySignature(null, signed, publicKey, Buffer.from(signature, 'base64')));
    assert.equal((await verified('standard', { ...headers }, body, [whsec(), whpk])).id, 'msg_4');
    const other = raw(generateKeyPairSync('ed25519').publicKey, 'x').toString('base64');
    for (const secrets of [[`whpk_${other}`], [whsec()], [`whsec_${open.toString('base64')}`]])
      await refusal('standard', { ...headers }, body, secrets);
    await refusal('standard', { ...headers }, `${body} `, [whpk]);
    // The public key is no secret: a shared signature with it counts for nothing.
    const forged = standardHeaders([`whsec_${open.toString('base64')}`], 'msg_4', bodyBytes, clock.now);
    await refusal('standard', { ...forged }, body, [whpk]);
  }
});

test('standard: keys are checked before any message comes', () => {
  const key = (prefix: string, length: number) => prefix + randomBytes(length).toString('base64');
  const { checkSecret } = styles.standard;
  for (const right of [key('whsec_', 24), key('', 32), key('whpk_', 32)])
    assert.equal(checkSecret?.(right), undefined);
  assert.match(checkSecret?.(key('whsec_', 8)) ?? '', /8 bytes/);
  assert.match(checkSecret?.(key('whpk_', 33)) ?? '', /33 bytes/);
  assert.match(checkSecret?.(key('whsk_', 32)) ?? '', /private key.*whpk_/);
  assert.match(checkSecret?.('whsec_a b') ?? '', /base64/);
  assert.match(wrongSigner(key('whpk_', 32)) ?? '', /public key.*whsk_/);
  for (const length of [32, 64]) assert.equal(wrongSigner(key('whsk_', length)), undefined);
  assert.match(wrongSigner(key('whsk_', 31)) ?? '', /31 bytes/);
});

test('github: the vector of its documentation, and what its own library signs', async () => {
  const secret = "It's a Secret to Everybody";
  const headers = {
    'x-github-delivery': 'd-1',
    'x-github-event': 'push',
    'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
  };
  assert.deepEqual(await verified('github', headers, 'Hello, World!', [secret]), { id: 'd-1', type: 'push' });
  const signed = { ...headers, 'x-hub-signature-256': await octokitSign('key', body) };
  assert.equal((await verified('github', signed, body, ['key'])).id, 'd-1');
  // What it sent before: SHA-1.
  const { 'x-hub-signature-256': _, ...old } = headers;
  const sha1 = `sha1=${createHmac('sha1', secret).update('Hello, World!').digest('hex')}`;
  await refusal('github', { ...old, 'x-hub-signature': sha1 }, 'Hello, World!', [secret]);
  await refusal('github', { ...headers, 'x-hub-signature-256': sha1 }, 'Hello, World!', [secret]);
});

test('github: a ping is answered, an event is not', () => {
  const answer = (event: string) =>
    styles.github.answer?.({ headers: new Headers({ 'x-github-event': event }), body: bytes('{}') });
  assert.equal(answer('ping')?.status, 204);
  assert.equal(answer('push'), undefined);
});

test("stripe: what its own library signs, and an event's id and type", async () => {
  const secret = 'whsec_test_secret';
  const header = new Stripe('sk_test_x').webhooks.generateTestHeaderString({
    payload: body,
    secret,
    timestamp: at,
  });
  assert.deepEqual(await verified('stripe', { 'stripe-signature': header }, body, [secret]), {
    id: 'evt_1',
    type: 'paid',
  });
});

test('stripe: two times, or a signature of test mode alone, are refused', async () => {
  const secret = 'whsec_x';
  const v1 = hmac(secret, `${at}.${body}`, 'hex');
  for (const header of [
    `t=${at},t=${at},v1=${v1}`,
    `t=${at},v0=${v1}`,
    `v1=${v1}`,
    `t=${at}`,
    `t=${at}, v1=${v1}`,
  ])
    await refusal('stripe', { 'stripe-signature': header }, body, [secret]);
});

test('slack: the vector of its documentation', async () => {
  const text =
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
  const headers = {
    'x-slack-request-timestamp': '1531420618',
    'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
  };
  const now = { now: 1531420618_000, tolerance: 300_000 };
  const identity = await verified('slack', headers, text, ['8f742231b10e8888abcd99yyyzzz85a5'], now);
  assert.match(identity.id, /^sha256:[0-9a-f]{64}$/);
});

test('slack: its challenge is answered with itself, and an event has its id', async () => {
  const challenge = {
    headers: new Headers(),
    body: bytes('{"type":"url_verification","challenge":"3eZbrw1a"}'),
  };
  assert.equal(await styles.slack.answer?.(challenge)?.text(), '3eZbrw1a');
  const event = '{"type":"event_callback","event_id":"Ev08MFMKH6"}';
  const identity = await verified('slack', senders.slack.signed(event, 'x', at), event, ['x']);
  assert.deepEqual(identity, { id: 'Ev08MFMKH6', type: 'event_callback' });
  assert.equal(styles.slack.answer?.({ headers: new Headers(), body: bytes(event) }), undefined);
});
