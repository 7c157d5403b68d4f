/** When to connect again. All in ms. */
export interface Retry {
  /** The first wait is anything up to this, so that a thousand clients of one server come back spread. Default 5,000. */
  readonly first?: number;
  /** Each wait may be twice as long as the one before, up to this. Default 30,000. */
  readonly longest?: number;
  /** A connection that held for so long makes the next wait a first one. Default 30,000. */
  readonly stable?: number;
}

/** Full jitter: whoever waits, waits anything from nothing to the most that is due. */
export class Backoff {
  readonly #retry: Required<Retry>;
  #attempt = 0;
  #openedAt = Infinity;

  constructor({ first = 5000, longest = 30_000, stable = 30_000 }: Retry = {}) {
    this.#retry = { first, longest, stable };
  }

  opened(): void {
    this.#openedAt = performance.now();
  }

  /** @returns how long to wait now, and at least `least`, which the server may have asked for. */
  next(least = 0): number {
    const { first, longest, stable } = this.#retry;
    if (performance.now() - this.#openedAt >= stable) this.#attempt = 0;
    this.#openedAt = Infinity;
    const most = Math.min(longest, first * 2 ** this.#attempt++);
    return least + Math.random() * most;
  }
}
