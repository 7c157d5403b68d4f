import type { RedisClientOptions } from '@redis/client';
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
  needed,
  newEpoch,
  type Passing,
  type Row,
  type Share,
  type Taken,
  Wakes,
} from './kit.js';
import * as scripts from './redis-scripts.js';

export interface RedisOptions extends LogOptions {
  /** `redis[s]://[[user][:password]@][host][:port][/db]`. */
  readonly url: string;
  /** What all keys begin with. Default `oriel:`. */
  readonly prefix?: string;
  /** Takes a Redis that writes nothing to its disk; then the log is not durable, and says so. */
  readonly volatile?: boolean;
  /** What `@redis/client` takes besides, such as `socket` for TLS. */
  readonly client?: Omit<RedisClientOptions, 'url'>;
}

/** In ms: what is published while a connection is made anew is lost, so those who follow look again by themselves. */
const glance = 1000;

/**
 * A log in Redis Streams (Redis 6.2 or later, or Valkey), which any number of processes share. As durable as Redis is
 * told to be: `appendonly yes` is asked for, and `appendfsync always` is what makes an append safe from a crash of the
 * machine; `everysec` may lose the last second, which is then answered with `reset`. Ids have a key each, which expires.
 * What others trim, by hand or by `XTRIM`, is noticed.
 * @param options.retention - Default: 7 days and 256 MiB a topic.
 */
export function redis(options: RedisOptions): Log {
  return createLog(new RedisEngine(options, boundsOf(options, { bytes: 256 * 1024 ** 2 })), options);
}

type Client = Awaited<ReturnType<typeof connected>>;

interface Connecting {
  /** Whether commands wait for a connection. */
  readonly waits: boolean;
  readonly hear: (error: unknown) => void;
  readonly closed: () => boolean;
}

async function connected({ url, client }: RedisOptions, { waits, hear, closed }: Connecting) {
  const { createClient } = await needed(() => import('@redis/client'), 'redis', '@redis/client');
  const made = createClient({
    ...client,
    url,
    disableOfflineQueue: !waits,
    socket: {
      reconnectStrategy: (attempt) => Math.random() * Math.min(2000, 50 * 2 ** attempt),
      ...client?.socket,
    },
  } as RedisClientOptions);
  made.on('error', hear); // told when a command finds no connection
  // One that is destroyed while it connects comes about all the same.
  made.connect().then(() => closed() && made.destroy(), hear);
  return made;
}

class RedisEngine implements Engine {
  readonly name = 'redis';
  readonly durable: boolean;
  readonly #options: RedisOptions;
  readonly #bounds: Bounds;
  readonly #wakes = new Wakes(glance);
  readonly #shas = new Map<string, string>();
  #client: Promise<Client> | undefined;
  #subscriber: Promise<Client> | undefined;
  #checked = false;
  #closed = false;
  #error: unknown;

  constructor(options: RedisOptions, bounds: Bounds) {
    this.durable = !options.volatile;
    this.#options = options;
    this.#bounds = bounds;
  }

