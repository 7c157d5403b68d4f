import type { Client, Pool, PoolConfig } from 'pg';
import { InvalidValue, LogError } from '../contract/index.js';
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
  needed,
  newEpoch,
  type Passing,
  type Share,
  type Taken,
  Wakes,
} from './kit.js';
import { isTableless, postgresError } from './postgres-errors.js';
import * as sql from './postgres-sql.js';

export interface PostgresOptions extends LogOptions {
  /** `postgres://user:password@host:5432/database`. */
  readonly url: string;
  /** What all its tables and functions begin with: lower-case letters, digits and `_`. Default `oriel`. */
  readonly prefix?: string;
  /** What `pg` takes besides, such as `max` (connections, default 10) and `ssl`. */
  readonly client?: Omit<PoolConfig, 'connectionString'>;
}

/** In ms: notifications are lost while the connection is, so those who follow look by themselves too. */
const glance = 1000;

/**
 * A log in tables of PostgreSQL (14 or later), which any number of processes share. Durable as the database is. What is
 * appended in a transaction of your own comes when that commits: `SELECT oriel_append('acme.tickets/paid', $1)`, with the
 * event as JSON. Who reads never overtakes a transaction that still runs, so one that writes for long, anywhere in the
 * server, holds events back for as long.
 * @param options.retention - Default: 7 days and 1 GiB a topic. Count and bytes may be passed by a twentieth.
 */
export function postgres(options: PostgresOptions): Log {
  const { prefix = 'oriel' } = options;
  if (!/^[a-z_][a-z0-9_]{0,39}$/.test(prefix))
    throw new InvalidValue('log', [
      { message: `must be a lower-case name, not "${prefix}"`, path: ['prefix'] },
    ]);
  return createLog(new PostgresEngine(options, prefix, boundsOf(options, { bytes: 1024 ** 3 })), options);
}

/** What was added to a topic since it was trimmed last. */
interface Added {
  count: number;
  bytes: number;
}

interface ReadRow {
  readonly epoch: string;
  readonly first: string;
  readonly last: string;
  readonly behind: boolean;
  readonly known: boolean;
  readonly due: boolean | null;
  readonly place: string | null;
  readonly json: string | null;
}

interface PlaceRow {
  readonly id: string;
  readonly place: string;
  readonly epoch: string;
}

