import type { LostReason } from '../../contract/index.js';

/** The guest answered. Fired again after each reload, with the reason. */
export class OrielReadyEvent extends Event {
  static readonly type = 'oriel-ready';
  /** The guest's proven origin; `null` for an opaque one. */
  readonly origin: string;
  /** Why the epoch before this one ended; `connect` for the first. */
  readonly reason: 'connect' | LostReason;

  constructor(origin: string, reason: OrielReadyEvent['reason']) {
    super(OrielReadyEvent.type);
    this.origin = origin;
    this.reason = reason;
  }
}

declare global {
  interface HTMLElementEventMap {
    'oriel-ready': OrielReadyEvent;
  }
}
