import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { checkPortable, pack, unpack } from '../../dist/bridge/codec.js';

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
console.log(`codec: SEED=${seed}`);

/** Whatever `structuredClone` carries and bytes can be made of. */
const anything = fc.anything({
  key: fc.oneof(fc.string(), fc.constantFrom('@', '__proto__', 'constructor', 'v', '1')),
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  withNullPrototype: true,
  withUnicodeString: true,
});

for (const binary of [true, false]) {
  const round = (value: unknown) => unpack(pack(value, binary));
  const how = binary ? 'with bytes' : 'as text';

  test(`whatever can be cloned arrives as it left, ${how}`, () => {
    fc.assert(
      fc.property(anything, (value) => {
        // Two dates that are none are never equal.
        fc.pre(!inspect(value, { depth: Infinity }).includes('Invalid Date'));
        assert.deepStrictEqual(round(value), structuredClone(value));
      }),
      { seed, numRuns: 2000 },
    );
  });

  test(`what JSON loses arrives, ${how}`, () => {
    const value = {
      none: undefined,
      numbers: [Number.NaN, Infinity, -Infinity, -0, 0, 1e308],
      big: -(2n ** 80n),
      map: new Map<unknown, unknown>([[{ a: 1 }, new Set([1, [2]])]]),
      at: new Date(1.7e12),
      like: /a\/b/giu,
      bytes: new Uint8Array([0, 255, 128]),
      floats: new Float64Array([1.5, Number.NaN]),
      buffer: new ArrayBuffer(3),
      view: new DataView(new ArrayBuffer(3)),
      holes: Object.assign(new Array(3), { 1: 1 }),
      lone: '\ud800 \u2028',
    };
    assert.deepStrictEqual(round(value), structuredClone(value));
    assert.equal(String(round(new Date(Number.NaN))), 'Invalid Date');
  });

  test(`one object stays one, and a cycle a cycle, ${how}`, () => {
    const shared = { bytes: new Uint8Array([1]) };
    const value: Record<string, unknown> = { a: shared, b: [shared], map: new Map([[shared, shared]]) };
    value['self'] = value;
    const back = round(value) as typeof value;
    assert.equal(back['self'], back);
    assert.equal((back['b'] as unknown[])[0], back['a']);
    const [[key, item] = []] = [...(back['map'] as Map<unknown, unknown>)];
    assert.equal(key, back['a']);
    assert.equal(item, back['a']);
  });

  test(`an object that looks like a mark is itself, ${how}`, () => {
    const value = [{ '@': 'ref', v: 0 }, { '@': { '@': 'Map', v: 1 } }, { '@': undefined }];
    assert.deepStrictEqual(round(value), value);
  });
}

test('a view is sent without the rest of its buffer', () => {
  const all = new TextEncoder().encode('public, secret');
  const frame = pack(all.subarray(0, 6)) as Uint8Array;
  assert.ok(!new TextDecoder().decode(frame).includes('secret'));
  assert.deepStrictEqual(unpack(frame), new TextEncoder().encode('public'));
});

test('a megabyte of bytes grows by less than a kilobyte', () => {
  const frame = pack({ bytes: new Uint8Array(2 ** 20) }) as Uint8Array;
  assert.ok(frame.length < 2 ** 20 + 1024);
});

test('what bytes can not be made of is refused by its kind', () => {
  for (const [value, kind] of [
    [new Blob(['a']), 'Blob'],
    [new MessageChannel().port1, undefined],
    [new SharedArrayBuffer(1), 'SharedArrayBuffer'],
    [new WeakMap(), 'WeakMap'],
    [Symbol('a'), 'symbol'],
    [() => {}, 'function'],
  ] as const) {
    const refused = { name: 'DataCloneError', ...(kind && { message: new RegExp(`A ${kind} `) }) };
    assert.throws(() => pack({ deep: [value] }), refused);
    if (typeof value === 'object') assert.throws(() => checkPortable(value), refused);
    if (value instanceof MessagePort) value.close();
  }
});

test('a frame that nobody made throws, and makes nothing else of it', () => {
  const frames = [
    '',
    '{',
    '{"@":"Window"}',
    '{"@":"constructor","v":"x"}',
    '{"@":"ref","v":7}',
    '{"@":"ref","v":"__proto__"}',
    '{"@":"Map","v":3}',
    '{"@":"bigint","v":"x"}',
    '{"@":"Uint8Array","b":[0,1]}',
    '{"@":"Uint8Array","b":[-1,1]}',
    '{"@":"Uint8Array","v":"*"}',
    '{"@":["Map"],"v":[]}',
    new Uint8Array(3),
    new Uint8Array([0, 0, 1, 0, 123]),
    new Uint8Array([0, 0, 0, 1, 255]),
    '['.repeat(200_000),
  ];
  for (const frame of frames) assert.throws(() => unpack(frame), String(frame).slice(0, 40));
});

test('rubbish never does anything but throw', () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  const text = fc.json().map((json) => json.replace(/"[a-z]*":/g, '"@":'));
  fc.assert(
    fc.property(fc.oneof(bytes, fc.string(), text), (frame) => {
      try {
        unpack(frame);
      } catch (error) {
        assert.ok(error instanceof Error);
      }
    }),
    { seed, numRuns: 3000 },
  );
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
});

test('an error arrives with its kind, its message and its cause', () => {
  const thrown = new RangeError('far', { cause: new DOMException('late', 'AbortError') });
  const [back, again] = unpack(pack([thrown, thrown])) as [RangeError, RangeError];
  assert.ok(back instanceof RangeError);
  assert.equal(back, again);
  assert.equal(back.message, 'far');
  assert.ok(back.cause instanceof DOMException);
  assert.deepEqual([back.cause.name, back.cause.message], ['AbortError', 'late']);
  assert.ok(!('cause' in (unpack(pack(new Error('why'))) as Error)));
  class Declined extends Error {
    override readonly name = 'Declined';
  }
  assert.deepEqual(String(unpack(pack(new Declined('no')))), 'Error: no');
});

test('an object of a class arrives as its fields, as a clone would', () => {
  class Point {
    x = 1;
    get y() {
      return 2;
    }
  }
  assert.deepStrictEqual(unpack(pack([new Point()])), [{ x: 1 }]);
});

test('a key named __proto__ is data', () => {
  const back = unpack(pack(JSON.parse('{"__proto__":{"admin":true}}'))) as { admin?: boolean };
  assert.equal(back.admin, undefined);
  assert.deepStrictEqual(Object.keys(back), ['__proto__']);
});
