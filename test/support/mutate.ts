// What a message becomes that somebody wrote by hand, to see what happens.
import fc from 'fast-check';

/** One change of a message: what stands somewhere in it is replaced, or is gone. */
export interface Edit {
  /** Which place, counted from the first and around. */
  readonly at: number;
  readonly gone: boolean;
  readonly value: unknown;
}

const mark = '@oriel';
const polluting: unknown = JSON.parse(
  '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
);

/** Marks in arrays in marks. */
export const nested = (levels: number): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = i % 2 ? [value] : { [mark]: 'esc', v: value };
  return value;
};
const cycle = (): unknown => {
  const value: Record<string, unknown> = { [mark]: 'esc' };
  value['v'] = [value];
  return value;
};

/** Whatever a structured clone carries. */
export const anything: fc.Arbitrary<unknown> = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withSparseArray: true,
  maxDepth: 3,
});

const small = fc.integer({ min: -1, max: 4 });
const marked = fc.oneof(
  fc.record({ [mark]: fc.constantFrom('fn', 'it', 'own'), i: fc.oneof(small, anything) }),
  fc.record({ [mark]: fc.constantFrom('esc', 'err', 'none'), v: anything }),
  fc.record(
    {
      [mark]: fc.constant('err'),
      name: anything,
      message: anything,
      code: anything,
      kit: anything,
      dom: fc.boolean(),
      cause: anything,
      errors: anything,
      bare: fc.boolean(),
    },
    { requiredKeys: [mark] },
  ),
);
const odd = fc.constantFrom<unknown>(
  ...['', '__proto__', 'constructor', 'then', mark, 'invoke', 'pull', 'ping', 'stop', 'event'],
  ...[0, -0, -1, 1e308, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, null, undefined, true],
  ...[{ toString: 1, valueOf: 1 }, polluting, nested(40), cycle(), []],
);

/** A value that nobody expects where it stands. */
export const unexpected: fc.Arbitrary<unknown> = fc.oneof(
  odd,
  marked,
  fc.array(marked, { maxLength: 3 }),
  anything,
);

export const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(),
  gone: fc.boolean(),
  value: unexpected,
});

/** A message as it would be after those changes. What it was made of stays as it is. */
export function edited(message: object, edits: readonly Edit[]): object {
  const copy = structuredClone(message);
  for (const { at, gone, value } of edits) {
    const places = [...placesIn(copy)];
    const [owner, key] = places[at % places.length] ?? [copy as Record<string, unknown>, 'type'];
    if (gone) delete owner[key];
    else owner[key] = structuredClone(value);
  }
  return copy;
}

function* placesIn(value: unknown, levels = 8): Generator<[Record<string, unknown>, string]> {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || !levels) return;
  for (const key of Object.keys(value)) {
    yield [value as Record<string, unknown>, key];
    yield* placesIn((value as Record<string, unknown>)[key], levels - 1);
  }
}
