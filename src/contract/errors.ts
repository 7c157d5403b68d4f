import type { Issue } from './schema.js';

export type LostReason = 'reload' | 'navigated' | 'moved' | 'crashed' | 'transport';
export type ClosedReason = 'removed' | 'local' | 'remote' | 'flood';
export type ContractErrorCode = 'bad-contract' | 'contract-mismatch' | 'version-mismatch';
export type EmbedErrorCode =
  | 'bad-src'
  | 'bad-origin'
  | 'unsafe-sandbox'
  | 'silent'
  | 'never-loaded'
  | 'blocked-by-csp'
  | 'blocked-by-coep'
  | 'unreachable'
  | 'origin-changed'
  | 'not-embedded';
export type LogErrorCode =
  | 'log-closed'
  | 'log-unavailable'
  | 'log-full'
  | 'log-corrupt'
  | 'log-refused'
  | 'log-missing';

export type AuthErrorCode = 'unauthorized' | 'auth-expired' | 'auth-unavailable';

/** What every error of the kit is: a stable `code` to switch on, and a message that says what to do. */
export class OrielError extends Error {
  override readonly name: string = 'OrielError';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The other side's document went away with a call in flight. The call may have run. */
export class ConnectionLost extends OrielError {
  override readonly name = 'ConnectionLost';
  readonly outcome = 'unknown';
  readonly reason: LostReason;
  constructor(reason: LostReason, options?: ErrorOptions) {
    super(
      'lost',
      `The connection was lost (${reason}) before the answer came. The call may have run.`,
      options,
    );
    this.reason = reason;
  }
}

/** The peer is closed, for good. */
export class ConnectionClosed extends OrielError {
  override readonly name = 'ConnectionClosed';
  readonly reason: ClosedReason;
  constructor(reason: ClosedReason, options?: ErrorOptions) {
    super('closed', `The connection is closed (${reason}). Connect again to go on.`, options);
    this.reason = reason;
  }
}

/** The other side took too long to answer one call. The call may still have run. */
export class CallTimeout extends OrielError {
  override readonly name = 'CallTimeout';
  constructor(member: string, timeout: number, options?: ErrorOptions) {
    super(
      'timeout',
      `No answer to "${member}" within ${timeout} ms. Pass { timeout } if it needs longer.`,
      options,
    );
  }
}

/** The other side does not respond at all for the moment. */
export class Unresponsive extends OrielError {
  override readonly name = 'Unresponsive';
  constructor(silence: number, options?: ErrorOptions) {
    super('unresponsive', `The other side has not responded for ${silence} ms.`, options);
  }
}

/** A member that the contract, or the other side's version of it, lacks. */
export class UnknownMember extends OrielError {
  override readonly name = 'UnknownMember';
  readonly member: string;
  constructor(member: string, options?: ErrorOptions) {
    super(
      'unknown-member',
      `The other side has no "${member}". Check the name, and its version with peer.has().`,
      options,
    );
    this.member = member;
  }
}

/** A value that its schema refuses. `path` leads to the first issue. */
export class InvalidValue extends OrielError {
  override readonly name = 'InvalidValue';
  readonly member: string;
  readonly path: readonly PropertyKey[];
  readonly issues: readonly Issue[];
  constructor(member: string, issues: readonly Issue[], options?: ErrorOptions) {
    const plain = issues.map(({ message, path }) => ({ message, path: keysOf(path) }));
    const [first] = plain;
    const where = dotted(member, first?.path);
    super(
      'invalid',
      `Not a valid value at "${where}": ${first?.message ?? 'refused by its schema'}`,
      options,
    );
    this.member = member;
    this.path = first?.path ?? [];
    this.issues = plain;
  }
}

/** A value that cannot be cloned, such as a function's result or a DOM node. */
export class NotCloneable extends OrielError {
  override readonly name = 'NotCloneable';
  readonly member: string;
  readonly path: readonly PropertyKey[];
  constructor(member: string, path: readonly PropertyKey[] = [], options?: ErrorOptions) {
    super(
      'not-cloneable',
      `"${dotted(member, path)}" holds something that cannot be cloned. Send plain data.`,
      options,
    );
    this.member = member;
    this.path = path;
  }
}

/** More than is allowed. */
export class LimitExceeded extends OrielError {
  override readonly name = 'LimitExceeded';
  readonly limit: string;
  readonly value: number;
  constructor(limit: string, value: number, options?: ErrorOptions) {
    super('limit', `More than ${value} ${limit}. Slow down, or raise the limit.`, options);
    this.limit = limit;
    this.value = value;
  }
}

/** A callback that is no longer held. `cause` leads to where it was released, if its holder did. */
export class Released extends OrielError {
  override readonly name = 'Released';
  readonly how: string;
  constructor(how = 'by its holder', options?: ErrorOptions) {
    super('released', `This callback was released ${how}. Call retain() on it in time to keep it.`, options);
    this.how = how;
  }
}

/** What the other side's kit, or stock penpal, can't do. */
export class Unsupported extends OrielError {
  override readonly name = 'Unsupported';
  constructor(what: string, options?: ErrorOptions) {
    super('unsupported-by-peer', `${what} are not supported by the other side.`, options);
  }
}

/** A contract that is wrong, or two that don't fit. */
export class ContractError extends OrielError {
  override readonly name = 'ContractError';
  declare readonly code: ContractErrorCode;
  /** Both names and versions, where two don't fit. */
  readonly ours: { readonly name: string; readonly version: string } | undefined;
  readonly theirs: { readonly name: string; readonly version: string } | undefined;
  constructor(
    code: ContractErrorCode,
    message: string,
    { ours, theirs, ...options }: ErrorOptions & Partial<Pick<ContractError, 'ours' | 'theirs'>> = {},
  ) {
    super(code, message, options);
    this.ours = ours;
    this.theirs = theirs;
  }
}

/** Why a guest isn't there. The message says what to do next. */
export class EmbedError extends OrielError {
  override readonly name = 'EmbedError';
  declare readonly code: EmbedErrorCode;
  constructor(code: EmbedErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}

/** The other side won't have us (`unauthorized`), or no longer (`auth-expired`), or can't tell now (`auth-unavailable`). */
export class AuthError extends OrielError {
  override readonly name = 'AuthError';
  declare readonly code: AuthErrorCode;
  constructor(code: AuthErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}

/** What a log can't do. The message says what to do next. */
export class LogError extends OrielError {
  override readonly name = 'LogError';
  declare readonly code: LogErrorCode;
  constructor(code: LogErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}

/** What the callee threw, as the callee named it. `code` is the callee's own where it is a string, else `remote`. */
export class RemoteError extends OrielError {
  override readonly name: string;
  readonly data: unknown;
  /** Those of an AggregateError. */
  declare readonly errors?: readonly unknown[];
  /** Where it was thrown, if the other side runs with `debug`; `stack` shows where it was asked for. */
  declare readonly remoteStack?: string;
  constructor(thrown: {
    name: string;
    message: string;
    code?: unknown;
    data?: unknown;
    cause?: unknown;
    errors?: readonly unknown[];
    stack?: string;
  }) {
    super(
      typeof thrown.code === 'string' ? thrown.code : 'remote',
      thrown.message,
      'cause' in thrown ? { cause: thrown.cause } : undefined,
    );
    this.name = thrown.name;
    this.data = thrown.data;
    if (thrown.errors) this.errors = thrown.errors;
    if (thrown.stack) this.remoteStack = thrown.stack;
  }
}

// join() alone throws on a symbol.
function dotted(member: string, path: readonly PropertyKey[] = []): string {
  return [member, ...path].map(String).join('.');
}

function keysOf(path: Issue['path']): PropertyKey[] {
  return (path ?? []).map((segment) => (typeof segment === 'object' ? segment.key : segment));
}