class PostgresEngine implements Engine {
  readonly name = 'postgres';
  readonly durable = true;
  readonly #options: PostgresOptions;
  readonly #prefix: string;
  readonly #bounds: Bounds;
  readonly #wakes = new Wakes(glance, () => {
    this.#listen();
    this.#wakes.wakeAll();
  });
  readonly #added = new Map<string, Added>();
  #opened: Promise<Pool> | undefined;
  #listener: Promise<Client> | undefined;
  #idsDroppedAt = 0;
  #passingDroppedAt = 0;

  constructor(options: PostgresOptions, prefix: string, bounds: Bounds) {
    this.#options = options;
    this.#prefix = prefix;
    this.#bounds = bounds;
  }

  append(topic: string, entries: readonly Entry[]): Promise<Taken> {
    return this.#do(async (pool) => {
      // What could not be trimmed before has to be, before anything is added.
      await this.#trimIfDue(pool, topic, { count: 0, bytes: 0 });
      const once = [...new Map([...entries].reverse().map((entry) => [entry.id, entry])).values()].reverse();
      const [ids, texts] = [once.map(({ id }) => id), once.map(({ json }) => json)];
      const { rows: fresh } = await pool.query<PlaceRow>(sql.append(this.#prefix), [
        topic,
        ids,
        texts,
        this.#dedupe,
      ]);
      const news = new Set(fresh.map(({ id }) => id));
      const olds = ids.filter((id) => !news.has(id));
      const { rows: known } = olds.length
        ? await pool.query<PlaceRow>(sql.places(this.#prefix), [topic, olds])
        : { rows: [] };
      const places = new Map([...fresh, ...known].map(({ id, place }) => [id, place]));
      // One that was known a moment ago, and is forgotten by now, is taken at the next attempt.
      if (places.size < ids.length)
        throw new LogError('log-unavailable', 'An id was forgotten while it was looked up. Append again.');
      const taken = entries.map(({ id }) => ({ seq: places.get(id) ?? '', duplicate: !news.delete(id) }));
      const bytes = once.reduce((sum, { json }) => sum + json.length, 0);
      // It is safe by now, whatever becomes of this.
      await this.#trimIfDue(pool, topic, { count: fresh.length, bytes }).catch(() => {});
      return { epoch: (fresh[0] ?? known[0])?.epoch ?? '', places: taken };
    });
  }

  read(topic: string, after: string, share: Share): Promise<Batch> {
    return this.#do(async (pool) => {
      let rows = await this.#read(pool, topic, after, share);
      if (rows[0]?.due) {
        await this.#trim(pool, topic);
        rows = await this.#read(pool, topic, after, share);
      }
      const [head] = rows;
      if (!head) throw new Error('PostgreSQL answered with nothing.');
      const { epoch, first, last, behind, known } = head;
      return {
        epoch,
        first,
        // One who was told of its own append may be ahead of what is in order.
        last: known && behind && !rows[0]?.place ? after : last,
        behind,
        rows: rows.flatMap(({ place, json }) => (place && json !== null ? [{ seq: place, json }] : [])),
      };
    });
  }

  watch(topic: string, wake: () => void): () => void {
    const off = this.#wakes.add(topic, wake);
    this.#listen();
    return () => {
      off();
      if (!this.#wakes.size) this.#rest();
    };
  }

  note(key: string, passing?: Passing): Promise<Note | undefined> {
    const [get, values] = passing ? [sql.passing, [key, longest(passing.time)]] : [sql.note, [key]];
    return this.#do(async (pool) => {
      const { rows } = await pool.query<{ value: string; version: string }>(get(this.#prefix), values);
      return rows[0] && { value: rows[0].value, version: Number(rows[0].version) };
    });
  }

  putNote(key: string, value: string, version: number, passing?: Passing): Promise<Note | undefined> {
    return this.#do(async (pool) => {
      const put = passing
        ? version
          ? sql.putPassing
          : sql.addPassing
        : version
          ? sql.changeNote
          : sql.putNote;
      const values = [key, value, version, ...(passing ? [longest(passing.time)] : [])];
      const { rows } = await pool.query<{ version: string }>(put(this.#prefix), values);
      if (passing) await this.#dropPassing(pool, passing);
      return rows[0] && { value, version: Number(rows[0].version) };
    });
  }

  async close(): Promise<void> {
    this.#rest();
    const pool = await this.#opened?.catch(() => undefined);
    await pool?.end();
  }

  get #dedupe(): number {
    return longest(this.#bounds.dedupe);
  }

  async #dropPassing(pool: Pool, { time, most }: Passing): Promise<void> {
    const now = Date.now();
    if (now - this.#passingDroppedAt < 1000) return;
    this.#passingDroppedAt = now;
    await pool.query(sql.dropPassing(this.#prefix), [longest(time), most]);
  }

  async #read(pool: Pool, topic: string, after: string, { limit, bytes }: Share): Promise<ReadRow[]> {
    const [xid = null, seq = null] = after === 'earliest' || after === 'latest' ? [] : placeParts(after);
    const values = [topic, xid, seq, after === 'latest' ? 0 : limit, bytes, finite(this.#bounds.age)];
    return (await pool.query<ReadRow>(sql.read(this.#prefix), values)).rows;
  }

  /** To count all of a topic each time would cost more than to append to it. */
  async #trimIfDue(pool: Pool, topic: string, more: Added): Promise<void> {
    const { count, bytes } = this.#bounds;
    // What another process has added isn't known here, so the first time is one.
    const added = this.#added.get(topic) ?? { count: Infinity, bytes: Infinity };
    added.count += more.count;
    added.bytes += more.bytes;
    this.#added.set(topic, added);
    if (added.count > count / 20 || added.bytes > bytes / 20) await this.#trim(pool, topic);
  }

  async #trim(pool: Pool, topic: string): Promise<void> {
    const { age, count, bytes } = this.#bounds;
    await pool.query(sql.trim(this.#prefix), [topic, finite(age), finite(count), finite(bytes)]);
    this.#added.set(topic, { count: 0, bytes: 0 });
    const now = Date.now();
    if (now - this.#idsDroppedAt < 1000) return;
    this.#idsDroppedAt = now;
    await pool.query(sql.dropIds(this.#prefix), [this.#dedupe]);
  }

  async #do<T>(run: (pool: Pool) => Promise<T>): Promise<T> {
    try {
      return await run(await this.#open());
    } catch (error) {
      if (isTableless(error)) await this.#forget();
      throw postgresError(error);
    }
  }

  #open(): Promise<Pool> {
    return (this.#opened ??= this.#connect().catch((error) => {
      this.#opened = undefined;
      throw error;
    }));
  }

  async #forget(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    await opened?.then((pool) => pool.end());
  }

  async #connect(): Promise<Pool> {
    const { default: pg } = await needed(() => import('pg'), 'postgres', 'pg');
    const pool = new pg.Pool({
      connectionTimeoutMillis: 5000,
      ...this.#options.client,
      connectionString: this.#options.url,
    });
    pool.on('error', () => {}); // one that was idle; the next query has another
    try {
      await this.#setUp(pool);
      return pool;
    } catch (error) {
      await pool.end();
      throw error;
    }
  }

  /** One at a time: what is made "if not exists" by two at once fails for one of them. */
  async #setUp(pool: Pool): Promise<void> {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      await client.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`${this.#prefix}.setup`]);
      const { rows } = await client.query(
        'SELECT to_regclass($1) IS NOT NULL AND to_regclass($2) IS NOT NULL AS there',
        ['notes', 'passing'].map((table) => `${this.#prefix}_${table}`),
      );
      if (!rows[0]?.there) await client.query(sql.setup(this.#prefix));
      await client.query(sql.adopt(this.#prefix), [newEpoch().slice(0, 24)]);
      await client.query('COMMIT');
      client.release();
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  #listen(): void {
    this.#listener ??= this.#startListener().catch((error) => {
      this.#listener = undefined; // the next glance tries again, and looks all the same
      throw error;
    });
    this.#listener.catch(() => {});
  }

  async #startListener(): Promise<Client> {
    const { default: pg } = await needed(() => import('pg'), 'postgres', 'pg');
    const client = new pg.Client({
      connectionTimeoutMillis: 5000,
      ...this.#options.client,
      connectionString: this.#options.url,
    });
    const gone = () => {
      this.#listener = undefined;
    };
    client.on('error', gone).on('end', gone);
    client.on('notification', ({ payload = '' }) => this.#wakes.wake(payload));
    try {
      await client.connect();
      await client.query(`LISTEN ${this.#prefix}`);
    } catch (error) {
      await client.end();
      throw error;
    }
    this.#wakes.wakeAll(); // for what came in the meantime
    return client;
  }

  #rest(): void {
    this.#wakes.rest();
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.then((client) => client.end()).catch(() => {});
  }
}

/** An interval is no longer than this, in ms. */
const longest = (ms: number) => Math.min(ms, 1e12);

const finite = (value: number) => (Number.isFinite(value) ? value : null);

function placeParts(place: string): [xid: string, seq: string] {
  const [xid = '0', seq = '0'] = place.split('-');
  return [xid, seq];
}
