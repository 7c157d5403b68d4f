import { InvalidValue, LogError } from '../contract/index.js';
import { type Envelope, formatCursor, type Position, readEnvelope } from '../events/index.js';
import type { Batch, Engine, Share } from './engine.js';
import type { Appended, Head, Log, Notes, Page, Passing, ReadOptions } from './log.js';
import { headOf, pageOf, placeOf, share } from './page.js';
import { Tail } from './tail.js';
import { abortable, sleep } from './wait.js';

/** So many entries go to an engine at once. */
const most = 500;

/** What every engine does the same way: it checks what comes in, answers honestly, follows, waits and ends. */
export function createLog(engine: Engine, { patience = 5000 }: { patience?: number | undefined } = {}): Log {
  // A timer knows no more than this.
  if (!(patience > 0 && patience < 2 ** 31))
    refuse('patience', 'must be a number of ms above 0', String(patience));
  return new EngineLog(engine, patience);
}

interface Joined {
  readonly tail: Tail;
  readonly leave: () => void;
}

class EngineLog implements Log {
  readonly name: string;
  readonly durable: boolean;
  readonly notes: Notes;
  readonly #engine: Engine;
  readonly #patience: number;
  readonly #tails = new Map<string, Tail>();
  /** What goes on here, each with a controller of its own: one for all would collect listeners. */
  readonly #running = new Set<AbortController>();
  readonly #appending = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  constructor(engine: Engine, patience: number) {
    this.name = engine.name;
    this.durable = engine.durable;
    this.#engine = engine;
    this.#patience = patience;
    this.notes = this.#notes();
  }

  passing(bounds: Passing): Notes {
    for (const name of ['time', 'most'] as const)
      if (!(bounds[name] >= 1)) refuse(name, 'must be a number, 1 at least', String(bounds[name]));
    return this.#notes(bounds);
  }

  async append(
    topic: string,
    events: readonly Envelope[],
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<Appended[]> {
    checkName('topic', topic);
    const entries = events.map((event) => {
      const checked = readEnvelope(event);
      return { id: checked.id, json: JSON.stringify(checked) };
    });
    signal?.throwIfAborted();
    const all: Appended[] = [];
    for (let at = 0; at < entries.length; at += most) {
      const taking = this.#do(() => this.#engine.append(topic, entries.slice(at, at + most)));
      this.#appending.add(taking);
      const done = () => this.#appending.delete(taking);
      taking.then(done, done);
      const { epoch, places } = await abortable(taking, signal);
      for (const { seq, duplicate } of places) all.push({ cursor: formatCursor({ epoch, seq }), duplicate });
    }
    return all;
  }

  async read(topic: string, after: Position, { limit = 100, signal }: ReadOptions = {}): Promise<Page> {
    checkName('topic', topic);
    const most = share(checkLimit(limit));
    signal?.throwIfAborted();
    const batch = await abortable(this.#read(topic, placeOf(after), most), signal);
    return pageOf(batch, after);
  }

  async head(topic: string, { signal }: { readonly signal?: AbortSignal } = {}): Promise<Head> {
    checkName('topic', topic);
    signal?.throwIfAborted();
    return headOf(await abortable(this.#read(topic, 'latest', share(1)), signal));
  }

  follow(
    topic: string,
    after: Position,
    { limit = 100, signal }: ReadOptions = {},
  ): AsyncIterableIterator<Page, undefined, undefined> {
    const own = new AbortController();
    const stop = () => own.abort();
    const pages = this.#pages(checkName('topic', topic), after, checkLimit(limit), own, signal);
    const iterator: AsyncIterableIterator<Page, undefined, undefined> = {
      next: () => pages.next(),
      // A generator that waits hears of its end only by what it waits for.
      return: () => (stop(), pages.return(undefined)),
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    const error = closed(this.name);
    for (const controller of this.#running) controller.abort(error);
    for (const tail of [...this.#tails.values()]) tail.end(error);
    await Promise.allSettled(this.#appending);
    await this.#engine.close();
  }

  #notes(passing?: Passing): Notes {
    const engine = this.#engine;
    return {
      get: (key) => this.#do(async () => engine.note(checkName('key', key), passing)),
      put: (key, value, version) =>
        this.#do(async () =>
          engine.putNote(checkName('key', key), checkText(value), checkVersion(version), passing),
        ),
    };
  }

  async *#pages(
    topic: string,
    after: Position,
    limit: number,
    own: AbortController,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Page, undefined, undefined> {
    if (this.#closed) throw closed(this.name);
    if (signal?.aborted || own.signal.aborted) return;
    const stop = () => own.abort();
    signal?.addEventListener('abort', stop);
    this.#running.add(own);
    const most = share(limit);
    let joined: Joined | undefined;
    try {
      let page = await abortable(this.#page(topic, after, most), own.signal);
      for (let first = true; ; first = false) {
        if (first || page.answer !== 'live' || page.events.length) yield page;
        own.signal.throwIfAborted();
        if (page.answer === 'reset') return;
        const { next } = page;
        joined = this.#join(topic, joined);
        if (page.answer === 'live') await joined.tail.moved(next, own.signal);
        page = joined.tail.page(next, most) ?? (await abortable(this.#page(topic, next, most), own.signal));
      }
    } catch (error) {
      // Whoever ended it knows; but nobody may take a closed log for a quiet one.
      if (own.signal.aborted && !(own.signal.reason instanceof LogError)) return;
      throw error;
    } finally {
      joined?.leave();
      this.#running.delete(own);
      signal?.removeEventListener('abort', stop);
    }
  }

  async #page(topic: string, after: Position, most: Share): Promise<Page> {
    return pageOf(await this.#read(topic, placeOf(after), most), after);
  }

  /** The topic's tail, which is another one when the one before has ended. */
  #join(topic: string, joined: Joined | undefined): Joined {
    const tail = this.#tail(topic);
    if (joined?.tail === tail) return joined;
    joined?.leave();
    return { tail, leave: tail.join() };
  }

  #tail(topic: string): Tail {
    let tail = this.#tails.get(topic);
    if (!tail) {
      tail = new Tail({
        read: (after, most) => this.#read(topic, after, most),
        watch: (wake) => this.#engine.watch(topic, wake),
        ended: () => void this.#tails.delete(topic),
      });
      this.#tails.set(topic, tail);
    }
    return tail;
  }

  #read(topic: string, after: string, most: Share): Promise<Batch> {
    return this.#do(() => this.#engine.read(topic, after, most));
  }

  /** Does it again while the engine is away, for as long as patience lasts. */
  async #do<T>(run: () => Promise<T>): Promise<T> {
    const end = performance.now() + this.#patience;
    for (let wait = 25; ; wait = Math.min(2 * wait, 1000)) {
      if (this.#closed) throw closed(this.name);
      try {
        return await this.#inTime(run());
      } catch (error) {
        const away = error instanceof LogError && error.code === 'log-unavailable';
        if (!away || performance.now() + wait > end) throw error;
      }
      await this.#pause(wait);
    }
  }

  async #pause(ms: number): Promise<void> {
    const own = new AbortController();
    this.#running.add(own);
    await sleep(ms, own.signal).finally(() => this.#running.delete(own));
  }

  #inTime<T>(running: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const late = () => {
        const text = `The ${this.name} log did not answer within ${this.#patience} ms. Check that it is well.`;
        reject(new LogError('log-unavailable', text));
      };
      const timer = setTimeout(late, this.#patience);
      running.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }
}

const closed = (name: string) =>
  new LogError('log-closed', `The ${name} log is closed. Make another to go on.`);

function checkName(what: string, name: unknown): string {
  if (typeof name === 'string' && /^[\w.\-/:@]{1,200}$/.test(name)) return name;
  return refuse(what, 'must be 1 to 200 letters, digits and . _ - / : @', String(name));
}

function checkLimit(limit: unknown): number {
  if (Number.isInteger(limit) && Number(limit) >= 1 && Number(limit) <= 1000) return Number(limit);
  return refuse('limit', 'must be a whole number from 1 to 1,000', String(limit));
}

function checkText(value: unknown): string {
  if (typeof value === 'string' && value.length <= 65_536) return value;
  return refuse('value', 'must be text of at most 65,536 characters', typeof value);
}

function checkVersion(version: unknown): number {
  if (Number.isSafeInteger(version) && Number(version) >= 0) return Number(version);
  return refuse('version', 'must be what get() gave, or 0', String(version));
}

function refuse(what: string, message: string, got: string): never {
  throw new InvalidValue('log', [{ message: `${message}, not "${got.slice(0, 80)}"`, path: [what] }]);
}
