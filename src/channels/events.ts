import type { EventSourceMessage } from 'eventsource-parser';
import type { Store } from '../bridge/index.js';
import { type Contract, EmbedError } from '../contract/index.js';
import type { Envelope, Freshness, Missed } from '../events/index.js';
import type { Told } from '../events/told.js';
import { type Address, Connection, type ConnectionOptions, type Pipe, type PipeEar } from './connection.js';
import { Follower, type FollowerOptions, type KeptListeners } from './follower.js';
import { type Ended, refused } from './notes.js';
import { readStream } from './read-stream.js';
import { type Ask, broken, platform } from './request.js';
import { type KeptPeer, through } from './through.js';
import { Watch } from './watch.js';

export { keptEvents } from '../events/kept.js';
export type { KeptListeners, Place } from './follower.js';
export type { KeptPeer } from './through.js';

export interface SubscribeOptions<C extends Contract>
  extends Omit<ConnectionOptions, 'share'>,
    FollowerOptions<C> {
  /** Makes each request to an address. Default: the platform's own. */
  readonly fetch?: Ask | undefined;
  /** Closes it. */
  readonly signal?: AbortSignal;
}

/** Events of a contract that are being followed. */
export interface Subscription {
  /** How fresh what is shown is: a frame's `freshness`, and what `showFreshness` tells of a guest. */
  readonly freshness: Store<Freshness>;
  /** What is shown was fetched anew after a reset. */
  recovered(): void;
  /** Ends it. Nothing is heard any more, and what is shown is stale. */
  close(): void;
}

/**
 * Follows events that a contract's gateway keeps: each once and in order, over connections that break and gateways that
 * are restarted. An address is asked by plain HTTP: one stream for all of the events, made again as a channel's
 * connection is, and before the token ends. A peer of `keptEvents` brings them over the connection that it has.
 * @param at - Where the gateway is mounted, or what tells it, at each attempt; or a peer, which goes on when this ends.
 * @throws TypeError for what is no event that the contract keeps
 * @example
 * const payments = subscribe(shop, 'https://gateway.example', {
 *   paid: ({ amount }, { event }) => show(amount, event.time),
 * }, { token: () => session.token() });
 * frame.freshness = payments.freshness;
 * @example
 * const server = websocket('wss://gateway.example/ws', { token: () => session.token(), share: true });
 * const kept = connect({ channel: server, contract: keptEvents, side: 'host' });
 * subscribe(shop, kept, { paid: ({ amount }) => show(amount) });
 */
export function subscribe<const C extends Contract>(
  contract: C,
  at: Address | KeptPeer,
  listeners: KeptListeners<C>,
  { signal, ...options }: SubscribeOptions<C> = {},
): Subscription {
  const follower = new Follower(contract, listeners, options as FollowerOptions<Contract>);
  const { freshness } = follower;
  let end = () => {};
  const close = () => {
    signal?.removeEventListener('abort', close);
    end();
    follower.close();
  };
  signal?.addEventListener('abort', close);
  if (signal?.aborted) close();
  else if (typeof at === 'object' && 'remote' in at)
    end = through(at, contract.name, follower, options.retry);
  else end = asking(at, contract.name, follower, options);
  return { freshness, recovered: () => follower.recovered(), close };
}

/** Follows by plain HTTP. @returns what ends it */
function asking(
  url: Address,
  contract: string,
  follower: Follower,
  { fetch: ask = platform, ...options }: ConnectionOptions & { readonly fetch?: Ask | undefined },
): () => void {
  const path = `${encodeURIComponent(contract)}/events`;
  const dial = (address: string, token: string | undefined, ear: PipeEar) =>
    following(`${address.replace(/\/$/, '')}/${path}`, token, ear, ask, follower);
  const part = new Connection(dial, url, options).join();
  part.listen({ hear() {}, lost() {}, leave() {}, failed: (error) => follower.failed(error) });
  return () => part.close();
}

/** How often a gateway speaks, in ms, until it says so. */
const often = 20_000;

