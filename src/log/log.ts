import type { Cursor, Envelope, Position } from '../events/index.js';

/** An event that was taken. Resolved only when it is as safe as the engine makes it. */
export interface Appended {
  /** The place after the event: of a duplicate, after the one that was there before. */
  readonly cursor: Cursor;
  /**
   * Whether the topic had this id already, within the log's `dedupe` window; then nothing was added. Also where the
   * engine was lost in the midst of this very append, which was then done again.
   */
  readonly duplicate: boolean;
}

/** An event as it stands in a log. */
export interface Stored {
  /** The place after it: who has seen it goes on from here. */
  readonly cursor: Cursor;
  readonly event: Envelope;
  /** The event as JSON text, as it was stored. Ready to be sent to many without being written for each. */
  readonly json: string;
}

/**
 * Why a position can't be followed from:
 * `trimmed`: what came after it is no longer kept; `epoch`: the log has begun anew since; `ahead`: the log has not come
 * so far, as after a restored backup; `malformed`: it is no cursor.
 */
export type ResetReason = 'trimmed' | 'epoch' | 'ahead' | 'malformed';

/** Some events, in order, with nothing left out between the position and `next`. */
export interface EventsPage {
  /**
   * `replayed`: there were more than these when it was read; go on from `next`.
   * `live`: this reached the end. It may hold no events.
   */
  readonly answer: 'replayed' | 'live';
  readonly events: readonly Stored[];
  /** The place after these, to be kept and gone on from. */
  readonly next: Cursor;
}

/** Nothing can be said of what was missed: fetch the state anew, then go on from `earliest` or `latest`. */
export interface ResetPage {
  readonly answer: 'reset';
  readonly reason: ResetReason;
  /** Before the oldest event that is kept. */
  readonly earliest: Cursor;
  /** After the newest. */
  readonly latest: Cursor;
}

export type Page = EventsPage | ResetPage;

/** Where a topic stands. */
export interface Head {
  readonly epoch: string;
  /** Before the oldest event that is kept. The same as `latest` where none is. */
  readonly earliest: Cursor;
  /** After the newest. */
  readonly latest: Cursor;
}

export interface ReadOptions {
  /** How many events a page has at most. Default 100, at most 1,000. A page also ends at 1 MiB of JSON, or one event. */
  readonly limit?: number;
  /** Ends it: `read` rejects with the signal's reason, `follow` ends. */
  readonly signal?: AbortSignal;
}

/** How long a topic's events are kept: until one of these bounds is passed, the oldest first. */
export interface Retention {
  /** In ms. */
  readonly age?: number;
  readonly count?: number;
  /** Of JSON. Engines that count their own overhead too say so. */
  readonly bytes?: number;
}

/** What every log may be told. */
export interface LogOptions {
  /** For each topic. Default: 7 days, and what the engine says. `Infinity` takes a bound away. */
  readonly retention?: Retention;
  /** For how long an id is known after its event was taken, in ms. Default: one day. */
  readonly dedupe?: number;
  /**
   * How long an engine that is away is waited for, in ms, before what waits for it rejects with `log-unavailable`.
   * Default 5,000.
   */
  readonly patience?: number;
}

/** A note, and the version that a change of it has to name. */
export interface Note {
  readonly value: string;
  readonly version: number;
}

/**
 * Small notes beside the events, shared by all processes of the log and as durable as it: how far a sink has come, who
 * holds a lease. Keys are like topics.
 */
export interface Notes {
  get(key: string): Promise<Note | undefined>;
  /**
   * Writes a note if nobody has since it was read.
   * @param version - What `get` gave; 0 for one that isn't there yet.
   * @returns what it is now; `undefined` if another was faster, and then nothing was written
   */
  put(key: string, value: string, version: number): Promise<Note | undefined>;
}

/** What bounds notes that go away by themselves. */
export interface Passing {
  /** For how many ms after it was written last a note is kept. */
  readonly time: number;
  /** How many there may be, or a few more for a second; the oldest go first. */
  readonly most: number;
}

/**
 * Where events that must not be lost are kept, by topic and in order. Any number of processes may share one engine;
 * each makes a log of its own on it.
 *
 * A topic is a name of 1 to 200 letters, digits and `. _ - / : @`, and is there as soon as it is named.
 * All methods reject with `InvalidValue` for a wrong topic, event or option, and with `LogError`: `log-closed` after
 * `close()`, `log-missing` (the engine's package isn't installed), `log-unavailable` (the engine is away; of an append the outcome is unknown, and doing it again is safe:
 * ids are taken once), `log-full` (nothing more can be written), `log-corrupt` (what is stored can't be read), and
 * `log-refused` (the engine won't have it, such as an event that is too large for it).
 */
export interface Log {
  /** The engine's: `memory`, `sqlite`, `nats`, `redis`, `postgres`. */
  readonly name: string;
  /** Whether what was appended outlives the process, and its being killed. */
  readonly durable: boolean;
  readonly notes: Notes;

  /**
   * Notes that go away by themselves, apart from the others. All who share a log give the same bounds.
   * @throws InvalidValue
   */
  passing(bounds: Passing): Notes;

  /**
   * Takes events, in this order, each id once a topic. Events that are appended together are no transaction: after a
   * rejection some may have been taken, so append all of them again.
   * @returns what became of each, in order
   */
  append(
    topic: string,
    events: readonly Envelope[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<Appended[]>;

  /** One page of what comes after a position; for whoever reads on demand, and doesn't wait for more. */
  read(topic: string, after: Position, options?: ReadOptions): Promise<Page>;

  /**
   * All that comes after a position, page by page, and goes on with what is appended from now on, here or in another
   * process: `for await (const page of log.follow(topic, cursor, { signal })) …`
   *
   * - Each event comes once and in order; replay and live are one sequence.
   * - The first page comes at once, if only to say `live` with no events. A page with `answer: "live"` reached the end
   *   at that moment; later ones have events.
   * - After a `reset` it ends. That may also come in the midst: a reader who is slower than the retention.
   * - Nothing is read ahead of the reader: one that stops costs one page.
   * - It ends when the signal is aborted, and throws `LogError`, as above.
   */
  follow(
    topic: string,
    after: Position,
    options?: ReadOptions,
  ): AsyncIterableIterator<Page, undefined, undefined>;

  head(topic: string, options?: { readonly signal?: AbortSignal }): Promise<Head>;

  /** Ends everything that was begun here, after what is being appended. The engine's other users go on. */
  close(): Promise<void>;
}
