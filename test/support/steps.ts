// What may befall a guest: names for a page to act on, and what draws them at random.
import fc from 'fast-check';
import { type Use, type UseOptions, usesOf } from '../contracts/uses.js';

/** What a user or a page does to a frame. */
const deeds = ['reload', 'away', 'back', 'move', 'moveBefore', 'replace', 'remove'] as const;
/** What befalls the messages of a channel. */
const mishaps = ['drop', 'duplicate', 'reorder', 'disconnect', 'reconnect'] as const;
/** What its user goes on with. */
const turns = ['task', 'ready', 'emit', 'props'] as const;

export interface Step extends UseOptions {
  readonly kind: Use | (typeof deeds)[number] | (typeof mishaps)[number] | (typeof turns)[number];
  readonly lane?: 'in' | 'out';
}

/** Random steps of each kind. */
export const any = {
  use: fc.record({
    kind: fc.constantFrom(...usesOf.short, ...usesOf.lasting),
    take: fc.nat(6),
    to: fc.nat(8),
    fail: fc.boolean(),
  }),
  turn: fc.record({ kind: fc.constantFrom(...turns) }),
  deed: fc.record({ kind: fc.constantFrom(...deeds) }),
  mishap: fc.record({ kind: fc.constantFrom(...mishaps), lane: fc.constantFrom('in', 'out') }),
};
