import type { WebhookMessage } from './message.js';

/** Who a message says it is, once its signature is right. */
export interface Identity {
  /** The same for each attempt to deliver the message: repeated ones are stored once. */
  readonly id: string;
  /** What happened, as the sender calls it. */
  readonly type?: string | undefined;
}

export interface Clock {
  /** In ms since 1970. */
  readonly now: number;
  /** How old, or how early, a signed time may be, in ms. */
  readonly tolerance: number;
}

/** How a sender signs its messages. Write one for a sender that none of the named styles fits. */
export interface WebhookStyle {
  /**
   * Says who a message is, or refuses it. Look at the bytes alone, compare in constant time, and try each secret.
   * @throws AuthError (`unauthorized`) for a message that none of the secrets has signed; `refuse()` makes one.
   */
  verify(message: WebhookMessage, secrets: readonly string[], clock: Clock): Identity | Promise<Identity>;
  /** Says what is wrong with a secret before any message comes; without it any non-empty text will do. */
  checkSecret?(secret: string): string | undefined;
  /** The answer to a message that is no event, such as a challenge. It was verified, and is not stored. */
  answer?(message: WebhookMessage): Response | undefined;
}
