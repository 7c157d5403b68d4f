import type { Bounds } from './bounds.js';
import type { Batch, Entry, Row, Share, Taken } from './engine.js';
import { newEpoch } from './epoch.js';
import type { Note, Passing } from './log.js';
import type { Database, Statement } from './sqlite-driver.js';

const tables = `
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS topics (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
    first INTEGER NOT NULL, last INTEGER NOT NULL, count INTEGER NOT NULL, bytes INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS events (
    topic INTEGER NOT NULL, seq INTEGER NOT NULL, prev INTEGER NOT NULL,
    at INTEGER NOT NULL, size INTEGER NOT NULL, json TEXT NOT NULL
  );
  CREATE UNIQUE INDEX IF NOT EXISTS events_seq ON events (topic, seq, size, at);
  CREATE TABLE IF NOT EXISTS ids (
    topic INTEGER NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (topic, id)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS ids_at ON ids (at);
  CREATE TABLE IF NOT EXISTS notes (key TEXT PRIMARY KEY, value TEXT NOT NULL, version INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS passing (
    key TEXT PRIMARY KEY, value TEXT NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS passing_at ON passing (at);
`;

/** Each statement once: to prepare one costs more than to run it. */
const statements = {
  addTopic:
    'INSERT INTO topics (name, first, last, count, bytes) VALUES (?, 0, 0, 0, 0) ON CONFLICT DO NOTHING',
  topic: 'SELECT id, first, last, count, bytes FROM topics WHERE name = ?',
  putTopic: 'UPDATE topics SET first = ?, last = ?, count = ?, bytes = ? WHERE id = ?',
  id: 'SELECT seq, at FROM ids WHERE topic = ? AND id = ?',
  putId: 'INSERT OR REPLACE INTO ids (topic, id, seq, at) VALUES (?, ?, ?, ?)',
  dropIds: 'DELETE FROM ids WHERE at < ?',
  add: 'INSERT INTO events (topic, seq, prev, at, size, json) VALUES (?, ?, ?, ?, ?, ?)',
  sizes: 'SELECT seq, size, at FROM events WHERE topic = ? AND seq > ? ORDER BY seq LIMIT ?',
  rows: 'SELECT seq, prev, json FROM events WHERE topic = ? AND seq > ? AND seq <= ? ORDER BY seq',
  drop: 'DELETE FROM events WHERE topic = ? AND seq <= ?',
  note: 'SELECT value, version FROM notes WHERE key = ?',
  addNote: 'INSERT INTO notes (key, value, version) VALUES (?, ?, 1) ON CONFLICT DO NOTHING',
  putNote: 'UPDATE notes SET value = ?, version = version + 1 WHERE key = ? AND version = ?',
  passing: 'SELECT value, version FROM passing WHERE key = ? AND at > ?',
  addPassing: `INSERT INTO passing (key, value, version, at) VALUES (?, ?, 1, ?) ON CONFLICT (key)
    DO UPDATE SET value = excluded.value, version = 1, at = excluded.at WHERE passing.at <= ?`,
  putPassing:
    'UPDATE passing SET value = ?, version = version + 1, at = ? WHERE key = ? AND version = ? AND at > ?',
  dropPassing: `DELETE FROM passing WHERE at <= ?
    OR key IN (SELECT key FROM passing ORDER BY at DESC LIMIT -1 OFFSET ?)`,
  version: 'PRAGMA data_version',
};

interface Topic {
  readonly id: number;
  first: number;
  last: number;
  count: number;
  bytes: number;
}

interface Size {
  readonly seq: number;
  readonly size: number;
  readonly at: number;
}

/** The tables of a log in SQLite. What the driver throws comes out as it is. */
export class SqliteStore {
  readonly #database: Database;
  readonly #bounds: Bounds;
  readonly #epoch: string;
  readonly #sql: { readonly [name in keyof typeof statements]: Statement };
  #version: unknown;
  #idsDroppedAt = 0;
  #passingDroppedAt = 0;

