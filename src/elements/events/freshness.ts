import type { Freshness } from '../../events/index.js';

/** How fresh what the guest shows is has changed. */
export class OrielFreshnessEvent extends Event {
  static readonly type = 'oriel-freshness';
  /** `undefined` where nobody tells any more. */
  readonly state: Freshness['state'] | undefined;
  /** Since when what is shown may be out of date; `undefined` while it isn't. */
  readonly staleSince: Date | undefined;

  constructor(state: OrielFreshnessEvent['state'], staleSince: Date | undefined) {
    super(OrielFreshnessEvent.type);
    this.state = state;
    this.staleSince = staleSince;
  }
}

declare global {
  interface HTMLElementEventMap {
    'oriel-freshness': OrielFreshnessEvent;
  }
}
