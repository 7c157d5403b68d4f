// Assertions that run alike in Node and in a page.

export function ok(value: unknown, what: string): asserts value {
  if (!value) throw new Error(`Not so: ${what}`);
}

/** Equal by content. */
export function same(actual: unknown, expected: unknown, what = 'value'): void {
  if (!alike(actual, expected)) throw new Error(`${what}: got ${show(actual)}, expected ${show(expected)}`);
}

function alike(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (kind(a) !== kind(b)) return false;
  if (a instanceof Date) return a.getTime() === (b as Date).getTime();
  if (a instanceof Map || a instanceof Set) return alike([...a], [...(b as Set<unknown>)]);
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && alike(a[key as never], b[key as never]))
  );
}

function kind(value: object): string {
  return Object.prototype.toString.call(value);
}

function show(value: unknown): string {
  try {
    return `${typeof value === 'object' ? JSON.stringify(value) : String(value)}`.slice(0, 300);
  } catch {
    return kind(Object(value));
  }
}
