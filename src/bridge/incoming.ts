import { CallTimeout } from '../contract/index.js';
import type { Chunk } from './outgoing.js';

/** What a stream that is read needs of the connection. */
export interface IncomingWire {
  /** Its id, or what asks for it once somebody reads. */
  readonly id: number | (() => Promise<number>);
  /** Rejects where it takes too long: there is an answer in time even where there is no item. */
  pull(id: number, credit: number, timeout: number | undefined): Promise<Chunk>;
  stop(id: number): void;
  /** What user code gets of an item. */
  check(item: unknown): unknown;
  /** It is over. */
  ended(): void;
}

interface Reader {
  resolve(result: IteratorResult<unknown>): void;
  reject(error: unknown): void;
}

/** A stream of the other side's, as it is read. Two pulls are under way while there is room for what they bring. */
export class Incoming implements AsyncIterableIterator<unknown> {
  readonly #wire: IncomingWire;
  readonly #credit: number;
  readonly #timeout: number | undefined;
  readonly #items: unknown[] = [];
  readonly #readers: Reader[] = [];
  #id: Promise<number> | undefined;
  /** Whether the other side has it. */
  #known = false;
  #begun = false;
  #pulls = 0;
  #over = false;
  #error: { readonly error: unknown } | undefined;

  constructor(wire: IncomingWire, credit = 256, timeout?: number) {
    this.#wire = wire;
    this.#credit = credit;
    this.#timeout = timeout;
    if (typeof wire.id !== 'number') return;
    this.#id = Promise.resolve(wire.id);
    this.#known = true;
  }

  /** Whether anybody has read from it. */
  get begun(): boolean {
    return this.#begun;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<unknown>> {
    this.#begun = true;
    return new Promise((resolve, reject) => {
      this.#readers.push({ resolve, reject });
      this.#serve();
    });
  }

  /** Ends it: the producer's `finally` runs. */
  async return(): Promise<IteratorResult<unknown>> {
    this.#items.length = 0;
    this.#stop();
    return { done: true, value: undefined };
  }

  /** Its epoch is over. One that has yet to begin waits for the next, unless that was the last. */
  lost(error: unknown, final: boolean): void {
    if (final || this.#known) this.#fail(error);
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    this.#error = { error };
    // What was lost may be the answer alone, and the producer waits.
    if (error instanceof CallTimeout) this.#stop();
    else this.#end();
  }

  /** Ends it with an error at once. */
  abort(error: unknown): void {
    if (this.#over && !this.#items.length) return;
    this.#items.length = 0;
    this.#error = { error };
    this.#stop();
  }

  readable(): ReadableStream<unknown> {
    return new ReadableStream(
      {
        pull: async (controller) => {
          const { done, value } = await this.next();
          if (done) controller.close();
          else controller.enqueue(value);
        },
        cancel: async () => void (await this.return()),
      },
      { highWaterMark: 0 },
    );
  }

  #serve(): void {
    const { check } = this.#wire;
    while (this.#readers.length) {
      if (!this.#items.length && !this.#over) break;
      const reader = this.#readers.shift() as Reader;
      if (this.#items.length) {
        try {
          reader.resolve({ done: false, value: check(this.#items.shift()) });
        } catch (error) {
          reader.reject(error);
          this.return();
        }
      } else if (this.#error) {
        reader.reject(this.#error.error);
        this.#error = undefined; // once; from then on it is over
      } else reader.resolve({ done: true, value: undefined });
    }
    while (!this.#over && this.#items.length + this.#pulls * this.#credit <= this.#credit) this.#pull();
  }

  async #pull(): Promise<void> {
    this.#pulls++;
    try {
      this.#id ??= (this.#wire.id as () => Promise<number>)();
      const id = await this.#id;
      this.#known = true;
      const { items, done, error } = await this.#wire.pull(id, this.#credit, this.#timeout);
      if (this.#over) return;
      this.#items.push(...items);
      if (error !== undefined) this.#error = { error };
      if (done) this.#end();
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#pulls--;
      this.#serve();
    }
  }

  #stop(): void {
    if (!this.#over) this.#id?.then((id) => this.#wire.stop(id)).catch(() => {}); // never began
    this.#end();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#wire.ended();
    this.#serve();
  }
}
