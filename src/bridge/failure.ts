import { InvalidValue, NotCloneable, OrielError, RemoteError, UnknownMember } from '../contract/index.js';

const mark = '@oriel';

/** An error as plain data: engines clone Error objects each in a way of its own. */
interface Failure {
  readonly '@oriel': 'err';
  /** Whether the kit itself threw it. */
  readonly kit: boolean;
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
  readonly data?: unknown;
  readonly issues?: unknown;
  readonly cause?: unknown;
  readonly stack?: string | undefined;
}

/** Marks an error of our own, so that it can't be taken for something that the other side sent. */
export class Local {
  readonly error: unknown;
  constructor(error: unknown) {
    this.error = error;
  }
}

/** What goes over the wire for something that was thrown. Fields that can't be cloned are left out. */
export function encode(thrown: unknown, debug: boolean, depth = 0): Failure {
  if (!(thrown instanceof Error)) {
    return { [mark]: 'err', kit: false, name: 'Error', message: String(thrown), data: cloneable(thrown) };
  }
  const { name, message, stack, cause, code, data, issues } = thrown as Error & Partial<Failure>;
  return {
    [mark]: 'err',
    kit: thrown instanceof OrielError && !(thrown instanceof RemoteError),
    name: String(name),
    message: String(message),
    ...(code !== undefined && { code: cloneable(code) }),
    ...(data !== undefined && { data: cloneable(data) }),
    ...(issues !== undefined && { issues: cloneable(issues) }),
    ...(cause !== undefined && depth < 8 && { cause: encode(cause, debug, depth + 1) }),
    ...(debug && { stack }),
  };
}

/** The error that the caller gets for what came back. */
export function decode(value: unknown, member: string): unknown {
  if (value instanceof Local) return value.error;
  if (!isFailure(value)) return stock(value, member);
  if (value.kit) {
    if (value.code === 'invalid')
      return new InvalidValue(member, Array.isArray(value.issues) ? value.issues : []);
    if (value.code === 'unknown-member') return new UnknownMember(member);
    if (value.code === 'not-cloneable') return new NotCloneable(member);
  }
  return new RemoteError({
    name: String(value.name),
    message: String(value.message),
    code: value.code,
    data: value.data,
    ...(value.cause !== undefined && { cause: decode(value.cause, member) }),
    ...(typeof value.stack === 'string' && { stack: value.stack }),
  });
}

/** A stock penpal peer rejects with an Error, or with whatever was thrown. */
function stock(value: unknown, member: string): unknown {
  if (!(value instanceof Error))
    return new RemoteError({ name: 'Error', message: String(value), data: value });
  const { name, message, code } = value as Error & { code?: unknown };
  return code === 'METHOD_NOT_FOUND' ? new UnknownMember(member) : new RemoteError({ name, message, code });
}

function isFailure(value: unknown): value is Failure {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.hasOwn(value, mark) &&
    (value as Failure)[mark] === 'err'
  );
}

function cloneable(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return; // the rest of the error is worth more than this field
  }
}