/** One connection to a gateway: a stream, and now and then the one that takes its place. */
function following(url: string, token: string | undefined, ear: PipeEar, ask: Ask, follower: Follower): Pipe {
  const watch = new Watch(() => end(broken));
  let current: AbortController | undefined;
  let next: AbortController | undefined;
  let ended = false;
  read();
  return {
    send() {},
    expect: (every) => watch.expect(every),
    renew(other) {
      token = other;
      read();
    },
    close: () => end(broken),
  };

  /** Goes on from where the follower is. The stream before it is heard until this one has begun. */
  async function read(): Promise<void> {
    next?.abort();
    const own = new AbortController();
    next = own;
    const { signal } = own;
    const { places } = follower;
    const names = Object.keys(places);
    const opened = () => {
      if (own !== next) return; // given up meanwhile
      if (!current) {
        follower.connected();
        ear.opened();
        watch.expect(often);
      }
      current?.abort();
      [current, next] = [own, undefined];
    };
    let first = true;
    const hear = (message: EventSourceMessage) => {
      const said = saidBy(message, names);
      if (!said) return over(own, garbled(url));
      if ('code' in said) return over(own, said);
      const { told, every, lasts } = said;
      if (every !== undefined) ear.hear({ oriel: 'beat', every });
      // Later ones count down to the same end.
      if (first && lasts !== undefined) ear.hear({ oriel: 'welcome', lasts });
      first &&= lasts === undefined;
      if (!told || !follower.hear(told)) return;
      current = undefined;
      own.abort();
      read();
    };
    const query = new URLSearchParams(names.map((name) => ['topic', name]));
    query.set('after', String(new URLSearchParams(places)));
    over(own, await readStream(`${url}?${query}`, { ask, token, signal, watch, opened, hear }));
  }

  function over(own: AbortController, how: Ended): void {
    own.abort();
    if (own === current) {
      current = undefined;
      if (next) return; // which goes on from here
    } else if (own !== next) return;
    end(how);
  }

  function end(how: Ended): void {
    if (ended) return;
    ended = true;
    current?.abort();
    next?.abort();
    watch.stop();
    follower.lost();
    ear.ended(how);
  }
}

interface Said {
  readonly told?: Told;
  /** How often it speaks, and for how long the token is good, in ms. */
  readonly every?: number | undefined;
  readonly lasts?: number | undefined;
}

/** What a message may hold. */
type Data = Partial<Envelope & Missed & Omit<Said, 'told'>> & {
  readonly event?: string;
  readonly cursor?: string;
  readonly retry?: number;
};

/** What a message says, or how it ends the stream; `undefined` where it can't be read. */
function saidBy(
  { event: kind, id = '', data }: EventSourceMessage,
  names: readonly string[],
): Said | Ended | undefined {
  let its: Data;
  try {
    its = Object(JSON.parse(data));
  } catch {
    return;
  }
  const { event: name = '', cursor = '', every, lasts, reason, retry } = its;
  if (kind === undefined)
    return its.id === undefined ? undefined : { told: happened(its as Envelope, id, names) };
  if (kind === 'live' || kind === 'replayed') return { told: { kind, name, cursor }, every, lasts };
  if (kind === 'reset') return { told: { ...(its as Missed), kind, name } };
  if (kind !== 'end') return {}; // what a later gateway says
  if (reason === 'auth-expired') return { code: refused, reason };
  return { ...broken, reason: `retry-after: ${Math.ceil(Number(retry) / 1000)}` };
}

/** The event of an envelope. Where several are followed, the id of its message holds the place of each. */
function happened(event: Envelope, id: string, names: readonly string[]): Told {
  const [only = '', another] = names;
  if (another === undefined) return { kind: 'event', name: only, cursor: id, event };
  const name = event.type;
  return { kind: 'event', name, cursor: new URLSearchParams(id).get(name) ?? '', event };
}

function garbled(url: string): Ended {
  return { ...broken, error: new EmbedError('unreachable', `${url} sends something that is no event.`) };
}
