import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CloudEvent, HTTP, ValidationError } from 'cloudevents';
import fc from 'fast-check';
import { pack, unpack } from '../../dist/bridge/index.js';
import {
  dataOf,
  type Envelope,
  type EnvelopeInit,
  envelope,
  packedType,
  readEnvelope,
} from '../../dist/events/index.js';
import { seed } from '../support/seed.js';

const codec = { pack: (value: unknown) => pack(value, false) as string, unpack };
const base = { source: '/acme.tickets', type: 'paid' };

/** As the official SDK reads what stands in a structured message. */
function byOracle(event: Envelope): CloudEvent<unknown> {
  const headers = { 'content-type': 'application/cloudevents+json' };
  const read = HTTP.toEvent({ headers, body: JSON.stringify(event) }) as CloudEvent<unknown>;
  read.validate();
  return read;
}

const refused = (run: () => unknown, path: string, text: RegExp) =>
  assert.throws(run, (error: any) => {
    assert.deepEqual([error.code, error.path.map(String).join('.')], ['invalid', path], error.message);
    assert.match(error.message, text);
    return true;
  });

test('an event has what CloudEvents asks for', () => {
  const event = envelope({ ...base, data: { amount: 12 } });
  assert.equal(event.specversion, '1.0');
  assert.match(event.id, /^[\da-f-]{36}$/);
  assert.ok(Math.abs(Date.parse(event.time) - Date.now()) < 5000);
  assert.equal(event.datacontenttype, 'application/json');
  assert.ok(Object.isFrozen(event));
  assert.deepEqual(Object.keys(envelope(base)).sort(), ['id', 'source', 'specversion', 'time', 'type']);
});

test('the official SDK reads each event as it was made', () => {
  const text = fc.string({ minLength: 1, unit: 'grapheme' }).filter((it) => !/\p{Cc}/u.test(it));
  const attribute = fc.oneof(text, fc.boolean(), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }));
  const extensions = fc.dictionary(fc.stringMatching(/^x[a-z0-9]{1,12}$/), attribute);
  // The SDK loses `false` and 0 where they are all that is said, and JSON the sign of -0.
  const value = fc.jsonValue().map((it) => JSON.parse(JSON.stringify(it)));
  const data = fc.oneof(
    fc.dictionary(fc.string(), value, { noNullPrototype: true }),
    fc.uint8Array({ minLength: 1 }),
  );
  const source = fc.oneof(
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    fc.webPath({ size: 'small' }),
  );
  const inits = fc.record({
    id: text,
    source: source.filter(Boolean),
    type: text,
    subject: text,
    data,
    extensions,
  });
  fc.assert(
    fc.property(inits, (init) => {
      const event = envelope(init as EnvelopeInit);
      const read = byOracle(event);
      for (const name of ['id', 'source', 'type', 'subject', 'specversion', ...Object.keys(init.extensions)])
        assert.deepEqual(read[name], event[name], name);
      assert.equal(new Date(read.time ?? '').getTime(), new Date(event.time).getTime());
      const theirs = event.data_base64 === undefined ? read.data : Uint8Array.from(read.data as Uint8Array);
      assert.deepEqual(theirs, dataOf(event));
      assert.deepEqual(readEnvelope(JSON.stringify(event)), event);
    }),
    { seed, numRuns: 200 },
  );
});

test('what the official SDK makes is read', () => {
  const made = new CloudEvent({
    ...base,
    id: '1',
    data: { a: 1 },
    traceparent: '00-ab',
    dataschema: 'https://a.example/s',
  });
  const { body } = HTTP.structured(made);
  const event = readEnvelope(body);
  assert.deepEqual([event.id, event.data, event.traceparent], ['1', { a: 1 }, '00-ab']);
  assert.equal(event.time, made.time);
});

test('what the official SDK refuses is refused', () => {
  const good = { specversion: '1.0', id: '1', ...base, time: '2026-01-31T12:00:00Z' };
  const bad = [
    { source: '' },
    { source: 'a b' },
    { source: '%' },
    { type: '' },
    { subject: '' },
    { dataschema: '' },
    { BAD: 'x' },
    { 'a-b': 'x' },
  ];
  for (const part of bad) {
    assert.throws(() => new CloudEvent({ ...good, ...part } as never), ValidationError, JSON.stringify(part));
    refused(() => readEnvelope({ ...good, ...part }), Object.keys(part)[0] ?? '', /./);
  }
  readEnvelope(good);
});

