import type { Log, Stored } from '../log/log.js';
import type { Delivery, Sink } from '../sinks/sink.js';
import { attempt } from './attempt.js';
import { Ending } from './ending.js';
import { waitBefore } from './retry.js';
import type { Pending, SinkPlace } from './sink-place.js';
import { Slots } from './slots.js';
import { payloadOf, rawOf } from './topics.js';

/** So many events are open for a sink at most, those that are tried again included; later ones stay in the log. */
const most = 500;
/** How often a sink's place is kept, in ms, if it has changed: what was delivered since comes twice after a crash. */
const every = 250;

export interface SinkRunOptions {
  readonly sink: Sink;
  readonly log: Log;
  readonly topic: string;
  readonly contract: string;
  readonly event: string;
  readonly place: SinkPlace;
  readonly signal: AbortSignal;
  readonly report: (error: unknown) => void;
  readonly count: (outcome: 'delivered' | 'retried' | 'dead') => void;
  /** Puts an event aside that can't be delivered. */
  readonly bury: (delivery: Delivery, reason: string) => Promise<void>;
}

/** Delivers a topic's events to one sink, from where it has come to. */
export class SinkRun {
  readonly #options: SinkRunOptions;
  readonly #place: SinkPlace;
  readonly #ending: Ending;
  readonly #concurrency: number;
  readonly #slots: Slots;
  /** What has to come one after the other, and those that stand alone. */
  readonly #lanes = new Map<string | Pending, Promise<void>>();
  #room: () => void = () => {};

  constructor(options: SinkRunOptions) {
    this.#options = options;
    this.#place = options.place;
    this.#ending = new Ending(options.signal);
    const { order, concurrency = 8 } = options.sink;
    this.#concurrency = order === 'all' ? 1 : Math.max(1, concurrency);
    this.#slots = new Slots(this.#concurrency);
  }

