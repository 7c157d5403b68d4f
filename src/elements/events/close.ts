/** The guest closed itself: it's done, and its peer is closed. */
export class OrielCloseEvent extends Event {
  static readonly type = 'oriel-close';

  constructor() {
    super(OrielCloseEvent.type);
  }
}

declare global {
  interface HTMLElementEventMap {
    'oriel-close': OrielCloseEvent;
  }
}
