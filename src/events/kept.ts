import { contract, stream, type } from '../contract/index.js';
import type { Position } from './cursor.js';
import type { Told } from './told.js';

/** What a client wants to follow: events of one contract, each from a place. */
export interface FollowOrder {
  readonly contract: string;
  readonly after: Readonly<Record<string, Position>>;
}

/**
 * By which a gateway tells the events that it keeps over a channel, beside the contracts that it serves. One peer of it
 * is for any number of subscriptions: `connect({ channel: server, contract: keptEvents, side: 'host' })`.
 */
export const keptEvents = contract({
  name: 'oriel.events',
  version: '1.0.0',
  guest: { follow: stream({ input: type<FollowOrder>(), output: type<Told>() }) },
});
