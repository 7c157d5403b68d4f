import type { Cursor, Envelope, Position } from '../events/index.js';
import type { Told } from '../events/told.js';
import type { Log } from '../log/log.js';
import type { Hub, Item } from './hub.js';
import { published } from './topics.js';

/** One event of a contract that a client follows. */
export interface Followed {
  /** The event's name. */
  readonly event: string;
  readonly topic: string;
  readonly hub: Hub;
  readonly after: Position;
}

/** An event as it is written for pages, and perhaps as a frame whose id is its cursor. */
export type Written = Pick<Item, 'json'> & Partial<Pick<Item, 'frame'>>;

/** What a client is told by. */
export interface Teller {
  /**
   * @param told - An event as it is kept, with what pages may not see of it: `written` is what they may.
   * @returns whether there was room. One thing always has, when nothing waits.
   */
  tell(told: Told, written?: Written): boolean;
  /** Resolves when nothing waits for the client any more, or it is over. */
  drained(): Promise<void>;
  readonly over: boolean;
}

interface SubscriptionOptions {
  readonly log: Log;
  readonly teller: Teller;
  readonly followed: readonly Followed[];
  /** Whether this client may see an event. */
  readonly sees: (name: string, event: Envelope) => boolean;
  readonly signal: AbortSignal;
  /** Its queue is full. */
  readonly slow: () => void;
  /** A topic can't be followed for now. */
  readonly lost: () => void;
}

/**
 * What one client gets of the log: first what it has missed, then what comes. Each of the log's answers is told as it is:
 *
 * - `replayed`: there is more that was missed
 * - `live`: all that was there has been sent; said again now and then, so that a client keeps up with what it may not see
 * - `reset`: something is missing, for a reason; from here on it gets what comes after `latest`
 */
export class Subscription {
  readonly #options: SubscriptionOptions;
  readonly #at = new Map<string, Position>();
  readonly #leave: (() => void)[] = [];
  readonly #live = new Set<string>();

  constructor(options: SubscriptionOptions) {
    this.#options = options;
    for (const { event, after } of options.followed) this.#at.set(event, after);
    options.signal.addEventListener('abort', () => this.#end(), { once: true });
  }

  /** Resolves when it is live. Rejects with what the log rejects with. */
  async start(): Promise<void> {
    const { log, followed, signal } = this.#options;
    for (const { event, topic } of followed) {
      // What a client is told must be a place that it can come back to.
      if (this.#at.get(event) === 'latest') this.#at.set(event, (await log.head(topic, { signal })).latest);
    }
    await Promise.all(followed.map((each) => this.#catchUp(each)));
  }

  /** How far the client has come with each event. */
  get at(): ReadonlyMap<string, Position> {
    return this.#at;
  }

  /** Says how far it has come. @returns whether there was something to say */
  beat(): boolean {
    for (const name of this.#live) this.#say('live', name);
    return this.#live.size > 0;
  }

  async #catchUp({ event: name, topic, hub }: Followed): Promise<void> {
    const { log, teller, signal, lost } = this.#options;
    const leave = await hub.use();
    if (signal.aborted) return leave();
    this.#leave.push(leave);
    for (;;) {
      const page = await log.read(topic, this.#at.get(name) as Position, { signal });
      if (page.answer === 'reset') {
        const { reason, earliest, latest } = page;
        this.#at.set(name, latest);
        this.#tell({ kind: 'reset', name, reason, earliest, latest });
        continue;
      }
      for (const { cursor, event, json } of page.events) {
        const written = { json: published(event, json) };
        const before = this.#at.get(name) as Position;
        // A frame says how far all topics have come, its own too.
        this.#at.set(name, cursor);
        if (!this.#options.sees(name, event)) continue;
        // What is replayed waits for its reader, one page at most. Meanwhile others must not say that it has come.
        while (!teller.tell({ kind: 'event', name, cursor, event }, written)) {
          this.#at.set(name, before);
          await teller.drained();
          if (signal.aborted) return;
          this.#at.set(name, cursor);
        }
      }
      this.#at.set(name, page.next);
      await teller.drained();
      if (signal.aborted) return;
      if (page.answer === 'replayed') {
        this.#say('replayed', name);
        continue;
      }
      const left = hub.join(page.next, (item) => this.#hear(name, item), lost);
      if (!left) {
        // What is no longer followed would be read again and again, and never be live.
        if (!hub.follows) return lost();
        continue;
      }
      if (signal.aborted) return void left();
      this.#leave.push(left);
      this.#live.add(name);
      this.#say('live', name);
      return;
    }
  }

  #hear(name: string, item: Item): void {
    const { cursor, event } = item;
    this.#at.set(name, cursor);
    if (this.#options.sees(name, event)) this.#tell({ kind: 'event', name, cursor, event }, item);
  }

  #say(kind: 'replayed' | 'live', name: string): void {
    this.#tell({ kind, name, cursor: this.#at.get(name) as Cursor });
  }

  #tell(told: Told, written?: Written): void {
    const { teller, slow } = this.#options;
    if (!teller.tell(told, written) && !teller.over) slow();
  }

  #end(): void {
    for (const leave of this.#leave.splice(0)) leave();
  }
}

/**
 * Reads how far a client has come: one cursor for all, or `paid=…&solved=…`.
 * @returns where to go on with each; the end of what there is where nothing is said
 */
export function positionsOf(after: string | undefined, events: readonly string[]): Map<string, Position> {
  const each = new URLSearchParams(after?.includes('=') ? after : '');
  const all: Cursor | undefined = after?.includes('=') ? undefined : after;
  return new Map(events.map((name) => [name, each.get(name) ?? (all || 'latest')]));
}
