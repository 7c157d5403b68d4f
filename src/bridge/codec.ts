import { isPlain } from './walk.js';

/** Stands in JSON for what JSON lacks. An object of the user's that has it as a key is marked as such. */
const mark = '@';

/** A value in its JSON form: the kind of what JSON lacks, and what it is made of. */
interface Marked {
  readonly '@': string;
  readonly v?: unknown;
  /** Where its bytes stand among the frame's, and how many they are. */
  readonly b?: readonly [number, number];
}

const views = /^(((Big)?(Int|Uint)|Float)(8|16|32|64)|Uint8Clamped)Array$|^DataView$/;

/** The kind of an object, such as `Map`, or `Object` for whatever has no other. */
function kindOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/**
 * Refuses what can be cloned and yet not be written as bytes: dates, errors, regular expressions, buffers and their
 * views can be; a `Blob` or an image can't.
 * @throws DataCloneError that says what it is.
 */
export function checkPortable(value: object): void {
  new Writer(true).write(value);
}

/**
 * A value as one frame: text where it has no bytes in it; else a length of four bytes, that much text, and the bytes.
 * Objects keep their identity within it, so that cycles are carried too.
 * @param binary - Whether there may be bytes in a frame; else they are written as base64.
 * @throws DataCloneError
 */
export function pack(value: unknown, binary = true): string | Uint8Array<ArrayBuffer> {
  const writer = new Writer(binary);
  const text = JSON.stringify(writer.write(value));
  if (!writer.size) return text;
  const head = new TextEncoder().encode(text);
  const frame = new Uint8Array(4 + head.length + writer.size);
  new DataView(frame.buffer).setUint32(0, head.length);
  frame.set(head, 4);
  let at = 4 + head.length;
  for (const part of writer.parts) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}

/** What `pack` made a frame of. @throws SyntaxError, TypeError, RangeError when it made no such frame. */
export function unpack(frame: string | ArrayBuffer | Uint8Array): unknown {
  if (typeof frame === 'string') return new Reader(new Uint8Array()).read(JSON.parse(frame));
  const bytes = frame instanceof Uint8Array ? frame : new Uint8Array(frame);
  const end = 4 + new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
  if (end > bytes.length) throw new RangeError('The frame is shorter than it says.');
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(4, end));
  return new Reader(bytes.subarray(end)).read(JSON.parse(text));
}

class Writer {
  readonly parts: Uint8Array[] = [];
  size = 0;
  readonly #binary: boolean;
  readonly #seen = new Map<object, number>();

  constructor(binary: boolean) {
    this.#binary = binary;
  }

  write(value: unknown): unknown {
    switch (typeof value) {
      case 'undefined':
        return { [mark]: 'undefined' };
      case 'bigint':
        return { [mark]: 'bigint', v: String(value) };
      case 'number':
        return Number.isFinite(value) && !Object.is(value, -0)
          ? value
          : { [mark]: 'number', v: Object.is(value, -0) ? '-0' : String(value) };
      case 'function':
      case 'symbol':
        throw refusal(typeof value);
      case 'object':
        return value && this.#object(value);
    }
    return value;
  }

  #object(value: object): unknown {
    const before = this.#seen.get(value);
    if (before !== undefined) return { [mark]: 'ref', v: before };
    this.#seen.set(value, this.#seen.size);
    if (Array.isArray(value)) {
      return Array.from(value, (item, i) => (i in value ? this.write(item) : { [mark]: 'hole' }));
    }
    if (value instanceof Map)
      return { [mark]: 'Map', v: [...value].map((pair) => pair.map((part) => this.write(part))) };
    if (value instanceof Set) return { [mark]: 'Set', v: [...value].map((item) => this.write(item)) };
    // As a clone would be: an object of a class is one of none.
    if (isPlain(value) || kindOf(value) === 'Object') {
      const own = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, this.write(part)]));
      return mark in own ? { [mark]: 'own', v: own } : own;
    }
    if (value instanceof Date) return { [mark]: 'Date', v: value.getTime() };
    if (value instanceof RegExp) return { [mark]: 'RegExp', v: [value.source, value.flags] };
    const kind = kindOf(value);
    if (value instanceof DOMException) return { [mark]: kind, v: [value.message, value.name] };
    if (value instanceof Error) {
      const { name, message, cause } = value;
      return { [mark]: 'Error', v: [name, message, ...(cause === undefined ? [] : [this.write(cause)])] };
    }
    if (kind === 'ArrayBuffer' || views.test(kind))
      return this.#bytes(kind, value as ArrayBuffer | ArrayBufferView);
    throw refusal(kind);
  }

  // Of a view, what it shows: the rest of its buffer is nobody's business.
  #bytes(kind: string, value: ArrayBuffer | ArrayBufferView): Marked {
    const bytes =
      'buffer' in value
        ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
        : new Uint8Array(value);
    if (!this.#binary) return { [mark]: kind, v: toBase64(bytes) };
    const at = this.size;
    this.parts.push(bytes);
    this.size += bytes.length;
    return { [mark]: kind, b: [at, bytes.length] };
  }
}

