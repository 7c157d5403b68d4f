/**
 * How much what is shown may be trusted.
 *
 * - `catching-up`: there is more to come than has come; it is so from the start
 * - `live`: all that there is has come
 * - `stale`: the connection is gone, since when
 * - `reset`: something was missed for good, and what is shown has to be fetched anew
 */
export interface Freshness {
  readonly state: 'catching-up' | 'live' | 'stale' | 'reset';
  /** Since when, in ms since 1970. */
  readonly since: number;
}

/** From what may be trusted to what may not. */
export const freshnessStates = ['live', 'catching-up', 'stale', 'reset'] as const;

/** Of two, the one that may be trusted less; of two that are alike, the one that has been so for longer. */
export function worse(a: Freshness, b: Freshness): Freshness {
  const by = freshnessStates.indexOf(a.state) - freshnessStates.indexOf(b.state);
  return by > 0 || (by === 0 && a.since <= b.since) ? a : b;
}

/** What a follower finds out, one after the other. */
export type FreshnessChange = 'behind' | 'live' | 'lost' | 'reset' | 'recovered';

/** How fresh what is shown is, as a store: `get()`, and `subscribe(listener)` for each change. */
export class FreshnessStore {
  readonly #listeners = new Set<(value: Freshness) => void>();
  #value: Freshness;
  /** What it is apart from a reset, which lasts until it has been seen to. */
  #below: 'catching-up' | 'live' | 'stale' = 'catching-up';

  constructor(now = Date.now()) {
    this.#value = { state: 'catching-up', since: now };
  }

  get(): Freshness {
    return this.#value;
  }

  /**
   * Calls `listener` on each change from now on (not at once). What it throws is reported, and stops no other.
   * @returns what ends the subscription
   */
  subscribe(listener: (value: Freshness) => void): () => void {
    const own: typeof listener = (value) => listener(value); // the same one may be there twice
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** @param since - When it became so, where that is known only now, as with a line that has been dead for a while. */
  change(change: FreshnessChange, since = Date.now()): void {
    if (change === 'behind') this.#below = 'catching-up';
    else if (change === 'live') this.#below = 'live';
    else if (change === 'lost') this.#below = 'stale';
    const missed = change === 'reset' || (this.#value.state === 'reset' && change !== 'recovered');
    const state = missed ? 'reset' : this.#below;
    if (state === this.#value.state) return;
    this.#value = { state, since };
    for (const listener of [...this.#listeners]) {
      try {
        listener(this.#value);
      } catch (error) {
        report(error);
      }
    }
  }
}

/** Nobody waits for it: it's the page's, or the process's. */
function report(error: unknown): void {
  if (typeof reportError === 'function') return reportError(error);
  queueMicrotask(() => {
    throw error; // Node has no reportError
  });
}
