import { LogError } from '../contract/index.js';
import { type Cursor, type CursorParts, compareSeq, formatCursor, parseCursor } from '../events/index.js';
import type { Batch, Share } from './engine.js';
import type { EventsPage } from './log.js';
import { cut, indexAfter } from './page.js';
import { StoredEvent } from './stored.js';

/** What is held of one topic for all who follow it. Who is further behind reads from the engine. */
const held = { events: 1000, bytes: 4 * 1024 * 1024 };
/** In ms, while the engine has something that has no place yet. */
const soon = 25;

/** What a tail needs of the log. */
export interface TailSource {
  /** Waits for an engine that is away, as long as the log's patience lasts. */
  read(after: string, share: Share): Promise<Batch>;
  watch(wake: () => void): () => void;
  /** The tail is of no use any more. */
  ended(): void;
}

interface Waiting {
  readonly parts: CursorParts;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The newest events of one topic, read once for all who follow it in this process. */
export class Tail {
  readonly #source: TailSource;
  readonly #unwatch: () => void;
  readonly #waiting = new Set<Waiting>();
  #rows: StoredEvent[] = [];
  #bytes = 0;
  #epoch: string | undefined;
  #start = '0';
  #end = '0';
  #followers = 0;
  #dirty = false;
  #pumping = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #over = false;

  constructor(source: TailSource) {
    this.#source = source;
    // Watched before anything is read: what is appended in between is looked for again.
    this.#unwatch = source.watch(() => this.#wake());
    this.#wake();
  }

  /** @returns what ends it, once */
  join(): () => void {
    this.#followers++;
    let joined = true;
    return () => {
      if (joined && --this.#followers === 0) this.end();
      joined = false;
    };
  }

  /** What comes after a place, if that is held here. */
  page(after: Cursor, share: Share): EventsPage | undefined {
    const { epoch, seq } = partsOf(after);
    if (epoch !== this.#epoch) return;
    const index = indexAfter(this.#rows, seq);
    // One that isn't of these was given before the engine lost something: the engine says what that means.
    if (seq !== (this.#rows[index - 1]?.seq ?? this.#start)) return;
    const events = cut(this.#rows, index, share);
    const end = events.at(-1)?.seq ?? seq;
    return {
      answer: end === this.#end ? 'live' : 'replayed',
      events,
      next: formatCursor({ epoch, seq: end }),
    };
  }

  /** Resolves when there may be more after a place. Rejects when the engine stays away, or the signal fires. */
  async moved(after: Cursor, signal: AbortSignal): Promise<void> {
    const parts = partsOf(after);
    if (this.#hasMoved(parts)) return;
    signal.throwIfAborted();
    let waiting: Waiting | undefined;
    const abort = () => waiting?.reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
      await new Promise<void>((resolve, reject) => this.#waiting.add((waiting = { parts, resolve, reject })));
    } finally {
      if (waiting) this.#waiting.delete(waiting);
      signal.removeEventListener('abort', abort);
    }
  }

  end(error?: unknown): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#unwatch();
    this.#source.ended();
    for (const { reject } of this.#waiting) reject(error);
  }

  #hasMoved({ epoch, seq }: CursorParts): boolean {
    // Before the first look it isn't known.
    return this.#epoch !== undefined && (epoch !== this.#epoch || compareSeq(this.#end, seq) > 0);
  }

  #wake(): void {
    this.#dirty = true;
    if (!this.#pumping && !this.#over) void this.#pump();
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    clearTimeout(this.#timer);
    try {
      while (this.#dirty && !this.#over) {
        this.#dirty = false;
        const asked = this.#epoch === undefined ? 'latest' : this.#end;
        const batch = await this.#source.read(asked, { limit: held.events, bytes: held.bytes });
        if (this.#over) return;
        this.#take(batch, asked);
      }
    } catch (error) {
      this.end(error);
    } finally {
      this.#pumping = false;
    }
  }

  #take({ epoch, first, last, rows, before = this.#end, behind }: Batch, asked: string): void {
    const broken =
      epoch !== this.#epoch ||
      before !== this.#end ||
      compareSeq(this.#end, first) < 0 ||
      compareSeq(this.#end, last) > 0;
    // What happened is for each follower to find out, from its own place.
    if (broken) [this.#epoch, this.#start, this.#end, this.#rows, this.#bytes] = [epoch, last, last, [], 0];
    else if (asked !== 'latest') this.#push(epoch, rows);
    const more = compareSeq(this.#end, last) < 0;
    if (more && rows.length) this.#dirty = true;
    else if (more || behind) this.#timer = setTimeout(() => this.#wake(), soon);
    for (const { parts, resolve } of this.#waiting)
      if (this.#hasMoved(parts) || (broken && parts.seq !== this.#end)) resolve();
  }

  #push(epoch: string, rows: Batch['rows']): void {
    for (const row of rows) {
      this.#rows.push(new StoredEvent(epoch, row));
      this.#bytes += row.json.length;
    }
    this.#end = rows.at(-1)?.seq ?? this.#end;
    let gone = 0;
    for (; this.#rows.length - gone > held.events || this.#bytes > held.bytes; gone++)
      this.#bytes -= this.#rows[gone]?.json.length ?? 0;
    if (gone) {
      this.#start = this.#rows[gone - 1]?.seq ?? this.#start;
      this.#rows.splice(0, gone);
    }
  }
}

function partsOf(cursor: Cursor): CursorParts {
  const parts = parseCursor(cursor);
  if (!parts) throw new LogError('log-corrupt', `"${cursor}" is no cursor, though the log gave it.`);
  return parts;
}
