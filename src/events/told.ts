import type { Cursor } from './cursor.js';
import type { Envelope } from './envelope.js';
import type { Missed } from './resume.js';

/** What a gateway says to who follows several events at once, each by its name. */
export type Told = { readonly name: string } & (
  | { readonly kind: 'event'; readonly cursor: Cursor; readonly event: Envelope }
  | { readonly kind: 'replayed' | 'live'; readonly cursor: Cursor }
  | ({ readonly kind: 'reset' } & Missed)
);
