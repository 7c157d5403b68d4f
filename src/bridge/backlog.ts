import type { Limits } from './limits.js';

/** So many are heard before anybody asks whether the page still has its turn; an honest end says no more by themselves. */
export const few = 100;

/**
 * Tells a flood by what waits in front of the page. Whoever sends faster than the page hears makes all else that it
 * wants to do wait too, its timers first, and longer each time. What had piled up while the page itself was busy is
 * none: it is heard, and then there is less.
 */
export class Backlog {
  readonly #limits: Pick<Limits, 'backlog' | 'rate'>;
  readonly #turn: (run: () => void) => void;
  #heard = 0;
  /** How many may be heard before the page has its turn, and since when. */
  #most = Infinity;
  #since: number | undefined;

  /** @param turn - Calls back once all that waits for this page now has been heard. */
  constructor(limits: Pick<Limits, 'backlog' | 'rate'>, turn: (run: () => void) => void) {
    this.#limits = limits;
    this.#turn = turn;
  }

  /**
   * Whether one more message may be heard.
   * @param now - By `performance.now()`.
   */
  take(now: number): boolean {
    this.#heard++;
    if (this.#since !== undefined) {
      // A page that is slow to hear, since it does much with each message, hears at the usual rate and isn't flooded.
      const usual = ((now - this.#since) / 1000) * this.#limits.rate;
      return this.#heard <= this.#most + usual;
    }
    // What waits by now came while nobody looked.
    if (this.#heard >= few) this.#watch(Infinity, now);
    return true;
  }

  #watch(most: number, now: number): void {
    this.#heard = 0;
    this.#most = most;
    this.#since = now;
    this.#turn(() => {
      this.#since = undefined;
      if (this.#heard >= few) this.#watch(this.#limits.backlog, performance.now());
      else this.#heard = 0;
    });
  }
}
