import { LimitExceeded, NotCloneable } from '../contract/index.js';
import type { Limits } from './limits.js';

/** Beyond this, bytes aren't copied: whoever changes them right after the call changes what is sent. */
const small = 65_536;

/** Throws for what can be cloned and yet not be sent. */
type Check = ((leaf: object) => void) | undefined;

/**
 * A way through one value, which swaps what `swap` says. What is sent is copied on the way, as `structuredClone`
 * would, so that a change after the call comes too late; that finds what cannot be cloned before anything is sent.
 * What has arrived is nobody else's, and is changed in place.
 */
export abstract class Walk {
  /** What the value belongs to, for errors. */
  readonly member: string;
  /** Bytes seen so far, as far as they can be counted: text by its length, buffers by theirs. */
  bytes = 0;
  readonly #limits: Pick<Limits, 'depth' | 'bytes'>;
  readonly #arrived: boolean;
  readonly #moved: readonly unknown[] | undefined;
  readonly #check: Check;
  readonly #path: PropertyKey[] = [];
  // Most values are one object, which needs no map.
  #root: object | undefined;
  #own: object | undefined;
  #seen: Map<object, unknown> | undefined;

  constructor(
    member: string,
    limits: Pick<Limits, 'depth' | 'bytes'>,
    {
      arrived = false,
      moved,
      check,
    }: { arrived?: boolean; moved?: readonly unknown[] | undefined; check?: Check } = {},
  ) {
    this.member = member;
    this.#limits = limits;
    this.#arrived = arrived;
    this.#check = check;
    this.#moved = moved?.length ? moved : undefined;
  }

  /** What stands in for an object or function, or `undefined` to go into it. */
  protected abstract swap(value: object): unknown;

  /** @throws NotCloneable with the path; LimitExceeded. */
  visit(value: unknown): unknown {
    if (typeof value === 'string') this.#count(value.length);
    if (typeof value === 'symbol') throw new NotCloneable(this.member, [...this.#path]);
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return value;
    const before = value === this.#root ? this.#own : this.#seen?.get(value);
    if (before !== undefined) return before;
    if (this.#moves(value)) return this.#leaf(value);
    return this.swap(value) ?? this.enter(value);
  }

  /** Whether it goes rather than its copy; what views show goes with them. */
  #moves(value: object): boolean {
    return this.#moved?.includes(ArrayBuffer.isView(value) ? value.buffer : value) ?? false;
  }

  /** Goes into an object whatever `swap` would say of it. */
  protected enter(value: object): unknown {
    if (this.#path.length > this.#limits.depth) throw new LimitExceeded('levels', this.#limits.depth);
    const own = this.#container(value);
    if (own === undefined) return this.#leaf(value);
    if (this.#root) (this.#seen ??= new Map()).set(value, own);
    else [this.#root, this.#own] = [value, own];
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++)
        if (i in value) (own as unknown[])[i] = this.#inside(i, value[i]);
    } else if (value instanceof Map) {
      for (const [key, item] of value)
        (own as Map<unknown, unknown>).set(this.#inside('key', key), this.#inside('value', item));
    } else if (value instanceof Set) {
      for (const item of value) (own as Set<unknown>).add(this.#inside('item', item));
    } else {
      for (const key of Object.keys(value))
        put(own, key, this.#inside(key, (value as Record<string, unknown>)[key]));
    }
    return own;
  }

  #inside(key: PropertyKey, value: unknown): unknown {
    if (typeof value === 'number' || typeof value === 'boolean') return value;
    this.#path.push(key);
    const own = this.visit(value);
    this.#path.pop();
    return own;
  }

  #container(value: object): object | undefined {
    if (Array.isArray(value)) return this.#arrived ? value : new Array(value.length);
    if (isPlain(value)) return this.#arrived ? value : {};
    if (value instanceof Map) return new Map();
    return value instanceof Set ? new Set() : undefined;
  }

  #leaf(value: object): unknown {
    const { byteLength, size } = value as { byteLength?: unknown; size?: unknown };
    const bytes = typeof byteLength === 'number' ? byteLength : typeof size === 'number' ? size : 0;
    this.#count(bytes);
    if (this.#arrived || this.#moves(value)) return value;
    try {
      this.#check?.(value);
      return bytes > small ? value : structuredClone(value);
    } catch (cause) {
      throw new NotCloneable(this.member, [...this.#path], { cause });
    }
  }

  #count(more: number): void {
    this.bytes += more;
    const { bytes } = this.#limits;
    if (this.bytes > bytes) throw new LimitExceeded('bytes in one message', bytes);
  }
}

/** Whether it is an object as `{}` makes it, in any realm. */
export function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

// Whatever its name: `__proto__` would go to a setter.
function put(object: object, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
  else (object as Record<string, unknown>)[key] = value;
}
