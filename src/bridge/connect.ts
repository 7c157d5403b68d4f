import type { Contract, Side } from '../contract/index.js';
import { guestRole } from './guest.js';
import { hostRole } from './host.js';
import { createPeer } from './peer.js';
import type { ConnectOptions, Peer } from './peer-types.js';

/**
 * Connects one side of a contract over a channel. The peer is there at once: calls made before it is ready wait.
 * @throws InvalidValue, NotCloneable when the first props are refused.
 * @example
 * const peer = connect({ channel: toFrame(() => iframe.contentWindow, { allowOrigins }), contract: ticket, side: 'host' });
 * await peer.remote.open({ id: '42' });
 */
export function connect<const C extends Contract, S extends Side>(options: ConnectOptions<C, S>): Peer<C, S> {
  return createPeer(options, options.side === 'host' ? hostRole : guestRole);
}
