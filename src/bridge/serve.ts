import type { Contract, Implementation } from '../contract/index.js';
import type { Channel, Listener } from './channel.js';
import { guestRole } from './guest.js';
import { createPeer } from './peer.js';
import type { ConnectOptions, Peer } from './peer-types.js';
import { Results } from './results.js';

/** What {@link connect} takes besides the channel, the contract and what implements it. */
export type ServeOptions<C extends Contract> = Omit<
  ConnectOptions<C, 'guest'>,
  'channel' | 'contract' | 'side' | 'implement' | 'props'
> & {
  /**
   * Whether the first result of a call that has a key is kept for that call made again. Default `true`; `false` where
   * the implementation does it, by the key in its context.
   */
  readonly keepResults?: boolean;
};

/** A contract that is being served. */
export interface Service<C extends Contract = Contract> {
  /** A peer for each client, until it is closed. */
  readonly clients: ReadonlySet<Peer<C, 'guest'>>;
  /** Ends it, for all of them. */
  close(): void;
}

/**
 * Serves a contract's guest side, in a page, a worker or Node: to the one that a channel leads to, or to all that a
 * listener brings.
 * @param implement - The methods and streams, or what makes them for each client.
 * @param options.timeout - Default `Infinity`: a service waits for its clients.
 * @example
 * serve(ticket, { open: ({ id }) => show(id) }, broadcast('tickets'));
 * @example
 * serve(chat, (client) => ({ say: (text) => rooms.send(client, text) }), connections());
 */
export function serve<const C extends Contract>(
  contract: C,
  implement: Implementation<C['guest']> | ((client: Peer<C, 'guest'>) => Implementation<C['guest']>),
  at: Channel | Listener,
  options: ServeOptions<C> = {},
): Service<C> {
  const { signal, keepResults = true, ...its } = options;
  const clients = new Set<Peer<C, 'guest'>>();
  const stop = new AbortController();
  // Whoever calls again is a client anew.
  const results = keepResults ? new Results() : { once: async (_: string, run: () => unknown) => run() };

  const add = (channel: Channel) => {
    let made: Implementation<C['guest']> | undefined;
    const peer: Peer<C, 'guest'> = createPeer<C, 'guest'>(
      {
        timeout: Number.POSITIVE_INFINITY,
        ...its,
        channel,
        contract,
        side: 'guest',
        implement: () => (made ??= typeof implement === 'function' ? implement(peer) : implement),
      },
      guestRole,
      results,
    );
    // Not by its signal: Node warns where more than ten listen to one.
    if (stop.signal.aborted) peer.close();
    if (peer.state.get().status === 'closed') return;
    clients.add(peer);
    peer.state.subscribe(({ status, reason }) => {
      if (status === 'closed') {
        clients.delete(peer);
        if (!('listen' in at)) close(); // nobody else can come
      }
      // One that a listener brought comes back as another.
      else if (status === 'lost' && reason === 'transport' && 'listen' in at) peer.close('remote');
    });
  };

  const close = () => {
    signal?.removeEventListener('abort', close);
    for (const peer of [...clients]) peer.close(); // while the listener can still carry their farewell
    stop.abort();
  };
  signal?.addEventListener('abort', close, { once: true });
  if (signal?.aborted) close();
  else if ('listen' in at) at.listen(add, stop.signal, contract.name);
  else add(at);
  return { clients, close };
}
