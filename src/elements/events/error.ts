import type { OrielError } from '../../contract/index.js';

/** Something went wrong that no call carries: the guest can't be shown, or a value was refused. */
export class OrielErrorEvent extends Event {
  static readonly type = 'oriel-error';
  readonly error: OrielError;

  constructor(error: OrielError) {
    super(OrielErrorEvent.type);
    this.error = error;
  }

  /** What to switch on. */
  get code(): OrielError['code'] {
    return this.error.code;
  }

  /** What happened, and what to do next. */
  get message(): string {
    return this.error.message;
  }
}

declare global {
  interface HTMLElementEventMap {
    'oriel-error': OrielErrorEvent;
  }
}
