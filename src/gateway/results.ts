import { checkSame, type KeyedCall, packed } from './keyed-call.js';
import type { GatewayLimits } from './limits.js';
import type { SharedResults } from './shared-results.js';

interface Kept extends KeyedCall {
  readonly answer: Promise<unknown>;
  readonly until: number;
  bytes: number;
}

/** All results together take no more than this. */
const mostBytes = 64 * 2 ** 20;

/**
 * Answers of calls that came with an idempotency key: the same call again gets the first one's answer, also while that
 * is still under way, and at another process where they share a log. As long and as many as `limits` say, the oldest
 * first to go.
 */
export class Results {
  readonly #limits: GatewayLimits;
  readonly #shared: () => SharedResults | undefined;
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  /** @param shared - What other processes were asked; `undefined` where there are none. */
  constructor(limits: GatewayLimits, shared: () => SharedResults | undefined) {
    this.#limits = limits;
    this.#shared = shared;
  }

  /**
   * One that fails is not kept: it may go better next time.
   * @throws Refusal: 422 when the key was used for another input, or by a token that says something else; 409 when
   * whoever ran it first ended before it answered
   */
  async once(call: KeyedCall, run: () => Promise<unknown>): Promise<unknown> {
    this.#forget();
    const before = this.#kept.get(call.name);
    if (before) {
      checkSame(call, before);
      return before.answer;
    }
    const answer = this.#shared()?.once(call, run) ?? run();
    const kept: Kept = {
      ...call,
      answer,
      until: Date.now() + this.#limits.resultsTime,
      bytes: call.input.length + call.claims.length,
    };
    this.#kept.set(call.name, kept);
    this.#bytes += kept.bytes;
    try {
      const value = await answer;
      const bytes = sizeOf(value);
      kept.bytes += bytes;
      if (this.#kept.get(call.name) === kept) this.#bytes += bytes;
      return value;
    } catch (error) {
      this.#drop(call.name, kept);
      throw error;
    }
  }

  #forget(): void {
    const now = Date.now();
    for (const [name, kept] of this.#kept) {
      const full = this.#kept.size >= this.#limits.results || this.#bytes > mostBytes;
      if (!full && kept.until > now) return;
      this.#drop(name, kept);
    }
  }

  #drop(name: string, kept: Kept): void {
    if (this.#kept.get(name) !== kept) return;
    this.#kept.delete(name);
    this.#bytes -= kept.bytes;
  }
}

/** About how many bytes a value takes. */
function sizeOf(value: unknown): number {
  return packed(value)?.length ?? 1000;
}
