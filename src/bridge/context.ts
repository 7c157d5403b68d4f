import type { CallContext } from '../contract/index.js';

/** What a handler knows of a call, and how the call ends early. Its signal is made when somebody asks for it. */
export class Context implements CallContext {
  readonly member: string;
  readonly origin: string;
  readonly epoch: number;
  readonly claims: unknown;
  key: string | undefined;
  #controller: AbortController | undefined;
  #ended: { readonly reason: unknown } | undefined;

  constructor(member: string, origin: string, epoch: number, claims: unknown) {
    this.member = member;
    this.origin = origin;
    this.epoch = epoch;
    this.claims = claims;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#ended) this.#controller.abort(this.#ended.reason);
    return this.#controller.signal;
  }

  /** Nobody waits for the answer any more. */
  end(reason: unknown): void {
    this.#ended ??= { reason };
    this.#controller?.abort(reason);
  }
}
