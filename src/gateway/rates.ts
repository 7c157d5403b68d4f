import { Rate } from '../bridge/index.js';
import { LimitExceeded } from '../contract/index.js';
import type { GatewayLimits } from './limits.js';

/** So many callers are known at once. Who comes back later than that many others begins anew. */
const most = 10_000;

/** How often each caller may ask. */
export class Rates {
  readonly #limits: GatewayLimits;
  readonly #rates = new Map<string, Rate>();

  constructor(limits: GatewayLimits) {
    this.#limits = limits;
  }

  /** @throws LimitExceeded */
  take(caller: string): void {
    const rate = this.#rates.get(caller) ?? new Rate(this.#limits);
    // A map keeps its keys in order: the one that was quiet for longest goes first.
    this.#rates.delete(caller);
    this.#rates.set(caller, rate);
    if (this.#rates.size > most) this.#rates.delete(this.#rates.keys().next().value as string);
    if (rate.take(performance.now()) !== 'pass')
      throw new LimitExceeded('requests a second', this.#limits.rate);
  }
}
