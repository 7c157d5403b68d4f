/** An event of a widget's guest, under the name that it has in the contract. */
export class WidgetEvent<T = unknown> extends Event {
  /** What the guest sent, as the contract's schema gives it. */
  readonly payload: T;

  constructor(name: string, payload: T) {
    super(name);
    this.payload = payload;
  }
}
