import type { Cursor } from '../events/index.js';
import type { Note, Notes } from '../log/log.js';

/** An event that was read, and is neither delivered nor dead. */
export interface Pending {
  /** The place before it, from which it is read again. */
  readonly before: Cursor;
  /** How often it was tried. */
  attempts: number;
  /** When it may be tried, in ms since 1970. */
  due: number;
}

interface Written {
  readonly cursor: Cursor;
  readonly quiet: number;
  readonly open: readonly (readonly [before: Cursor, attempts: number, due: number])[];
}

/** How far a sink has come: up to where it has read, and what of that is still to be delivered. Kept as a note. */
export class SinkPlace {
  readonly #notes: Notes;
  readonly #key: string;
  readonly #open = new Set<Pending>();
  #cursor: Cursor;
  #quiet: number;
  #version: number;
  #saved: string;

  constructor(notes: Notes, key: string, { value, version }: Note) {
    const { cursor, quiet, open } = JSON.parse(value) as Written;
    this.#notes = notes;
    this.#key = key;
    this.#cursor = cursor;
    this.#quiet = quiet;
    for (const [before, attempts, due] of open) this.#open.add({ before, attempts, due });
    this.#version = version;
    this.#saved = value;
  }

  /** The note of a sink that begins. */
  static beginning(cursor: Cursor): string {
    return JSON.stringify({ cursor, quiet: 0, open: [] } satisfies Written);
  }

  get cursor(): Cursor {
    return this.#cursor;
  }

  /** In the order that they came in. */
  get open(): readonly Pending[] {
    return [...this.#open];
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size;
  }

  /** Until when the receiver wants to be left alone, in ms since 1970. */
  get quiet(): number {
    return this.#quiet;
  }

  keepQuiet(until: number): void {
    this.#quiet = Math.max(this.#quiet, until);
  }

  /** One more was read: the one that ends at `cursor`. */
  take(cursor: Cursor): Pending {
    const pending = { before: this.#cursor, attempts: 0, due: 0 };
    this.#cursor = cursor;
    this.#open.add(pending);
    return pending;
  }

  settle(pending: Pending): void {
    this.#open.delete(pending);
  }

  /** Goes on from elsewhere, where nothing can be read from here. */
  moveTo(cursor: Cursor): void {
    this.#cursor = cursor;
  }

  /** @throws Error if another process has written it */
  async save(): Promise<void> {
    const value = JSON.stringify({
      cursor: this.#cursor,
      quiet: this.#quiet,
      open: this.open.map(({ before, attempts, due }) => [before, attempts, due] as const),
    } satisfies Written);
    if (value === this.#saved) return;
    const note = await this.#notes.put(this.#key, value, this.#version);
    if (!note) throw new Error('Another process has taken over.');
    this.#version = note.version;
    this.#saved = value;
  }
}