  async append(topic: string, entries: readonly Entry[]): Promise<Taken> {
    const { age, count, bytes, dedupe } = this.#bounds;
    const keys = [...this.#keys(topic), ...entries.map(({ id }) => this.#key(topic, `:id:${id}`))];
    const [epoch = '', ...found] = await this.#run(scripts.append, keys, [
      newEpoch(),
      ...[age, count, bytes, dedupe].map(bound),
      ...entries.map(({ json }) => json),
    ]);
    const places = entries.map((_, at) => ({
      seq: found[2 * at] ?? '',
      duplicate: found[2 * at + 1] === '1',
    }));
    return { epoch, places };
  }

  async read(topic: string, after: string, { limit, bytes }: Share): Promise<Batch> {
    const values = [newEpoch(), bound(this.#bounds.age), after, String(limit), String(bytes)];
    const [epoch = '', first = '', last = '', before, ...found] = await this.#run(
      scripts.read,
      this.#keys(topic),
      values,
    );
    const rows: Row[] = [];
    for (let at = 0; at < found.length; at += 2)
      rows.push({ seq: found[at] ?? '', json: found[at + 1] ?? '' });
    return { epoch, first, last, rows, before: before || undefined };
  }

  watch(topic: string, wake: () => void): () => void {
    const [channel = ''] = this.#keys(topic);
    const off = this.#wakes.add(topic, wake);
    const heard = () => wake();
    const listening = this.#listener().then(async (client) => {
      await client.subscribe(channel, heard);
      wake(); // for what came in the meantime
      return client;
    });
    // Without it, glances are what is left; they also tell what is wrong.
    listening.catch(this.#hear);
    return () => {
      off();
      listening
        .then((client) => (client.isOpen ? client.unsubscribe(channel, heard) : undefined))
        .catch(this.#hear);
    };
  }

  async note(key: string, passing?: Passing): Promise<Note | undefined> {
    const { value, version } = await this.#do((client) => client.hGetAll(this.#noteOf(key, passing)));
    return value === undefined ? undefined : { value, version: Number(version) };
  }

  async putNote(key: string, value: string, version: number, passing?: Passing): Promise<Note | undefined> {
    const name = this.#noteOf(key, passing);
    const time = passing ? bound(Math.min(passing.time, longest)) : '-1';
    const written = await this.#run(scripts.putNote, [name], [value, String(version), time]);
    if (String(written) !== '1') return;
    if (passing) await this.#pass(name, time, passing.most);
    return { value, version: version + 1 };
  }

  async #pass(name: string, time: string, most: number): Promise<void> {
    const values = [name, time, bound(Math.min(most, 1e9))];
    // One by one: in a cluster they are not together.
    for (const gone of await this.#run(scripts.pass, [this.#key('@passing', ':all')], values))
      await this.#do((client) => client.del(gone));
  }

  #noteOf(key: string, passing: Passing | undefined): string {
    return this.#key(key, passing ? ':passing' : ':note');
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wakes.rest();
    for (const opened of [this.#client, this.#subscriber]) {
      const client = await opened?.catch(() => undefined);
      if (client?.isOpen) client.destroy();
    }
  }

  #keys(topic: string): [stream: string, meta: string] {
    return [this.#key(topic, ''), this.#key(topic, ':meta')];
  }

  // In a cluster, what stands in braces says where a key is: a topic's keys are together.
  #key(topic: string, of: string): string {
    return `${this.#options.prefix ?? 'oriel:'}{${topic}}${of}`;
  }

  /** Runs a script by its hash, which Redis knows from the second time on. */
  #run(script: string, keys: string[], values: string[]): Promise<string[]> {
    return this.#do(async (client) => {
      const options = { keys, arguments: values };
      try {
        return (await client.evalSha(await this.#sha(script), options)) as string[];
      } catch (error) {
        if (!String(error).includes('NOSCRIPT')) throw error;
        return (await client.eval(script, options)) as string[];
      }
    });
  }

  async #sha(script: string): Promise<string> {
    const known = this.#shas.get(script);
    if (known) return known;
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-1', new TextEncoder().encode(script)));
    const sha = Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
    this.#shas.set(script, sha);
    return sha;
  }

  async #do<T>(run: (client: Client) => Promise<T>): Promise<T> {
    // What waits for this one waits in the log, which knows for how long.
    const client = await (this.#client ??= this.#connect(false));
    try {
      if (!this.#checked) await this.#check(client);
      return await run(client);
    } catch (error) {
      throw error instanceof LogError ? error : redisError(error, this.#error);
    }
  }

  #listener(): Promise<Client> {
    return (this.#subscriber ??= this.#connect(true));
  }

  #connect(waits: boolean): Promise<Client> {
    return connected(this.#options, { waits, hear: this.#hear, closed: () => this.#closed });
  }

  readonly #hear = (error: unknown): void => {
    this.#error = error;
  };

  /** Nobody may take for durable what a restart of Redis forgets. */
  async #check(client: Client): Promise<void> {
    if (this.durable) {
      const info = String(await client.info('persistence'));
      if (/^aof_enabled:0/m.test(info))
        throw new LogError(
          'log-refused',
          'This Redis forgets at a restart. Set "appendonly yes" (and "appendfsync always"), or pass { volatile: true }.',
        );
    }
    this.#checked = true;
  }
}

/** A key expires no later than this, in ms. */
const longest = 1e14;

/** Scripts take -1 for no bound. */
const bound = (value: number) => (Number.isFinite(value) ? String(Math.ceil(value)) : '-1');

/** What Redis says, as what to do about it. @param before - What its connection said last. */
function redisError(error: unknown, before: unknown): LogError {
  const { message } = error as Error;
  const because = { cause: error };
  if (/^(OOM|MISCONF)/.test(message))
    return new LogError(
      'log-full',
      `Redis can't take more (${message}). Give it space, or keep less.`,
      because,
    );
  if (/^WRONGTYPE/.test(message))
    return new LogError(
      'log-corrupt',
      `A key of the log holds something else (${message}). Use another prefix.`,
      because,
    );
  const known =
    /^(NOAUTH|WRONGPASS|NOPERM|ERR)/.exec(message) ??
    /^(NOAUTH|WRONGPASS)/.exec(String((before as Error)?.message));
  if (known)
    return new LogError(
      'log-refused',
      `Redis refuses (${known.input}). Check its user, and its version.`,
      because,
    );
  const text = `Redis can't be reached (${said(before) || message}). Check that it runs, and its url.`;
  return new LogError('log-unavailable', text, because);
}

function said(error: unknown): string {
  const { message = '', code = '' } = (error ?? {}) as { message?: string; code?: string };
  return message || code; // what several addresses refuse has no text of its own
}
