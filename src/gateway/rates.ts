import { Rate } from '../bridge/index.js';
import { LimitExceeded } from '../contract/index.js';
import { Refusal } from './problem.js';

/** So many are known at once. Who comes back later than that many others begins anew. */
const most = 10_000;

/** How often each may do something: a caller may ask, an address may connect. */
export class Rates {
  readonly #what: string;
  readonly #limits: { readonly rate: number; readonly burst: number };
  readonly #rates = new Map<string, Rate>();

  /** @param what - What is counted, such as `requests a second`. */
  constructor(what: string, rate: number, burst: number) {
    this.#what = what;
    this.#limits = { rate, burst };
  }

  /** In how many seconds one that was refused may come back. */
  get after(): number {
    return Math.ceil(1 / this.#limits.rate);
  }

  /** Whether one more may pass; `flood` once far too many were refused. */
  look(who: string): ReturnType<Rate['take']> {
    const rate = this.#rates.get(who) ?? new Rate(this.#limits);
    // A map keeps its keys in order: the one that was quiet for longest goes first.
    this.#rates.delete(who);
    this.#rates.set(who, rate);
    if (this.#rates.size > most) this.#rates.delete(this.#rates.keys().next().value as string);
    return rate.take(performance.now());
  }

  /** @throws Refusal (429) with when to come back */
  take(who: string): void {
    if (this.look(who) === 'pass') return;
    throw new Refusal(429, 'limit', new LimitExceeded(this.#what, this.#limits.rate).message, {
      headers: { 'retry-after': String(this.after) },
    });
  }
}
