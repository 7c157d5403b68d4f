import type { Contract, Remote } from '../contract/index.js';
import type { Channel } from './channel.js';
import { hostRole } from './host.js';
import { createPeer } from './peer.js';
import type { ConnectOptions } from './peer-types.js';

/** What {@link connect} takes besides the channel and the contract. */
export type ClientOptions<C extends Contract> = Omit<
  ConnectOptions<C, 'host'>,
  'channel' | 'contract' | 'side'
>;

interface Ends {
  /** Settles with the current attempt. Nobody has to await it: calls wait. */
  readonly ready: Promise<void>;
  /** Ends the connection for good. */
  close(): void;
}

/** The methods and streams of a contract's guest, and `ready` and `close` where it has no members of these names. */
export type Client<C extends Contract> = Remote<C['guest']> & Omit<Ends, keyof Remote<C['guest']>>;

/**
 * A typed client of a contract that is served anywhere. For its events and props, `connect` as its host.
 * @example
 * const tickets = client(ticket, worker(() => new Worker('/tickets.js', { type: 'module' })));
 * await tickets.open({ id: '42' });
 */
export function client<const C extends Contract>(
  contract: C,
  channel: Channel,
  options: ClientOptions<C> = {},
): Client<C> {
  const peer = createPeer<C, 'host'>({ ...options, channel, contract, side: 'host' }, hostRole);
  const ends: Ends = {
    get ready() {
      return peer.ready;
    },
    close: () => peer.close(),
  };
  const members = {
    ...Object.getOwnPropertyDescriptors(ends),
    ...Object.getOwnPropertyDescriptors(peer.remote),
  };
  return Object.freeze(Object.create(null, members));
}
