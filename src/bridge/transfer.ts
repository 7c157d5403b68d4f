const moves = new WeakMap<object, readonly Transferable[]>();

/**
 * Says what is moved, rather than copied, with a result, an item of a stream or a callback's answer. The input of a
 * call is moved by its own option.
 * @returns the value.
 * @example
 * const implement = { page: () => { const bytes = render(); return transfer({ bytes }, [bytes.buffer]); } };
 */
export function transfer<T extends object>(value: T, list: readonly Transferable[]): T {
  moves.set(value, list);
  return value;
}

/** What is moved with a value. */
export function movesOf(value: unknown): readonly Transferable[] {
  return (typeof value === 'object' && value !== null && moves.get(value)) || none;
}

const none: readonly Transferable[] = [];
