/** An event of the guest, as it was sent: a frame without a contract can't check it. */
export class OrielMessageEvent extends Event {
  static readonly type = 'oriel-message';
  readonly name: string;
  readonly payload: unknown;

  constructor(name: string, payload: unknown) {
    super(OrielMessageEvent.type);
    this.name = name;
    this.payload = payload;
  }
}

declare global {
  interface HTMLElementEventMap {
    'oriel-message': OrielMessageEvent;
  }
}
