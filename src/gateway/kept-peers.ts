import { type Listener, type Peer, type Service, serve } from '../bridge/index.js';
import { InvalidValue, OrielError } from '../contract/index.js';
import type { Position } from '../events/index.js';
import { type FollowOrder, keptEvents } from '../events/kept.js';
import type { Told } from '../events/told.js';
import type { Log } from '../log/log.js';
import type { Callers } from './callers.js';
import { followedBy } from './follow.js';
import type { Hub } from './hub.js';
import { Mailbox } from './mailbox.js';
import { unwrapped } from './problem.js';
import type { Rates } from './rates.js';
import type { Served } from './served.js';
import type { Streams } from './streams.js';
import { Subscription } from './subscription.js';

interface KeptPeersOptions {
  readonly contracts: ReadonlyMap<string, Served>;
  readonly callers: Callers;
  /** How often each caller may ask. */
  readonly rates: Rates;
  readonly streams: Streams;
  readonly hubOf: (topic: string) => Hub;
  /** The log, once it is open. */
  readonly log: () => Promise<Log>;
  /** Bytes that wait for a client that reads slowly. */
  readonly queue: number;
  readonly onError: (error: unknown, where: string) => void;
}

/** Tells kept events to clients on a bridge, over whatever channel they come: from a place, and as fast as they read. */
export class KeptPeers {
  readonly #options: KeptPeersOptions;
  readonly #stop = new AbortController();

  constructor(options: KeptPeersOptions) {
    this.#options = options;
  }

  /** Serves all that a listener brings. */
  listen(listener: Listener): Service {
    return serve(
      keptEvents,
      (client) => ({ follow: (order, { signal }) => this.#follow(client as unknown as Peer, order, signal) }),
      listener,
      {
        signal: this.#stop.signal,
        onError: (error) => this.#options.onError(error, keptEvents.name),
      },
    ) as unknown as Service;
  }

  close(): void {
    this.#stop.abort();
  }

  async *#follow(client: Peer, order: unknown, signal: AbortSignal): AsyncGenerator<Told, void> {
    try {
      yield* this.#told(client, order, signal);
    } catch (error) {
      unwrapped(error);
    }
  }

  async *#told(client: Peer, order: unknown, signal: AbortSignal): AsyncGenerator<Told, void> {
    const { contracts, callers, rates, streams, hubOf, queue, onError } = this.#options;
    rates.take(callers.of(client).id);
    const { contract, after } = read(order);
    const served = contracts.get(contract);
    if (!served) throw new OrielError('unknown-contract', `No contract is called "${contract}" here.`);
    const log = await this.#options.log();
    if (signal.aborted) return;
    const followed = followedBy(served, callers.of(client), after, hubOf);
    const box = new Mailbox(queue);
    const admitted = streams.admit(callers.of(client), 'events', () => box.end());
    const gone = new AbortController();
    const subscription = new Subscription({
      log,
      teller: box,
      followed,
      // By the token that is good now: another may have come meanwhile.
      sees: (event, { subject }) => callers.of(client).sees(contract, event, subject),
      signal: gone.signal,
      slow: () => admitted.end('slow'),
      lost: () => admitted.end('unavailable'),
    });
    const timer = setInterval(() => box.idle && subscription.beat(), streams.beat);
    const left = () => box.end();
    signal.addEventListener('abort', left);
    subscription.start().catch((error) => {
      if (gone.signal.aborted) return;
      onError(error, `events of ${contract}`);
      admitted.end('unavailable');
    });
    try {
      yield* box;
    } finally {
      signal.removeEventListener('abort', left);
      clearInterval(timer);
      gone.abort();
      admitted.leave();
    }
  }
}

/** @throws InvalidValue */
function read(order: unknown): { readonly contract: string; readonly after: ReadonlyMap<string, Position> } {
  const { contract, after } = Object(order) as Partial<FollowOrder>;
  const places = Object.entries(Object(after));
  if (typeof contract !== 'string' || places.some(([, place]) => typeof place !== 'string'))
    throw new InvalidValue('follow', [
      { message: 'it names a "contract", and in "after" the place of each event' },
    ]);
  return { contract, after: new Map(places as [string, Position][]) };
}
