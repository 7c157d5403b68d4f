import type { Deadlines } from './deadlines.js';
import { report } from './store.js';

/** What a pull brings: items in order, and then perhaps the end, or an error. */
export interface Chunk {
  readonly items: unknown[];
  readonly done?: boolean;
  readonly error?: unknown;
}

/** How this side's values become what goes over the wire. */
export interface Encoder {
  /** Gives an item, its bytes and what is moved with it. */
  item(value: unknown): { encoded: unknown; bytes: number; moved: readonly Transferable[] };
  error(thrown: unknown): unknown;
}

/**
 * A pull answers with what there is after this many ms, or this many bytes, so that nobody waits for a full one. Many
 * buffers moved in one message cost several times what they cost in a few.
 */
const LONG = 4;
const MUCH = 2 ** 17;
/** Nobody is answered with nothing sooner than in this many ms, however little patience it claims to have. */
const SHORT = 10;
/** More items than this are not asked for at once. */
const mostCredit = 4096;

type Step = IteratorResult<unknown>;

/** A stream of this side's. It runs only as far as the other side has given it credit. */
export class Outgoing {
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>;
  readonly #encoder: Encoder;
  readonly #deadlines: Deadlines;
  readonly #ended: () => void;
  #turn: Promise<unknown> = Promise.resolve();
  /** Asked for, and not there yet when a pull was answered. */
  #ahead: Promise<Step> | undefined;
  /** The one that a pull waits for, or has waited for in vain, and whether it has come since. */
  #awaited: Promise<Step> | undefined;
  #came = false;
  /** Ends the wait of the pull that has nothing yet. */
  #wake: ((step?: Promise<Step>) => void) | undefined;
  #over = false;

  constructor(
    source: AsyncIterable<unknown> | Iterable<unknown>,
    encoder: Encoder,
    deadlines: Deadlines,
    ended: () => void,
  ) {
    this.#iterator = iterate(source);
    this.#encoder = encoder;
    this.#deadlines = deadlines;
    this.#ended = ended;
  }

  /** Gives at most `credit` items, and none where there is none within `patience` ms. Pulls are answered in turn. */
  pull(credit: number, patience: number, moved: Transferable[]): Promise<Chunk> {
    const most = Math.max(1, Math.min(mostCredit, typeof credit === 'number' ? credit : 1));
    const wait = typeof patience === 'number' ? Math.max(SHORT, patience) : Infinity;
    const due = performance.now() + wait; // from now on: it may have to wait for the pull before it
    const chunk = this.#turn.then(() => this.#collect(most, due, moved));
    this.#turn = chunk.catch(() => {});
    return chunk;
  }

  /** Ends it early: its `finally` runs. */
  stop(): void {
    if (this.#over) return;
    this.#finish();
    this.#wake?.();
    // What it throws on its way out is nobody's answer any more.
    Promise.resolve(this.#iterator.return?.()).catch(report);
  }

  async #collect(credit: number, due: number, moved: Transferable[]): Promise<Chunk> {
    const items: unknown[] = [];
    if (this.#over) return { items, done: true };
    const until = performance.now() + LONG;
    let room = MUCH;
    let soon: Promise<undefined> | undefined;
    try {
      while (items.length < credit && room > 0 && (items.length % 32 || performance.now() < until)) {
        let step = this.#ahead ?? this.#iterator.next();
        if (step instanceof Promise) {
          this.#ahead = step;
          step.catch(() => {}); // it is heard by whoever waits for it, now or at the next pull
          soon ??= items.length ? later() : undefined;
          const ready: Step | undefined = await (soon ? Promise.race([step, soon]) : this.#within(due, step));
          if (!ready) break;
          this.#ahead = undefined;
          step = ready as never;
        }
        const { done, value } = step as unknown as Step;
        if (this.#over || done) {
          this.#finish();
          return { items, done: true };
        }
        const item = this.#encoder.item(value);
        moved.push(...item.moved);
        items.push(item.encoded);
        room -= item.bytes;
      }
      return (this.#over as boolean) ? { items, done: true } : { items };
    } catch (error) {
      this.stop();
      return { items, done: true, error: this.#encoder.error(error) };
    }
  }

  /** What a step gives, or nothing once it is due. One that takes long is listened to once, however often it is asked. */
  #within(due: number, step: Promise<Step>): Promise<Step | undefined> {
    if (this.#awaited !== step) {
      this.#awaited = step;
      this.#came = false;
      const come = () => {
        this.#came = true;
        this.#wake?.(step);
      };
      step.then(come, come);
    }
    if (this.#came) return step;
    return new Promise((resolve) => {
      const intime = this.#deadlines.add(due - performance.now(), () => this.#wake?.());
      this.#wake = (its) => {
        this.#wake = undefined;
        intime();
        resolve(its);
      };
    });
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#ended();
  }
}

/** Whether something can be streamed. A ReadableStream is not iterable everywhere. */
export function isStreamable(value: unknown): value is AsyncIterable<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    (Symbol.asyncIterator in value || value instanceof ReadableStream)
  );
}

function iterate(
  source: AsyncIterable<unknown> | Iterable<unknown>,
): Iterator<unknown> | AsyncIterator<unknown> {
  if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]();
  if (Symbol.iterator in source) return source[Symbol.iterator]();
  const reader = (source as ReadableStream<unknown>).getReader();
  return {
    next: () => reader.read() as Promise<Step>,
    return: async () => (await reader.cancel(), { done: true, value: undefined }),
  };
}

// A task later: whatever is ready by then has had its microtasks.
function later(): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, 0, undefined));
}
