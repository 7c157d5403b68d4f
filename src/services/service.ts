import type { CallContext } from '../contract/index.js';

/** What a service knows of the call that it answers. */
export interface ServiceContext extends CallContext {
  /** The contract's name. */
  readonly contract: string;
  /** The method's or stream's name. */
  readonly member: string;
  /** Whom the caller's token names; `undefined` where nobody has to show one, or it names nobody. */
  readonly subject: string | undefined;
  /** All that the caller's token claims. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** What names this call if it comes again. Hand it on to a system that has the like. */
  readonly key: string | undefined;
}

/** Implements a method, or a stream, with another system: any function does, and a recipe gives one. */
export interface ServiceRecipe<I = unknown, O = unknown> {
  (input: I, context: ServiceContext): O;
  /** Lets go of what it holds, such as a connection. Called once, when the gateway closes. */
  close?(): void | Promise<void>;
}
