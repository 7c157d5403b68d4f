import type { RawMessage } from '../events/raw-message.js';

/** An event of ours, as a sink gets it. */
export interface Delivery {
  /** The same at each attempt, and for each sink: receivers drop what they have had by it. */
  readonly id: string;
  /** The contract's name. */
  readonly contract: string;
  /** The contract's event. */
  readonly event: string;
  readonly subject: string | undefined;
  /** ISO 8601. */
  readonly time: string;
  readonly payload: unknown;
  /** As it came to its source, if that kept it. */
  readonly raw: RawMessage | undefined;
  /** Where it stands in the log. */
  readonly cursor: string;
  /** 1 for the first. */
  readonly attempt: number;
}

/** When an event is delivered again. */
export interface SinkRetry {
  /** The first wait is about this, in ms. Default 1,000. */
  readonly first?: number;
  /** Each wait is twice as long as the one before, up to this, in ms, and a fifth of it at random. Default 3,600,000. */
  readonly longest?: number;
  /** After so many attempts it is put among the dead letters. Default 12, which is about half an hour. */
  readonly attempts?: number;
}

/**
 * Delivers events to another system. The gateway reads them from the log, tries again with a wait, remembers how far a
 * sink has come, and puts what can't be delivered among the dead letters. Delivery is at least once.
 */
export interface Sink {
  /**
   * Names it for good: the gateway keeps its place in the log by it, so it must stay the same over restarts, and be
   * another one for each sink of an event. Such as `webhook https://crm.example/hooks`.
   */
  readonly name: string;
  /**
   * Delivers one event. When it rejects, it is tried again: after `retryAfter` ms at least where the error has such a
   * number. An {@link Undeliverable} is dead at once.
   * @param signal - Aborted when the gateway closes, or an attempt has taken longer than `timeout`.
   */
  deliver(event: Delivery, signal: AbortSignal): Promise<void>;
  readonly retry?: SinkRetry;
  /** How long one attempt may take, in ms. Default 30,000. */
  readonly timeout?: number;
  /**
   * What has to arrive in order: `subject` holds back an event while an earlier one of its subject is tried again;
   * `all` any later one; `none` nothing. Default `none`.
   */
  readonly order?: 'none' | 'subject' | 'all';
  /** How many are delivered at once. Default 8; 1 with `order: 'all'`. */
  readonly concurrency?: number;
  /** Lets go of what it holds. Called once, when the gateway closes. */
  close?(): void | Promise<void>;
}

/** No attempt will do: the receiver said so for good, or may not be reached at all. */
export class Undeliverable extends Error {
  override readonly name = 'Undeliverable';
}