test('what is wrong is named with its path', () => {
  const good = envelope(base);
  for (const name of ['specversion', 'id', 'source', 'type'])
    refused(() => readEnvelope({ ...good, [name]: undefined }), name, /is missing/);
  refused(() => readEnvelope({ ...good, specversion: '0.3' }), 'specversion', /must be "1.0"/);
  refused(() => readEnvelope({ ...good, id: 7 }), 'id', /must be text/);
  refused(() => readEnvelope({ ...good, id: 'a\nb' }), 'id', /must be text/);
  refused(() => readEnvelope({ ...good, time: 'yesterday' }), 'time', /RFC 3339/);
  refused(() => readEnvelope({ ...good, time: '2026-13-01T00:00:00Z' }), 'time', /RFC 3339/);
  refused(() => envelope({ ...base, time: new Date(Number.NaN) }), 'time', /RFC 3339/);
  refused(() => readEnvelope({ ...good, datacontenttype: 'json' }), 'datacontenttype', /media type/);
  refused(() => readEnvelope({ ...good, data_base64: '***' }), 'data_base64', /base64/);
  refused(() => readEnvelope({ ...good, data: 1, data_base64: '' }), 'data_base64', /one of them/);
  refused(() => readEnvelope({ ...good, n: 1.5 }), 'n', /whole number/);
  refused(() => readEnvelope({ ...good, n: 2 ** 31 }), 'n', /whole number/);
  refused(() => readEnvelope({ ...good, o: {} }), 'o', /whole number/);
  refused(() => envelope({ ...base, extensions: { data: 'x' } }), 'data', /named/);
  refused(() => envelope({ ...base, extensions: { id: 'x' } }), 'id', /named/);
  for (const value of [null, 7, [], 'x', '[]', '{', undefined])
    refused(() => readEnvelope(value), '', /object|JSON/);
});

test('what comes without a time gets one; null is as if it were not there', () => {
  const read = readEnvelope({ specversion: '1.0', id: '1', ...base, subject: null, data: null });
  assert.ok(Math.abs(Date.parse(read.time) - Date.now()) < 5000);
  assert.ok(!('subject' in read));
  assert.equal(read.data, null);
});

test('what JSON would lose is refused by path', () => {
  const loop: unknown[] = [];
  loop.push({ loop });
  class Money {}
  const wrong: [unknown, string, RegExp][] = [
    [{ a: [1, undefined] }, 'data.a.1', /undefined/],
    [new Array(1), 'data.0', /undefined/],
    [{ a: Number.NaN }, 'data.a', /NaN/],
    [-Infinity, 'data', /-Infinity/],
    [{ a: { b: 5n } }, 'data.a.b', /bigint/],
    [{ at: new Date(0) }, 'data.at', /Date/],
    [new Map(), 'data', /Map/],
    [{ s: new Set() }, 'data.s', /Set/],
    [{ bytes: new Uint8Array(1) }, 'data.bytes', /Uint8Array/],
    [{ f() {} }, 'data.f', /function/],
    [Symbol('x'), 'data', /symbol/],
    [{ m: new Money() }, 'data.m', /Object/],
    [loop, 'data.0.loop', /leads back/],
    [JSON.parse('['.repeat(70) + ']'.repeat(70)), `data.${'0.'.repeat(64).slice(0, -1)}`, /64 levels/],
  ];
  for (const [data, path, text] of wrong) refused(() => envelope({ ...base, data }), path, text);
});

test('one thing that stands in two places is no loop', () => {
  const shared = { a: 1 };
  assert.deepEqual(envelope({ ...base, data: [shared, shared] }).data, [shared, shared]);
});

test('bytes arrive as they left', () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index % 256);
  for (const data of [bytes, bytes.buffer, bytes.subarray(3, 7)]) {
    const event = readEnvelope(JSON.stringify(envelope({ ...base, data, datacontenttype: 'image/png' })));
    assert.equal(event.datacontenttype, 'image/png');
    assert.deepEqual(dataOf(event), new Uint8Array(data as ArrayBuffer));
  }
});

test('with a codec, what JSON lacks arrives as it left, and what JSON has stays readable by all', () => {
  const data = {
    at: new Date(5),
    many: new Map([[1n, new Set([undefined, Number.NaN])]]),
    bytes: new Uint8Array([1, 2]),
  };
  const event = readEnvelope(JSON.stringify(envelope({ ...base, data }, codec)));
  assert.equal(event.datacontenttype, packedType);
  assert.deepEqual(dataOf(event, codec), data);
  assert.throws(() => dataOf(event), /packed/);
  const plain = envelope({ ...base, data: { a: 1 } }, codec);
  assert.deepEqual([plain.datacontenttype, plain.data], ['application/json', { a: 1 }]);
  assert.deepEqual(dataOf(plain, codec), { a: 1 });
  assert.throws(() => envelope({ ...base, data: { f() {} } }, codec), { name: 'DataCloneError' });
});
