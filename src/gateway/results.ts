import type { GatewayLimits } from './limits.js';
import { Refusal } from './problem.js';

interface Kept {
  /** What it was asked with. */
  readonly input: string;
  readonly answer: Promise<string>;
  until: number;
  bytes: number;
}

/** All results together take no more than this. */
const mostBytes = 64 * 2 ** 20;

/**
 * Answers of calls that came with an idempotency key: the same call again gets the first one's answer, also while that
 * is still under way. In the memory of this process, as long and as many as `limits` say, the oldest first to go.
 */
export class Results {
  readonly #limits: GatewayLimits;
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  constructor(limits: GatewayLimits) {
    this.#limits = limits;
  }

  /**
   * @param key - Names the call, its member and its caller.
   * @throws Refusal (422) when the key was used for another input
   */
  async once(key: string, input: string, run: () => Promise<string>): Promise<string> {
    this.#forget();
    const before = this.#kept.get(key);
    if (before) {
      if (before.input === input) return before.answer;
      throw new Refusal(
        422,
        'key-reused',
        'This idempotency key was used for another input. Take a new one.',
      );
    }
    const kept: Kept = {
      input,
      answer: run(),
      until: Date.now() + this.#limits.resultsTime,
      bytes: input.length,
    };
    this.#kept.set(key, kept);
    this.#bytes += kept.bytes;
    try {
      const answer = await kept.answer;
      kept.bytes += answer.length;
      if (this.#kept.get(key) === kept) this.#bytes += answer.length;
      return answer;
    } catch (error) {
      this.#drop(key, kept); // it may go better next time
      throw error;
    }
  }

  #forget(): void {
    const now = Date.now();
    for (const [key, kept] of this.#kept) {
      const full = this.#kept.size >= this.#limits.results || this.#bytes > mostBytes;
      if (!full && kept.until > now) return;
      this.#drop(key, kept);
    }
  }

  #drop(key: string, kept: Kept): void {
    if (this.#kept.get(key) !== kept) return;
    this.#kept.delete(key);
    this.#bytes -= kept.bytes;
  }
}
