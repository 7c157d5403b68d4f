import type { Told } from '../events/told.js';
import type { Teller, Written } from './subscription.js';
import { shown } from './topics.js';

/** What waits for a client that reads a stream of calls, item by item. It holds no more than `limit` bytes of events. */
export class Mailbox implements Teller, AsyncIterable<Told> {
  readonly #limit: number;
  #waiting: { readonly told: Told; readonly bytes: number }[] = [];
  #bytes = 0;
  #over = false;
  #wake = () => {};
  #drained: (() => void)[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  get over(): boolean {
    return this.#over;
  }

  get idle(): boolean {
    return !this.#waiting.length;
  }

  tell(told: Told, written?: Written): boolean {
    if (this.#over) return false;
    const bytes = written?.json.length ?? 200;
    if (this.#bytes && this.#bytes + bytes > this.#limit) return false;
    const seen = told.kind === 'event' ? { ...told, event: shown(told.event) } : told;
    this.#waiting.push({ told: seen, bytes });
    this.#bytes += bytes;
    this.#wake();
    return true;
  }

  drained(): Promise<void> {
    if (this.#over || this.idle) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  /** Nothing more comes. What waits is still read. */
  end(): void {
    this.#over = true;
    this.#wake();
    this.#settle();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Told, void> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next) {
        this.#bytes -= next.bytes;
        if (this.idle) this.#settle();
        yield next.told;
      } else if (this.#over) return;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }

  #settle(): void {
    for (const resolve of this.#drained.splice(0)) resolve();
  }
}
