import type { Contract } from './contract.js';
import type { EventMember, Members, Method, Stream } from './members.js';
import type { In, Out } from './schema.js';

/** How one call is made. */
export interface CallOptions {
  /** Aborting rejects the call at once, with the signal's reason. */
  readonly signal?: AbortSignal;
  /** In ms, waiting for the handshake included. Default: the peer's `callTimeout`. */
  readonly timeout?: number;
  /** What is moved rather than cloned. */
  readonly transfer?: Transferable[];
}

/** What a handler knows of the call that it answers. */
export interface CallContext {
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** The caller's origin. */
  readonly origin: string;
  readonly epoch: number;
}

type Input<I> = [I] extends [void]
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
      ? (...input: Input<I>) => AsyncIterable<O>
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
