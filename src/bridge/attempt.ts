import { longest } from './deadlines.js';

/** What `peer.ready` tells: how the current attempt to connect goes. Its rejection is never an unhandled one. */
export class Attempt {
  readonly #timeout: number;
  readonly #ranOut: () => void;
  #promise!: Promise<void>;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;
  #settled = true;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(timeout: number, ranOut: () => void) {
    this.#timeout = timeout;
    this.#ranOut = ranOut;
    this.#renew();
  }

  get promise(): Promise<void> {
    return this.#promise;
  }

  /** Starts over, with a new clock. */
  begin(): void {
    this.#renew();
    clearTimeout(this.#timer);
    if (this.#timeout <= longest) this.#timer = setTimeout(this.#ranOut, this.#timeout);
  }

  succeed(): void {
    this.#settle();
    this.#resolve();
  }

  fail(error: unknown): void {
    this.#settle();
    this.#reject(error);
  }

  #settle(): void {
    clearTimeout(this.#timer);
    this.#renew();
    this.#settled = true;
  }

  // Whoever holds a promise that is settled has heard of an attempt before this one.
  #renew(): void {
    if (!this.#settled) return;
    this.#settled = false;
    this.#promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#promise.catch(() => {});
  }
}