/** Errors of other names are plain ones, as a clone's are. */
const errors: { readonly [name: string]: ErrorConstructor } = Object.assign(Object.create(null), {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
});
const hidden = { configurable: true, writable: true };

/** Puts back what was marked, in the order that it was written in. */
class Reader {
  readonly #bytes: Uint8Array;
  readonly #seen: object[] = [];

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  read(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return this.#into(value, value);
    return Object.hasOwn(value, mark) ? this.#marked(value as Marked) : this.#into(value, value);
  }

  /** Reads the parts of a container into their places: each is its own property, `__proto__` too. */
  #into<T extends object>(own: T, from: object): T {
    this.#seen.push(own);
    for (const [key, part] of Object.entries(from)) {
      const put = own as Record<string, unknown>;
      if (isHole(part)) delete put[key];
      else put[key] = this.read(part);
    }
    return own;
  }

  #keep<T extends object>(value: T): T {
    this.#seen.push(value);
    return value;
  }

  #marked({ [mark]: kind, v, b }: Marked): unknown {
    switch (kind) {
      case 'undefined':
        return undefined;
      case 'bigint':
        return BigInt(v as string);
      case 'number':
        return Number(v);
      case 'own':
        return this.#into(v as object, v as object);
      case 'Date':
        return this.#keep(new Date(v === null ? Number.NaN : (v as number)));
      case 'RegExp':
        return this.#keep(new RegExp(...(v as [string, string])));
      case 'DOMException':
        return this.#keep(new DOMException(...(v as [string, string])));
      case 'Error': {
        const [name, message, ...rest] = v as [string, string, unknown?];
        const error = this.#keep(new (errors[name] ?? Error)(message));
        // As it would be, had it been given: a cause is no field like others.
        if (rest.length) Object.defineProperty(error, 'cause', { value: this.read(rest[0]), ...hidden });
        return error;
      }
      case 'Map': {
        const map = this.#keep(new Map());
        for (const [key, item] of v as [unknown, unknown][]) map.set(this.read(key), this.read(item));
        return map;
      }
      case 'Set': {
        const set = this.#keep(new Set());
        for (const item of v as unknown[]) set.add(this.read(item));
        return set;
      }
      case 'ref': {
        const seen = typeof v === 'number' && this.#seen[v];
        if (seen) return seen;
        break;
      }
      case 'ArrayBuffer':
        return this.#keep(this.#buffer(v, b));
      default:
        if (views.test(kind)) {
          const View = (globalThis as never)[kind] as new (buffer: ArrayBuffer) => ArrayBufferView;
          return this.#keep(new View(this.#buffer(v, b)));
        }
    }
    throw new TypeError(`"${String(kind)}" is nothing that a frame can hold.`);
  }

  #buffer(v: unknown, b: Marked['b']): ArrayBuffer {
    if (!b) return fromBase64(String(v)).buffer;
    const [at, length] = b;
    if (!(at >= 0 && length >= 0 && at + length <= this.#bytes.length))
      throw new RangeError('The frame has fewer bytes than it says.');
    return this.#bytes.slice(at, at + length).buffer as ArrayBuffer;
  }
}

function refusal(kind: string): DOMException {
  return new DOMException(
    `A ${kind} can't be sent over this channel. Send its bytes, or plain data.`,
    'DataCloneError',
  );
}

function isHole(value: unknown): boolean {
  return (Object(value) as Marked)[mark] === 'hole';
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  // More arguments than this overflow the stack.
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
