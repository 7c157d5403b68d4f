import {
  type Batch,
  type Bounds,
  boundsOf,
  createLog,
  type Engine,
  type Entry,
  type Log,
  type LogOptions,
  type Note,
  newEpoch,
  type Passing,
  type Share,
  type Taken,
  Wakes,
} from './kit.js';
import { cut, indexAfter } from './page.js';

/**
 * A log in this process's memory. Not durable: it ends with the process, and no other can see it. For tests, for
 * development, and for events that may be lost in a restart.
 * @param options.retention - Default: 7 days, 10,000 events and 64 MiB a topic.
 */
export function memory(options: LogOptions = {}): Log {
  return createLog(new MemoryEngine(boundsOf(options, { count: 10_000, bytes: 64 * 1024 * 1024 })), options);
}

interface Held {
  readonly seq: string;
  readonly json: string;
  readonly at: number;
}

class Ring {
  rows: Held[] = [];
  first = 0;
  last = 0;
  bytes = 0;
  /** In the order that they came in. */
  readonly ids = new Map<string, { readonly seq: string; readonly at: number }>();

  take({ id, json }: Entry, { dedupe }: Bounds): { seq: string; duplicate: boolean } {
    const at = Date.now();
    const known = this.ids.get(id);
    if (known && at - known.at < dedupe) return { seq: known.seq, duplicate: true };
    const seq = String(++this.last);
    this.ids.delete(id);
    this.ids.set(id, { seq, at });
    this.rows.push({ seq, json, at });
    this.bytes += json.length;
    return { seq, duplicate: false };
  }

  trim({ age, count, bytes, dedupe }: Bounds): void {
    const now = Date.now();
    let gone = 0;
    for (const { json, at } of this.rows) {
      if (this.rows.length - gone <= count && this.bytes <= bytes && now - at <= age) break;
      this.bytes -= json.length;
      gone++;
    }
    // One by one it would move all the others each time.
    if (gone) this.rows.splice(0, gone);
    this.first += gone;
    for (const [id, { at }] of this.ids) {
      if (now - at < dedupe) break;
      this.ids.delete(id);
    }
  }
}

class MemoryEngine implements Engine {
  readonly name = 'memory';
  readonly durable = false;
  readonly #bounds: Bounds;
  readonly #epoch = newEpoch();
  readonly #rings = new Map<string, Ring>();
  readonly #notes = new Map<string, Note>();
  /** Those that were written last come last. */
  readonly #passing = new Map<string, Note & { readonly at: number }>();
  readonly #wakes = new Wakes();

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  async append(topic: string, entries: readonly Entry[]): Promise<Taken> {
    const ring = this.#rings.get(topic) ?? new Ring();
    this.#rings.set(topic, ring);
    const places = entries.map((entry) => ring.take(entry, this.#bounds));
    ring.trim(this.#bounds);
    this.#wakes.wake(topic);
    return { epoch: this.#epoch, places };
  }

  async read(topic: string, after: string, share: Share): Promise<Batch> {
    // Not kept: whoever names a thousand topics to read fills nothing.
    const ring = this.#rings.get(topic) ?? new Ring();
    ring.trim(this.#bounds);
    const { rows, first, last } = ring;
    const head = { epoch: this.#epoch, first: String(first), last: String(last) };
    if (after === 'latest') return { ...head, rows: [] };
    return { ...head, rows: cut(rows, after === 'earliest' ? 0 : indexAfter(rows, after), share) };
  }

  watch(topic: string, wake: () => void): () => void {
    return this.#wakes.add(topic, wake);
  }

  async note(key: string, passing?: Passing): Promise<Note | undefined> {
    if (!passing) return this.#notes.get(key);
    this.#forget(passing);
    const { value, version } = this.#passing.get(key) ?? {};
    return value !== undefined && version !== undefined ? { value, version } : undefined;
  }

  async putNote(key: string, value: string, version: number, passing?: Passing): Promise<Note | undefined> {
    if (passing) this.#forget(passing);
    const notes: Map<string, Note> = passing ? this.#passing : this.#notes;
    if ((notes.get(key)?.version ?? 0) !== version) return;
    const note = { value, version: version + 1 };
    notes.delete(key);
    notes.set(key, passing ? Object.assign({ at: Date.now() }, note) : note);
    if (passing) this.#forget(passing);
    return note;
  }

  #forget({ time, most }: Passing): void {
    const since = Date.now() - time;
    for (const [key, { at }] of this.#passing) {
      if (this.#passing.size <= most && at > since) return;
      this.#passing.delete(key);
    }
  }

  async close(): Promise<void> {
    this.#rings.clear();
    this.#notes.clear();
    this.#passing.clear();
  }
}
