import type { Contract } from './contract.js';
import type { EventMember, KeptEvent, Members, Method, Stream } from './members.js';
import type { In, Out } from './schema.js';

/** How one call is made. */
export interface CallOptions {
  /** Aborting rejects the call at once, with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * In ms, waiting for the handshake included; for a stream, how long its beginning and then each sign of life may take:
   * one that has nothing to give yet says so in time. Default: the peer's `callTimeout`.
   */
  readonly timeout?: number;
  /** What is moved rather than cloned. */
  readonly transfer?: Transferable[];
  /** How many items a stream may be ahead of its reader, twice over. @defaultValue 256, at most 4,096 */
  readonly credit?: number;
  /**
   * Names one call of a method that is marked `idempotent`: while the other side still knows the result of an earlier
   * one by the same caller, that is the answer. Default: one that nobody else has.
   */
  readonly key?: string;
  /**
   * How often a method that is marked `idempotent` is called again when its connection is lost, within `timeout` and by
   * the same key. Never with `transfer`, nor with a stream in the input. Default 3.
   */
  readonly retries?: number;
}

/** A stream of the other side. It begins with the first item that is asked for, and is read once. */
export interface RemoteStream<T> extends AsyncIterableIterator<T, undefined> {
  return(): Promise<IteratorResult<T, undefined>>;
  /** The same as a stream of the platform's, for `pipeTo`, `Response` and the like. */
  readable(): ReadableStream<T>;
}

/** What a handler knows of the call that it answers. */
export interface CallContext {
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** The caller's origin. */
  readonly origin: string;
  readonly epoch: number;
  /** What the caller's token says, as the server's `authorize` gave it; `undefined` where no token is asked for. */
  readonly claims: unknown;
  /** Of a method that is marked `idempotent`: the name of this very call, for systems that ask for one. */
  readonly key: string | undefined;
}

// `any` extends everything, `void` too.
type Input<I> = 0 extends 1 & I
  ? [input: I, options?: CallOptions]
  : [I] extends [void]
    ? [input?: undefined, options?: CallOptions]
    : [input: I, options?: CallOptions];

/** What can be called: a member's methods as async functions, its streams as async iterables. */
export type Remote<M extends Members | undefined> = {
  readonly [K in keyof M as M[K] extends EventMember ? never : K]: M[K] extends Method<
    infer I,
    any,
    any,
    infer O
  >
    ? (...input: Input<I>) => Promise<O>
    : M[K] extends Stream<infer I, any, any, infer O>
      ? (...input: Input<I>) => RemoteStream<O>
      : never;
};

/** What answers calls: a handler for each method and stream. */
export type Implementation<M extends Members | undefined> = {
  [K in keyof M as M[K] extends EventMember ? never : K]: M[K] extends Method<any, infer I, infer O, any>
    ? (input: I, context: CallContext) => O | Promise<O>
    : M[K] extends Stream<any, infer I, infer O, any>
      ? (input: I, context: CallContext) => AsyncIterable<O> | Iterable<O>
      : never;
};

/** The names of a side's events. */
export type EventName<M> = keyof { [K in keyof M as M[K] extends EventMember ? K : never]: never } & string;
/** Those of them that a log keeps. */
export type KeptEventName<M> = keyof {
  [K in keyof M as M[K] extends KeptEvent ? K : never]: never;
} &
  string;
/** What is given to `emit`. */
export type PayloadIn<M, K> = K extends keyof M
  ? M[K] extends EventMember<infer P, any>
    ? P
    : never
  : never;
/** What a listener gets. */
export type PayloadOut<M, K> = K extends keyof M
  ? M[K] extends EventMember<any, infer P>
    ? P
    : never
  : never;

/** The props as the host sets them. */
export type InProps<C extends Contract> = C['props'] extends undefined
  ? Record<string, never>
  : In<C['props']>;
/** The props as the guest sees them. */
export type OutProps<C extends Contract> = C['props'] extends undefined
  ? Record<string, never>
  : Out<C['props']>;
