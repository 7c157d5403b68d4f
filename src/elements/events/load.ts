/** The guest's page has loaded. It says nothing about whether the guest can be talked to: wait for `oriel-ready`. */
export class OrielLoadEvent extends Event {
  static readonly type = 'oriel-load';

  constructor() {
    super(OrielLoadEvent.type); // neither bubbles nor crosses shadow roots, like `load`
  }
}

declare global {
  interface HTMLElementEventMap {
    'oriel-load': OrielLoadEvent;
  }
}
