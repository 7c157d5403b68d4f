import type { Note, Passing } from './log.js';

/** An event on its way in. */
export interface Entry {
  readonly id: string;
  readonly json: string;
}

/** An event on its way out. */
export interface Row {
  /** The place after it. */
  readonly seq: string;
  readonly json: string;
}

/** What stands in a topic, all seen at one moment. */
export interface Batch {
  readonly epoch: string;
  /** The place before the oldest event that is kept. */
  readonly first: string;
  /** The place after the newest. */
  readonly last: string;
  readonly rows: readonly Row[];
  /** The place before the first row, where the engine can tell it from the one that was asked for. */
  readonly before?: string | undefined;
  /** Something has been appended that has no place yet: it's worth to look again soon, though nobody says so. */
  readonly behind?: boolean;
}

/** What became of entries, in order. */
export interface Taken {
  readonly epoch: string;
  readonly places: readonly { readonly seq: string; readonly duplicate: boolean }[];
}

/** How much one look may give. A row comes whatever its size. */
export interface Share {
  readonly limit: number;
  /** Of JSON. */
  readonly bytes: number;
}

/**
 * What an engine has to do; `createLog` makes a log of it. It is handed what has been checked, and rejects with
 * `LogError`. It may forget nothing between rows: whoever reads from `first` on sees all that is kept.
 */
export interface Engine {
  readonly name: string;
  readonly durable: boolean;
  append(topic: string, entries: readonly Entry[]): Promise<Taken>;
  /** @param after - A place; `earliest` for the first, `latest` for no rows at all. */
  read(topic: string, after: string, share: Share): Promise<Batch>;
  /**
   * Calls `wake` whenever something may have been appended to a topic, by whomever. Once too often is no harm.
   * @returns what ends it
   */
  watch(topic: string, wake: () => void): () => void;
  /** @param passing - It is one of those that go away by themselves. */
  note(key: string, passing?: Passing): Promise<Note | undefined>;
  putNote(key: string, value: string, version: number, passing?: Passing): Promise<Note | undefined>;
  close(): Promise<void>;
}
