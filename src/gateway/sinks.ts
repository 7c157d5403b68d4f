import type { Log } from '../log/log.js';
import type { Delivery, Sink } from '../sinks/sink.js';
import { ConfigError } from './config-error.js';
import type { Emitter } from './emitter.js';
import { leased } from './lease.js';
import type { Meter } from './meter.js';
import type { Served, ServedEvent } from './served.js';
import { SinkPlace } from './sink-place.js';
import { SinkRun } from './sink-run.js';

interface SinksOptions {
  readonly emitter: Emitter;
  readonly meter: Meter;
  readonly onError: (error: unknown, where: string) => void;
}

interface Placed {
  readonly sink: Sink;
  readonly served: Served;
  readonly event: ServedEvent;
}

/** What delivers events to other systems; each sink in one process at a time. */
export class Sinks {
  readonly #options: SinksOptions;
  readonly #all: Placed[] = [];
  readonly #stop = new AbortController();
  #runs: Promise<void>[] = [];

  /** @throws ConfigError for two of one name at one event */
  constructor(all: readonly Served[], options: SinksOptions) {
    this.#options = options;
    for (const served of all)
      for (const event of served.events.values()) {
        const names = new Set<string>();
        for (const sink of event.sinks) {
          if (names.has(sink.name))
            throw new ConfigError(
              `sinks.${event.name}`,
              `two are named "${sink.name}". Give each a name of its own.`,
            );
          names.add(sink.name);
          this.#all.push({ sink, served, event });
        }
      }
  }

  /** Resolves when each knows where to begin: a new one with what comes from now on. */
  async start(log: Log): Promise<void> {
    const keyed = await Promise.all(
      this.#all.map(async (placed) => ({ ...placed, key: await keyOf(placed) })),
    );
    for (const { event, key } of keyed)
      if (!(await log.notes.get(`place/${key}`)))
        await log.notes.put(
          `place/${key}`,
          SinkPlace.beginning((await log.head(event.topic as string)).latest),
          0,
        );
    this.#runs = keyed.map((each) => this.#run(log, each));
  }

  /** Resolves when what is being delivered has ended, and the places are kept. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled(this.#runs);
    await Promise.all(this.#all.map(async ({ sink }) => sink.close?.()));
  }

  #run(log: Log, { sink, served, event, key }: Placed & { readonly key: string }): Promise<void> {
    const { emitter, meter, onError } = this.#options;
    const { name: contract } = served.contract;
    const report = (error: unknown) => onError(error, sink.name);
    const labels = { contract, event: event.name, sink: sink.name };
    const deliver = async (signal: AbortSignal) => {
      const place = `place/${key}`;
      const note = await log.notes.get(place);
      if (!note) throw new Error(`The place of ${sink.name} is not in the log any more.`);
      await new SinkRun({
        sink,
        log,
        topic: event.topic as string,
        contract,
        event: event.name,
        place: new SinkPlace(log.notes, place, note),
        signal,
        report,
        count: (outcome) =>
          meter.count('oriel_deliveries_total', 'What became of deliveries to sinks.', {
            ...labels,
            outcome,
          }),
        bury: ({ id, payload, subject, raw, attempt, time, cursor }: Delivery, reason: string) =>
          emitter.bury(served, event, { id, payload, subject, raw }, reason, {
            sink: sink.name,
            attempts: attempt,
            eventtime: time,
            eventcursor: cursor,
          }),
      }).run();
    };
    return leased(log.notes, `lease/${key}`, this.#stop.signal, deliver, report);
  }
}

/** A note's key has few letters, and a sink's name any. */
async function keyOf({ sink, event }: Placed): Promise<string> {
  const digest = await crypto.subtle.digest(
    'SHA-256',
    new TextEncoder().encode(`${event.topic} ${sink.name}`),
  );
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
