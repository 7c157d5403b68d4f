import type { JetStreamClient, JetStreamManager, StreamConfig, StreamInfo } from '@nats-io/jetstream';
import type { NatsConnection, NodeConnectionOptions } from '@nats-io/transport-node';
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
  type Passing,
  type Row,
  type Share,
  type Taken,
  Wakes,
} from './kit.js';
import { apiCodeOf, natsError } from './nats-errors.js';
import { found, NatsMessages } from './nats-messages.js';

export interface NatsOptions extends LogOptions {
  /** `nats://host:4222` or `tls://…`; several of a cluster as a list. */
  readonly url: string | readonly string[];
  /** What all streams and subjects begin with: letters, digits, `_` and `-`. Default `oriel`. */
  readonly prefix?: string;
  /** On how many servers of a cluster each event is kept. Default 1. */
  readonly replicas?: number;
  /** What `@nats-io/transport-node` takes besides, such as `token`, `authenticator` and `tls`. */
  readonly client?: Omit<NodeConnectionOptions, 'servers'>;
}

/** In ms: who publishes without this kit wakes nobody, so those who follow look by themselves too. */
const glance = 1000;
const apiCodes = { exists: 10058, wrongVersion: 10071 };

/**
 * A log in NATS JetStream (2.9 or later), which any number of processes share: a stream of its own a topic, in files.
 * An append resolves when JetStream has it; `sync_interval: always` or `replicas` make it safe from a crash of the
 * machine. Ids are known for `dedupe`, and no longer than events are kept. An event is as large as the server's
 * `max_payload` lets it (1 MB), and bytes are counted with headers and subject.
 * @param options.retention - Default: 7 days.
 */
export function nats(options: NatsOptions): Log {
  return createLog(new NatsEngine(options, boundsOf(options)), options);
}

type Config = Partial<StreamConfig> & { name: string };

interface Connected {
  readonly connection: NatsConnection;
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
}

class NatsEngine implements Engine {
  readonly name = 'nats';
  readonly durable = true;
  readonly #options: NatsOptions;
  readonly #bounds: Bounds;
  readonly #prefix: string;
  readonly #wakes = new Wakes(glance);
  readonly #messages = new NatsMessages();
  /** Streams that are there, each with its epoch. */
  readonly #streams = new Map<string, Promise<string>>();
  #connected: Promise<Connected> | undefined;

  constructor(options: NatsOptions, bounds: Bounds) {
    this.#options = options;
    this.#bounds = bounds;
    this.#prefix = options.prefix ?? 'oriel';
  }

