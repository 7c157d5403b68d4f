import { LogError } from '../contract/index.js';
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
  type Passing,
  type Share,
  type Taken,
  Wakes,
} from './kit.js';
import { type Driver, openDatabase, sqliteError } from './sqlite-driver.js';
import { SqliteStore } from './sqlite-store.js';

export interface SqliteOptions extends LogOptions {
  /** Default: `node:sqlite` where Node has it, else `libsql`, else `better-sqlite3`. */
  readonly driver?: Driver;
}

/** In ms: how often what other processes wrote is looked for, while somebody follows. Costs a few microseconds. */
const glance = 25;

/**
 * A log in a file. Durable: an append resolves once it is on the disk (write-ahead log, `synchronous=FULL`), and
 * appends that wait at the same time share one write. Any number of processes of one machine may share the file; not
 * over a network's file system.
 * @param file - Its folder has to be there. Opened when it's first used; beside it stand `-wal` and `-shm`.
 * @param options.retention - Default: 7 days and 1 GiB a topic.
 */
export function sqlite(file: string, options: SqliteOptions = {}): Log {
  const bounds = boundsOf(options, { bytes: 1024 ** 3 });
  return createLog(new SqliteEngine(file, bounds, options), options);
}

interface Waiting {
  readonly topic: string;
  readonly entries: readonly Entry[];
  readonly resolve: (taken: Taken) => void;
  readonly reject: (error: unknown) => void;
}

class SqliteEngine implements Engine {
  readonly name = 'sqlite';
  readonly durable = true;
  readonly #file: string;
  readonly #bounds: Bounds;
  readonly #options: SqliteOptions;
  readonly #wakes = new Wakes(glance, () => void this.#glance());
  #opened: Promise<SqliteStore> | undefined;
  #waiting: Waiting[] = [];

  constructor(file: string, bounds: Bounds, options: SqliteOptions) {
    this.#file = file;
    this.#bounds = bounds;
    this.#options = options;
  }

  async append(topic: string, entries: readonly Entry[]): Promise<Taken> {
    const store = await this.#store();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ topic, entries, resolve, reject });
      // All that came in this turn goes to the disk at once; under load that is what came during the write before.
      if (this.#waiting.length === 1) setImmediate(() => this.#flush(store));
    });
  }

  async read(topic: string, after: string, share: Share): Promise<Batch> {
    const store = await this.#store();
    return this.#tried(() => store.read(topic, after, share));
  }

  watch(topic: string, wake: () => void): () => void {
    return this.#wakes.add(topic, wake);
  }

  async note(key: string, passing?: Passing): Promise<Note | undefined> {
    const store = await this.#store();
    return this.#tried(() => store.note(key, passing));
  }

  async putNote(key: string, value: string, version: number, passing?: Passing): Promise<Note | undefined> {
    const store = await this.#store();
    return this.#tried(() => store.putNote(key, value, version, passing));
  }

  async close(): Promise<void> {
    this.#wakes.rest();
    const store = await this.#opened?.catch(() => undefined);
    store?.close();
  }

  #store(): Promise<SqliteStore> {
    return (this.#opened ??= this.#open().catch((error) => {
      this.#opened = undefined; // what was wrong may be mended
      throw error;
    }));
  }

  async #open(): Promise<SqliteStore> {
    try {
      const database = await openDatabase(this.#file, this.#options.driver);
      return new SqliteStore(database, this.#bounds);
    } catch (error) {
      throw sqliteError(error, this.#file);
    }
  }

  #flush(store: SqliteStore): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      const taken = this.#tried(() => store.append(waiting));
      waiting.forEach(({ resolve }, index) => resolve(taken[index] as Taken));
    } catch (error) {
      for (const { reject } of waiting) reject(error);
      return;
    }
    for (const topic of new Set(waiting.map(({ topic }) => topic))) this.#wakes.wake(topic);
  }

  async #glance(): Promise<void> {
    try {
      if ((await this.#store()).changed()) this.#wakes.wakeAll();
    } catch {
      this.#wakes.wakeAll(); // who reads hears what is wrong
    }
  }

  #tried<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      throw error instanceof LogError ? error : sqliteError(error, this.#file);
    }
  }
}
