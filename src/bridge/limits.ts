/** What one peer takes from the other side. Whatever is more is refused with `limit`. */
export interface Limits {
  /** Calls, events and invocations of callbacks a second. Default 2,000; ten times as many close the peer. */
  readonly rate: number;
  /** How many of them may come at once, after a quiet time. Default 10,000. */
  readonly burst: number;
  /**
   * Messages that make the page wait, where they come faster than it hears them (a batch is one, an answer none). Not
   * counted is what came while the page itself was busy. More close the peer. Default 2,000.
   */
  readonly backlog: number;
  /** Bytes in one message, as far as they can be counted: text by its length, buffers by theirs. Default 16 MiB. */
  readonly bytes: number;
  /** Levels of containers in a value. Default 32. */
  readonly depth: number;
  /** Open calls, in each direction. Default 1,000. */
  readonly calls: number;
  /** Open streams, in each direction. Default 100. */
  readonly streams: number;
  /** Callbacks held of the other side. Default 10,000. */
  readonly callbacks: number;
}

export const defaultLimits: Limits = {
  rate: 2000,
  burst: 10_000,
  backlog: 2000,
  bytes: 16 * 2 ** 20,
  depth: 32,
  calls: 1000,
  streams: 100,
  callbacks: 10_000,
};

/** A bucket of tokens that fills by time: whoever finds it empty is refused. */
export class Rate {
  readonly #rate: number;
  readonly #burst: number;
  #tokens: number;
  #filled = performance.now();
  #refused = 0;

  constructor({ rate, burst }: Pick<Limits, 'rate' | 'burst'>) {
    this.#rate = rate;
    this.#burst = this.#tokens = burst;
  }

  /**
   * Whether one more may pass; `flood` once ten times too many were refused.
   * @param now - By `performance.now()`.
   */
  take(now: number): 'pass' | 'refuse' | 'flood' {
    this.#fill(now);
    if (this.#tokens < 1) return ++this.#refused > 10 * this.#rate ? 'flood' : 'refuse';
    this.#tokens--;
    return 'pass';
  }

  // What was refused is forgotten at twice the rate, not by the second: a slow host hears a flood slowly.
  #fill(now: number): void {
    const earned = ((now - this.#filled) / 1000) * this.#rate;
    this.#filled = now;
    this.#tokens = Math.min(this.#burst, this.#tokens + earned);
    this.#refused = Math.max(0, this.#refused - 2 * earned);
  }
}
