import {
  InvalidValue,
  type Issue,
  LimitExceeded,
  NotCloneable,
  OrielError,
  Released,
  RemoteError,
  UnknownMember,
} from '../contract/index.js';
import { mark } from './message.js';

/** How far causes are followed, and how many errors of an AggregateError. */
const DEEP = 8;
const MANY = 100;

/** An error as plain data: engines clone Error objects each in a way of its own. */
interface Failure {
  readonly '@oriel': 'err';
  readonly name: string;
  readonly message: string;
  /** What the kit itself threw, with what such an error says beyond its message. */
  readonly kit?: Partial<
    Pick<InvalidValue, 'issues' | 'path'> & Pick<LimitExceeded, 'limit' | 'value'> & Pick<Released, 'how'>
  >;
  readonly dom?: boolean;
  /** Whether it is no error: `data` is what was thrown. */
  readonly bare?: boolean;
  readonly code?: unknown;
  readonly data?: unknown;
  readonly cause?: unknown;
  /** Those of an AggregateError. */
  readonly errors?: readonly unknown[];
  readonly stack?: string;
}

/** What goes over the wire for something that was thrown. Fields that can't be cloned are left out. */
export function encode(thrown: unknown, debug: boolean, depth = 0): Failure {
  const field = (name: string, value: unknown) => value !== undefined && { [name]: value };
  if (!isError(thrown))
    return { [mark]: 'err', bare: true, name: 'Error', message: text(thrown), data: cloneable(thrown) };
  const { name, message, stack, cause, code, data, errors } = thrown as Error & Partial<Failure>;
  const own = thrown instanceof OrielError && !(thrown instanceof RemoteError);
  return {
    [mark]: 'err',
    name: String(name),
    message: String(message),
    ...(own && { kit: cloneable({ ...thrown, cause: undefined }) as NonNullable<Failure['kit']> }),
    ...(thrown instanceof DOMException && { dom: true }),
    ...field('code', cloneable(code)),
    ...field('data', cloneable(data)),
    ...(cause !== undefined && depth < DEEP && { cause: encode(cause, debug, depth + 1) }),
    ...(Array.isArray(errors) &&
      depth < DEEP && { errors: errors.slice(0, MANY).map((error) => encode(error, debug, depth + 1)) }),
    ...(debug && field('stack', stack)),
  };
}

/**
 * The error that the caller gets for what came back. Never throws: the call would stay pending.
 * @param apart - Whether it is an Error that stock penpal took apart.
 */
export function decode(value: unknown, member: string, apart = false): unknown {
  try {
    const { name, message, penpalCode } = Object(value);
    if (apart && penpalCode === 'METHOD_NOT_FOUND') return new UnknownMember(member);
    if (apart && typeof message === 'string') return new RemoteError({ name: String(name), message });
    return read(value, member, 0);
  } catch {
    const message = `The other side failed at "${member}", with an error that can not be read.`;
    return new RemoteError({ name: 'Error', message, data: value });
  }
}

function read(value: unknown, member: string, depth: number): unknown {
  if (!isFailure(value)) return stock(value);
  const known = value.kit && typeof value.code === 'string' ? kit[value.code] : undefined;
  if (known) return known(member, Object(value.kit));
  const { name, message, code, data, cause, errors, stack } = value;
  const inner = (part: unknown) => read(part, member, depth + 1);
  return new RemoteError({
    name: String(name),
    message: String(message),
    code,
    data,
    ...(cause !== undefined && depth < DEEP && { cause: inner(cause) }),
    ...(Array.isArray(errors) && depth < DEEP && { errors: errors.slice(0, MANY).map(inner) }),
    ...(typeof stack === 'string' && { stack }),
  });
}

/** Why the other side gave up a call: what was thrown, or the very thing that isn't an error. Never throws. */
export function decodeReason(value: unknown): unknown {
  if (!isFailure(value)) return;
  if (value.bare) return value.data;
  const error = decode(value, '') as Error;
  return value.dom ? new DOMException(error.message, error.name) : error;
}

const kit: Record<string, (member: string, its: NonNullable<Failure['kit']>) => OrielError> = {
  invalid: (member, { issues }) => new InvalidValue(member, list<Issue>(issues)),
  'unknown-member': (member) => new UnknownMember(member),
  'not-cloneable': (member, { path }) => new NotCloneable(member, list<PropertyKey>(path)),
  limit: (_, { limit, value }) => new LimitExceeded(String(limit), Number(value)),
  released: (_, { how }) => new Released(how === undefined ? how : String(how)),
};

/** What a stock penpal peer rejects with: whatever was thrown there. */
function stock(value: unknown): unknown {
  if (!isError(value)) return new RemoteError({ name: 'Error', message: text(value), data: value });
  const { name, message } = value;
  return new RemoteError({ name, message });
}

function isFailure(value: unknown): value is Failure {
  return Object(value)[mark] === 'err';
}

// An error of another realm is one too.
function isError(value: unknown): value is Error {
  return value instanceof Error || tag(value) === '[object Error]';
}

/** Any value as text. String() throws on an object without prototype, or whose `toString` is no function. */
export function text(value: unknown): string {
  try {
    return String(value);
  } catch {
    return tag(value);
  }
}

function tag(value: unknown): string {
  return Object.prototype.toString.call(value);
}

function list<T>(value: unknown): readonly T[] {
  return Array.isArray(value) ? value : [];
}

function cloneable(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return; // the rest of the error is worth more than this field
  }
}
