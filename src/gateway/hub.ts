import { type Cursor, compareCursors, type Envelope } from '../events/index.js';
import type { Log, Stored } from '../log/log.js';
import { sseFrame } from './sse.js';
import { published } from './topics.js';

/** An event on its way to many: written out once. */
export interface Item {
  readonly cursor: Cursor;
  readonly event: Envelope;
  /** What pages see of it. */
  readonly json: string;
  /** As a frame whose id is the cursor. */
  readonly frame: Uint8Array;
}

/** One that hears what is appended. */
interface Member {
  readonly hear: (item: Item) => void;
  /** The topic can't be followed any more for now. */
  readonly ended: () => void;
  /** What it has had, until it hears something later: it may have read further than we had come. */
  after: Cursor | undefined;
}

interface Tail {
  readonly stop: AbortController;
  /** Settles when it follows. */
  readonly begun: Promise<void>;
}

/** So many of the newest, and so many of their bytes, are at hand for whoever joins a little late. */
const atHand = { count: 500, bytes: 2 ** 20 };

const encoder = new TextEncoder();

/** Follows a topic once for all who want it live, as long as there is one. */
export class Hub {
  readonly #log: () => Promise<Log>;
  readonly #topic: string;
  readonly #onError: (error: unknown) => void;
  readonly #members = new Set<Member>();
  #recent: Item[] = [];
  #bytes = 0;
  /** Before the oldest that is at hand. */
  #from: Cursor | undefined;
  #position: Cursor | undefined;
  #tail: Tail | undefined;
  #users = 0;

  constructor(log: () => Promise<Log>, topic: string, onError: (error: unknown) => void) {
    this.#log = log;
    this.#topic = topic;
    this.#onError = onError;
  }

  /** Begins to follow, if nobody has; resolves when it does. @returns what lets go of it again */
  async use(): Promise<() => void> {
    this.#users++;
    let using = true;
    const leave = () => {
      if (using && --this.#users === 0) this.#stop();
      using = false;
    };
    this.#tail ??= this.#start();
    try {
      await this.#tail.begun;
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  }

  /** Whether it follows its topic now: one whose tail has ended does so for the next who wants it. */
  get follows(): boolean {
    return this.#position !== undefined;
  }

  /**
   * Hears all that comes after a cursor, in order and each once.
   * @returns what ends it; `undefined` where the cursor is too far behind: read on, and try again
   */
  join(after: Cursor, hear: Member['hear'], ended: Member['ended']): (() => void) | undefined {
    const [position, from] = [this.#position, this.#from];
    if (position === undefined || from === undefined) return;
    const behind = compareCursors(after, position);
    if (behind === undefined) return;
    if (behind < 0 && !((compareCursors(after, from) ?? -1) >= 0)) return;
    const member: Member = { hear, ended, after };
    this.#members.add(member);
    for (const item of this.#recent) give(member, item);
    return () => this.#members.delete(member);
  }

  /** Hears all that comes from now on, until the signal is aborted, or the topic can't be followed any more. */
  async each(hear: (item: Item) => void, signal: AbortSignal): Promise<void> {
    const leave = await this.use();
    try {
      await new Promise<void>((resolve) => {
        if (signal.aborted || !this.#position) return resolve();
        // The signal may outlive many tails.
        const over = () => {
          signal.removeEventListener('abort', over);
          left?.();
          resolve();
        };
        signal.addEventListener('abort', over);
        const left = this.join(this.#position, hear, over);
      });
    } finally {
      leave();
    }
  }

  #start(): Tail {
    const stop = new AbortController();
    const begin = async () => {
      const pages = (await this.#log()).follow(this.#topic, 'latest', { signal: stop.signal });
      const { value, done } = await pages.next();
      if (done || value.answer === 'reset') throw new Error(`The topic "${this.#topic}" can't be followed.`);
      this.#position = this.#from = value.next;
      this.#hear(value.events, value.next);
      void this.#follow(pages, stop);
    };
    const begun = begin();
    const tail = { stop, begun };
    // Whoever uses it hears of it.
    begun.catch(() => this.#tail === tail && this.#stop());
    return tail;
  }

  async #follow(pages: ReturnType<Log['follow']>, stop: AbortController): Promise<void> {
    try {
      for await (const page of pages) {
        if (page.answer === 'reset') break;
        this.#hear(page.events, page.next);
      }
    } catch (error) {
      if (!stop.signal.aborted) this.#onError(error);
    }
    if (this.#tail?.stop === stop) this.#stop();
  }

  #hear(events: readonly Stored[], next: Cursor): void {
    for (const { cursor, event, json } of events) {
      const seen = published(event, json);
      const item = { cursor, event, json: seen, frame: encoder.encode(sseFrame({ id: cursor, data: seen })) };
      this.#recent.push(item);
      this.#bytes += item.frame.length;
      this.#position = cursor;
      for (const member of [...this.#members]) give(member, item);
    }
    this.#position = next;
    while (this.#recent.length > atHand.count || this.#bytes > atHand.bytes) {
      const { cursor, frame } = this.#recent.shift() as Item;
      this.#bytes -= frame.length;
      this.#from = cursor;
    }
  }

  #stop(): void {
    this.#tail?.stop.abort();
    this.#tail = undefined;
    this.#position = this.#from = undefined;
    this.#recent = [];
    this.#bytes = 0;
    const members = [...this.#members];
    this.#members.clear();
    for (const { ended } of members) ended();
  }
}

function give(member: Member, item: Item): void {
  if (member.after !== undefined) {
    if ((compareCursors(item.cursor, member.after) ?? 1) <= 0) return;
    member.after = undefined;
  }
  member.hear(item);
}
