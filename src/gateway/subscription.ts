import type { Cursor, Envelope, Position } from '../events/index.js';
import type { Log } from '../log/log.js';
import type { Hub, Item } from './hub.js';
import type { Outlet } from './outlet.js';
import { sseBeat, sseFrame } from './sse.js';
import { published } from './topics.js';

/** One event of a contract that a client follows. */
export interface Followed {
  /** The event's name. */
  readonly event: string;
  readonly topic: string;
  readonly hub: Hub;
  readonly after: Position;
}

interface SubscriptionOptions {
  readonly log: Log;
  readonly outlet: Outlet;
  readonly followed: readonly Followed[];
  /** Whether this client may see an event. */
  readonly sees: (name: string, event: Envelope) => boolean;
  readonly signal: AbortSignal;
  /** Its queue is full. */
  readonly slow: () => void;
  /** A topic can't be followed for now. */
  readonly lost: () => void;
  /** What a client is told besides when it is live. */
  readonly terms: () => object;
}

/**
 * What one client gets of the log: first what it has missed, then what comes. Each of the log's answers is told as it is:
 *
 * - an event as a message without a name, whose data is its envelope
 * - `replayed`: there is more that was missed
 * - `live`: all that was there has been sent; said again now and then, so that a client keeps up with what it may not see
 * - `reset`: something is missing, for a reason; from here on it gets what comes after `latest`
 *
 * The id of each says how far the client has come.
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

  /** Says how far it has come. */
  beat(): void {
    for (const name of this.#live) this.#say('live', name);
    if (!this.#live.size) this.#options.outlet.write(sseBeat);
  }

  async #catchUp({ event: name, topic, hub }: Followed): Promise<void> {
    const { log, outlet, signal, lost } = this.#options;
    const leave = await hub.use();
    if (signal.aborted) return leave();
    this.#leave.push(leave);
    for (;;) {
      const page = await log.read(topic, this.#at.get(name) as Position, { signal });
      if (page.answer === 'reset') {
        const { reason, earliest, latest } = page;
        this.#at.set(name, latest);
        this.#say('reset', name, { reason, earliest, latest });
        continue;
      }
      for (const { cursor, event, json } of page.events) {
        this.#at.set(name, cursor);
        if (!this.#options.sees(name, event)) continue;
        const frame = sseFrame({ id: this.#id(name), data: published(event, json) });
        // What is replayed waits for its reader, one page at most.
        while (!outlet.write(frame)) {
          await outlet.drained();
          if (signal.aborted) return;
        }
      }
      this.#at.set(name, page.next);
      await outlet.drained();
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
    this.#at.set(name, item.cursor);
    if (!this.#options.sees(name, item.event)) return;
    const { outlet, followed, slow } = this.#options;
    const frame = followed.length === 1 ? item.frame : sseFrame({ id: this.#id(name), data: item.json });
    if (!outlet.write(frame) && !outlet.over) slow();
  }

  #say(answer: 'replayed' | 'live' | 'reset', name: string, more: object = {}): void {
    const { outlet, slow, terms } = this.#options;
    const said = { event: name, cursor: this.#at.get(name), ...more, ...(answer === 'live' && terms()) };
    const data = JSON.stringify(said);
    if (!outlet.write(sseFrame({ event: answer, id: this.#id(name), data })) && !outlet.over) slow();
  }

  /** One cursor, or one for each of several events. */
  #id(name: string): string {
    if (this.#at.size === 1) return String(this.#at.get(name));
    return String(new URLSearchParams([...this.#at].map(([key, at]) => [key, String(at)])));
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
