// What may befall a guest: plain names, for a test to draw from and a page to act on.
import type { Use, UseOptions } from '../contracts/uses.js';

/** What a user or a page does to a frame. */
export const deeds = ['reload', 'away', 'back', 'move', 'moveBefore', 'replace', 'remove'] as const;
/** What befalls the messages of a channel. */
export const mishaps = ['drop', 'duplicate', 'reorder', 'disconnect', 'reconnect'] as const;
/** What its user goes on with. */
export const turns = ['task', 'ready', 'emit', 'props'] as const;

export interface Step extends UseOptions {
  readonly kind: Use | (typeof deeds)[number] | (typeof mishaps)[number] | (typeof turns)[number];
  readonly lane?: 'in' | 'out';
}