  constructor(database: Database, bounds: Bounds) {
    this.#database = database;
    this.#bounds = bounds;
    // In ms, of a lock that another process has. Short, since nothing else goes on here meanwhile; the log tries again.
    database.exec('PRAGMA busy_timeout = 100');
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = FULL');
    this.#epoch = this.#within('IMMEDIATE', () => {
      database.exec(tables);
      database.prepare("INSERT INTO meta VALUES ('epoch', ?) ON CONFLICT DO NOTHING").run(newEpoch());
      return (database.prepare("SELECT value FROM meta WHERE key = 'epoch'").get() as { value: string })
        .value;
    });
    this.#sql = Object.fromEntries(
      Object.entries(statements).map(([name, sql]) => [name, database.prepare(sql)]),
    ) as never;
    this.#version = this.#dataVersion();
  }

  append(all: readonly { readonly topic: string; readonly entries: readonly Entry[] }[]): Taken[] {
    return this.#within('IMMEDIATE', () => {
      const topics = new Map<string, Topic>();
      const taken = all.map(({ topic: name, entries }) => {
        const topic = topics.get(name) ?? this.#made(name);
        topics.set(name, topic);
        return { epoch: this.#epoch, places: entries.map((entry) => this.#take(topic, entry)) };
      });
      for (const topic of topics.values()) this.#trim(topic);
      this.#dropIds();
      return taken;
    });
  }

  read(name: string, after: string, { limit, bytes }: Share): Batch {
    return this.#within(this.#isDue(name) ? 'IMMEDIATE' : 'DEFERRED', (mode) => {
      const topic = this.#topic(name);
      if (topic && mode === 'IMMEDIATE') this.#trim(topic);
      const { id, first, last } = topic ?? { id: 0, first: 0, last: 0 };
      const head = { epoch: this.#epoch, first: String(first), last: String(last) };
      if (after === 'latest') return { ...head, rows: [] };
      const from = after === 'earliest' ? first : Number(after);
      const found = this.#rows(id, from, this.#endOf(id, from, limit, bytes));
      const before = found[0] && String(found[0].prev);
      const rows = found.map(({ seq, json }) => ({ seq: String(seq), json }));
      // The oldest one that is kept names one that may be gone: that is where its topic begins.
      return { ...head, rows, before: from === first ? String(from) : before };
    });
  }

  /** Whether another process has written since this was asked last. */
  changed(): boolean {
    const version = this.#dataVersion();
    if (version === this.#version) return false;
    this.#version = version;
    return true;
  }

  note(key: string, passing?: Passing): Note | undefined {
    const found = passing
      ? this.#sql.passing.get(key, Math.floor(Date.now() - passing.time))
      : this.#sql.note.get(key);
    const { value, version } = (found as Note | undefined) ?? {};
    return value !== undefined && version !== undefined ? { value, version } : undefined;
  }

  putNote(key: string, value: string, version: number, passing?: Passing): Note | undefined {
    const { changes } = passing
      ? this.#putPassing(key, value, version, passing)
      : version
        ? this.#sql.putNote.run(value, key, version)
        : this.#sql.addNote.run(key, value);
    return changes ? { value, version: version + 1 } : undefined;
  }

  #putPassing(
    key: string,
    value: string,
    version: number,
    { time, most }: Passing,
  ): ReturnType<Statement['run']> {
    const now = Date.now();
    const since = Math.floor(now - time);
    const put = version
      ? this.#sql.putPassing.run(value, now, key, version, since)
      : this.#sql.addPassing.run(key, value, now, since);
    // Once a second is often enough here too.
    if (now - this.#passingDroppedAt >= 1000) {
      this.#passingDroppedAt = now;
      this.#sql.dropPassing.run(since, most);
    }
    return put;
  }

  close(): void {
    try {
      // All into the one file: libsql keeps its own open until its statements are collected.
      this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // what is beside it is as safe there
    }
    this.#database.close();
  }

  #take(topic: Topic, { id, json }: Entry): { seq: string; duplicate: boolean } {
    const at = Date.now();
    const known = this.#sql.id.get(topic.id, id) as { seq: number; at: number } | undefined;
    if (known && at - known.at < this.#bounds.dedupe) return { seq: String(known.seq), duplicate: true };
    const prev = topic.last;
    // By the clock: after an old copy of the file was put back, no place is given a second time.
    const seq = Math.max(prev + 1, at * 1000);
    const size = json.length;
    this.#sql.putId.run(topic.id, id, seq, at);
    this.#sql.add.run(topic.id, seq, prev, at, size, json);
    topic.last = seq;
    topic.count++;
    topic.bytes += size;
    return { seq: String(seq), duplicate: false };
  }

  #trim(topic: Topic): void {
    const { age, count, bytes } = this.#bounds;
    const oldest = Date.now() - age;
    const before = topic.first;
    for (let sizes: Size[] = [], at = 0; ; at++) {
      if (at === sizes.length) [sizes, at] = [this.#sizes(topic.id, topic.first, 100), 0];
      const next = sizes[at];
      if (!next || (topic.count <= count && topic.bytes <= bytes && next.at >= oldest)) break;
      topic.first = next.seq;
      topic.count--;
      topic.bytes -= next.size;
    }
    if (topic.first > before) this.#sql.drop.run(topic.id, topic.first);
    this.#sql.putTopic.run(topic.first, topic.last, topic.count, topic.bytes, topic.id);
  }

  /** Whether a topic holds what is too old, though nothing was appended since. */
  #isDue(name: string): boolean {
    const topic = this.#topic(name);
    const [oldest] = topic ? this.#sizes(topic.id, topic.first, 1) : [];
    return oldest !== undefined && oldest.at < Date.now() - this.#bounds.age;
  }

  // Once a second is often enough, and needs no timer.
  #dropIds(): void {
    const now = Date.now();
    if (now - this.#idsDroppedAt < 1000) return;
    this.#idsDroppedAt = now;
    this.#sql.dropIds.run(now - this.#bounds.dedupe);
  }

  /** The last place of a page: known before any JSON is read. */
  #endOf(topic: number, after: number, limit: number, bytes: number): number {
    let [end, left] = [after, bytes];
    for (const { seq, size } of this.#sizes(topic, after, limit)) {
      left -= size;
      if (left < 0 && end !== after) break;
      end = seq;
    }
    return end;
  }

  #sizes(topic: number, after: number, limit: number): Size[] {
    return this.#sql.sizes.all(topic, after, limit) as Size[];
  }

  #rows(topic: number, after: number, end: number): (Omit<Row, 'seq'> & { seq: number; prev: number })[] {
    return this.#sql.rows.all(topic, after, end) as never;
  }

  #topic(name: string): Topic | undefined {
    const topic = this.#sql.topic.get(name) as Topic | undefined;
    return topic && { ...topic };
  }

  #made(name: string): Topic {
    this.#sql.addTopic.run(name);
    return this.#topic(name) as Topic;
  }

  #dataVersion(): unknown {
    return (this.#sql.version.get() as { data_version: unknown }).data_version;
  }

  #within<T, M extends 'IMMEDIATE' | 'DEFERRED'>(mode: M, run: (mode: M) => T): T {
    this.#database.exec(`BEGIN ${mode}`);
    try {
      const result = run(mode);
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      try {
        this.#database.exec('ROLLBACK');
      } catch {
        // SQLite has done so itself, as it does when the disk is full
      }
      throw error;
    }
  }
}