  /** Runs until its signal is aborted. Rejects with what the log rejects with. */
  async run(): Promise<void> {
    const saving = this.#saveNowAndThen();
    try {
      await this.#resume();
      while (!this.#ending.over) await this.#follow();
    } finally {
      this.#ending.end(new Error('The sink has ended.'));
      await Promise.allSettled(this.#lanes.values());
      await saving;
      await this.#save();
    }
  }

  /** What an earlier run has left. */
  async #resume(): Promise<void> {
    for (const pending of this.#place.open) {
      // Its retries may be others now, and so may the clock.
      pending.due = Math.min(pending.due, this.#dueAfter(pending));
      const stored = await this.#again(pending);
      if (stored) this.#enter(pending, stored);
      else this.#gone(pending);
    }
  }

  async #follow(): Promise<void> {
    const { log, topic, report, sink } = this.#options;
    const { signal } = this.#ending;
    for await (const page of log.follow(topic, this.#place.cursor, { signal })) {
      if (page.answer === 'reset') {
        report(
          new Error(`${sink.name} missed events (${page.reason}). It goes on with the oldest that is kept.`),
        );
        return this.#place.moveTo(page.earliest);
      }
      for (const stored of page.events) {
        while (this.#full && !this.#ending.over) await this.#roomy();
        if (this.#ending.over) return;
        this.#enter(this.#place.take(stored.cursor), stored);
      }
    }
  }

  /** Nothing is read ahead that could not be tried soon. */
  get #full(): boolean {
    return this.#place.size >= most || this.#slots.waiting >= this.#concurrency;
  }

  #roomy(): Promise<void> {
    return new Promise((resolve) => {
      this.#room = this.#ending.onEnd(resolve);
    });
  }

  #enter(pending: Pending, stored: Stored): void {
    const { order = 'none' } = this.#options.sink;
    const lane = order === 'all' ? 'all' : order === 'subject' ? `of ${stored.event.subject ?? ''}` : pending;
    const before = this.#lanes.get(lane);
    // A body is not held while it waits: it is read again.
    const mine = (before ? before.then(() => this.#see(pending)) : this.#see(pending, stored)).finally(() => {
      if (this.#lanes.get(lane) === mine) this.#lanes.delete(lane);
    });
    this.#lanes.set(lane, mine);
  }

  /** Tries it until it is delivered, or dead, or all ends. */
  async #see(pending: Pending, first?: Stored): Promise<void> {
    let stored = first;
    while (!this.#ending.over) {
      const wait = Math.max(pending.due, this.#place.quiet) - Date.now();
      if (wait > 0) {
        stored = undefined;
        await this.#ending.pause(wait);
        continue;
      }
      const read = stored;
      stored = undefined;
      const settled = await this.#slots.run(() => this.#once(pending, read));
      if (settled) this.#place.settle(pending);
      this.#room();
      if (settled) return;
    }
  }

  /** @returns whether it is settled: delivered, among the dead letters, or gone */
  async #once(pending: Pending, read: Stored | undefined): Promise<boolean> {
    const { report } = this.#options;
    // What was before it may have been told to wait.
    if (this.#ending.over || this.#place.quiet > Date.now()) return false;
    try {
      const stored = read ?? (await this.#again(pending));
      if (!stored) return this.#gone(pending);
      return await this.#try(pending, this.#deliveryOf(stored, pending));
    } catch (error) {
      if (this.#ending.over) return false;
      report(error); // the log is away: it is tried again, which is better than lost
      pending.due = this.#dueAfter(pending);
      return false;
    }
  }

  async #try(pending: Pending, delivery: Delivery): Promise<boolean> {
    const { sink, count, bury } = this.#options;
    const { attempts = 12 } = sink.retry ?? {};
    const failure = await this.#attempt(delivery);
    if (failure === undefined) {
      count('delivered');
      return true;
    }
    if (this.#ending.over) return false; // that is why it failed
    const { name, message, retryAfter } = Object(failure) as Error & { readonly retryAfter?: unknown };
    if (name === 'Undeliverable' || delivery.attempt >= attempts) {
      await bury(delivery, `${sink.name}: ${message ?? String(failure)}`);
      count('dead');
      return true;
    }
    count('retried');
    pending.attempts = delivery.attempt;
    pending.due = this.#dueAfter(pending);
    // It is the receiver that asks for it, whichever event it was that it answered.
    if (typeof retryAfter === 'number') this.#place.keepQuiet(Date.now() + retryAfter);
    return false;
  }

  /** @returns what it rejected with; `undefined` where it was delivered */
  async #attempt(delivery: Delivery): Promise<unknown> {
    const stop = new AbortController();
    const leave = this.#ending.onEnd(() => stop.abort(this.#ending.signal.reason));
    try {
      await attempt(this.#options.sink, delivery, stop);
      return undefined;
    } catch (error) {
      return error ?? new Error('no reason was given');
    } finally {
      leave();
    }
  }

  #dueAfter({ attempts }: Pending): number {
    const { first = 1000, longest = 3_600_000 } = this.#options.sink.retry ?? {};
    return Date.now() + waitBefore(Math.max(1, attempts), first, longest);
  }

  #gone(pending: Pending): true {
    const { sink, topic, report } = this.#options;
    report(
      new Error(
        `${sink.name} lost an event after ${pending.before} of ${topic}: the log no longer keeps it.`,
      ),
    );
    this.#place.settle(pending);
    return true;
  }

  /** The event, read from the log once more; `undefined` where that no longer keeps it. */
  async #again({ before }: Pending): Promise<Stored | undefined> {
    const { log, topic } = this.#options;
    const page = await log.read(topic, before, { limit: 1, signal: this.#ending.signal });
    return page.answer === 'reset' ? undefined : page.events[0];
  }

  #deliveryOf({ cursor, event }: Stored, { attempts }: Pending): Delivery {
    const { contract, event: name } = this.#options;
    return {
      id: event.id,
      contract,
      event: name,
      subject: event.subject,
      time: event.time,
      payload: payloadOf(event),
      raw: rawOf(event),
      cursor,
      attempt: attempts + 1,
    };
  }

  async #saveNowAndThen(): Promise<void> {
    while (!this.#ending.over) {
      await this.#ending.pause(every);
      await this.#save();
    }
  }

  async #save(): Promise<void> {
    const { report, sink } = this.#options;
    await this.#place.save().catch((error) => {
      report(
        new Error(`How far ${sink.name} has come could not be kept: ${error.message}`, { cause: error }),
      );
    });
  }
}