  append(topic: string, entries: readonly Entry[]): Promise<Taken> {
    const name = this.#nameOf(topic);
    return this.#do(name, async ({ connection, client }, epoch) => {
      // One connection keeps their order, so that none has to wait for the one before.
      const acks = await Promise.all(
        entries.map(({ id, json }) => client.publish(name, json, { msgID: encodeURIComponent(id) })),
      );
      connection.publish(this.#wakeOf(name));
      return { epoch, places: acks.map(({ seq, duplicate }) => ({ seq: String(seq), duplicate })) };
    });
  }

  read(topic: string, after: string, share: Share): Promise<Batch> {
    const name = this.#nameOf(topic);
    return this.#do(name, async (connected) => {
      const info = await connected.manager.streams.info(name);
      const { first, last } = placesOf(info);
      const head = { epoch: epochOf(info), first: String(first), last: String(last) };
      const from = after === 'earliest' ? first : Number(after);
      // None for `latest` either, which is no number.
      if (!(from >= first)) return { ...head, rows: [] };
      const { rows, end } = await this.#rows(connected, name, from, head, share);
      if (rows.length || end === from) return { ...head, rows };
      // All that was to be read has gone meanwhile; what is kept begins later now.
      const { first: begins } = placesOf(await connected.manager.streams.info(name));
      return { ...head, first: String(Math.max(begins, end)), last: String(Math.max(last, begins)), rows };
    });
  }

  watch(topic: string, wake: () => void): () => void {
    const name = this.#nameOf(topic);
    const off = this.#wakes.add(topic, wake);
    const watching = this.#connect().then(({ connection }) =>
      connection.subscribe(this.#wakeOf(name), { callback: () => wake() }),
    );
    // Without it, glances are what is left; who reads hears what is wrong.
    watching.catch(wake);
    return () => {
      off();
      watching.then((subscription) => subscription.unsubscribe()).catch(() => {});
    };
  }

  note(key: string, passing?: Passing): Promise<Note | undefined> {
    const config = this.#notesConfig(passing);
    const { name } = config;
    return this.#do(
      name,
      async ({ manager }) => {
        const last = { last_by_subj: `${name}.${encoded(key)}` };
        const message = await found(manager.streams.getMessage(name, last));
        return message ? { value: message.string(), version: message.seq } : undefined;
      },
      config,
    );
  }

  putNote(key: string, value: string, version: number, passing?: Passing): Promise<Note | undefined> {
    const config = this.#notesConfig(passing);
    const { name } = config;
    return this.#do(
      name,
      async ({ client }) => {
        const expect = { lastSubjectSequence: version };
        try {
          const { seq } = await client.publish(`${name}.${encoded(key)}`, value, { expect });
          return { value, version: seq };
        } catch (error) {
          if (apiCodeOf(error) === apiCodes.wrongVersion) return;
          throw error;
        }
      },
      config,
    );
  }

  async close(): Promise<void> {
    this.#wakes.rest();
    const connected = await this.#connected?.catch(() => undefined);
    await connected?.connection.close();
  }

  /** What stands after one place, as far as it goes, and how far that is. */
  async #rows(
    { manager }: Connected,
    name: string,
    from: number,
    { epoch, last }: { readonly epoch: string; readonly last: string },
    { limit, bytes }: Share,
  ): Promise<{ rows: Row[]; end: number }> {
    const rows: Row[] = [];
    let [end, left] = [from, bytes];
    for (let some = 8; end < Number(last) && rows.length < limit; some = Math.min(2 * some, 64)) {
      const count = Math.min(some, Number(last) - end, limit - rows.length);
      const next = Array.from({ length: count }, (_, at) =>
        this.#messages.get(manager, name, epoch, end + 1 + at),
      );
      for (const json of await Promise.all(next)) {
        left -= json?.length ?? 0;
        if (left < 0 && rows.length) return { rows, end };
        end++;
        // One that somebody has deleted stands nowhere.
        if (json !== undefined) rows.push({ seq: String(end), json });
      }
    }
    return { rows, end };
  }

  /** Makes the stream if it isn't there, and once more if somebody has taken it away. */
  async #do<T>(
    name: string,
    run: (connected: Connected, epoch: string) => Promise<T>,
    config = this.#config(name),
  ): Promise<T> {
    try {
      const connected = await this.#connect();
      const making = this.#streams.get(name) ?? this.#make(connected, name, config);
      this.#streams.set(name, making);
      return await run(connected, await making);
    } catch (error) {
      this.#streams.delete(name);
      throw natsError(error);
    }
  }

  async #make({ manager }: Connected, name: string, config: Config): Promise<string> {
    try {
      return epochOf(await manager.streams.add(config));
    } catch (error) {
      if (apiCodeOf(error) !== apiCodes.exists) throw error;
      return epochOf(await manager.streams.update(name, config));
    }
  }

  #config(name: string): Config {
    const { age, count, bytes, dedupe } = this.#bounds;
    return {
      ...this.#common(name),
      subjects: [name],
      max_age: nanos(age, 0),
      max_msgs: Number.isFinite(count) ? count : -1,
      max_bytes: Number.isFinite(bytes) ? bytes : -1,
      duplicate_window: nanos(Math.min(dedupe, age, 365 * 86_400_000), 0),
    };
  }

  #notesConfig(passing: Passing | undefined): Config {
    const name = `${this.#prefix}-${passing ? 'passing' : 'notes'}`;
    const its = { ...this.#common(name), subjects: [`${name}.*`], max_msgs_per_subject: 1 };
    if (!passing) return its;
    const { time, most } = passing;
    return {
      ...its,
      max_age: nanos(Math.max(time, 100), 0), // it takes no less
      max_msgs: Number.isFinite(most) ? most : -1,
      duplicate_window: nanos(Math.min(Math.max(time, 100), 120_000), 0),
    };
  }

  #common(name: string): Pick<StreamConfig, 'name' | 'num_replicas' | 'allow_direct'> {
    return { name, num_replicas: this.#options.replicas ?? 1, allow_direct: true };
  }

  #connect(): Promise<Connected> {
    return (this.#connected ??= this.#open().catch((error) => {
      this.#connected = undefined;
      throw natsError(error);
    }));
  }

  async #open(): Promise<Connected> {
    const { url, client } = this.#options;
    const packages = ['@nats-io/transport-node', '@nats-io/jetstream'] as const;
    const { connect } = await needed(() => import('@nats-io/transport-node'), 'nats', ...packages);
    const { jetstream, jetstreamManager } = await needed(
      () => import('@nats-io/jetstream'),
      'nats',
      ...packages,
    );
    const servers = typeof url === 'string' ? url : [...url];
    const connection = await connect({
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      ...client,
      servers,
    });
    try {
      return { connection, client: jetstream(connection), manager: await jetstreamManager(connection) };
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** NATS has names of fewer characters; the rest are written by their number. */
  #nameOf(topic: string): string {
    const name = `${this.#prefix}-t-${encoded(topic)}`;
    if (name.length <= 255) return name;
    throw new LogError(
      'log-refused',
      `The topic "${topic}" makes a name of over 255 characters. Shorten it.`,
    );
  }

  #wakeOf(name: string): string {
    return `${this.#prefix}-wake.${name}`;
  }
}

const encoded = (name: string) =>
  name.replaceAll(/[^A-Za-z0-9-]/g, (char) => `_${char.charCodeAt(0).toString(16)}`);

/** A stream that was made anew was made at another time. */
const epochOf = ({ created }: StreamInfo) => created.replaceAll(/\D/g, '');

function placesOf({ state }: StreamInfo): { first: number; last: number } {
  const { messages, first_seq, last_seq } = state;
  return { first: messages ? first_seq - 1 : last_seq, last: last_seq };
}

const nanos = (ms: number, none: number) => (Number.isFinite(ms) ? Math.ceil(ms) * 1_000_000 : none);
