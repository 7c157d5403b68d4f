import type { RawMessage } from '../events/raw-message.js';

/** Something that happened in another system. */
export interface SourceEvent {
  /** Names it for good, as the other system does: a second one of the same id is a duplicate, and is dropped. */
  readonly id: string;
  /** What the contract's event carries. Checked by its schema before it is kept. */
  readonly payload?: unknown;
  /** What it is about, such as a customer's number: tokens may be bound to it, and sinks may keep order by it. */
  readonly subject?: string | undefined;
  /** When it happened, as ISO 8601. Default: now. */
  readonly time?: string | undefined;
  /** As it came, for sinks that hand on the same bytes. It stays in the gateway: no page sees it. */
  readonly raw?: RawMessage | undefined;
}

/** What became of an event. In each case it is settled, and may be acknowledged. */
export type Settled =
  /** It is kept, durably if the log is, or sent if its event has no log. */
  | { readonly outcome: 'kept'; readonly cursor?: string | undefined }
  /** One of its id was kept before. */
  | { readonly outcome: 'duplicate'; readonly cursor?: string | undefined }
  /** Its payload was refused: it stands among the dead letters, with the reason. */
  | { readonly outcome: 'dead'; readonly reason: string };

/** What the gateway offers to a source. */
export interface SourceContext {
  /** The contract's name. */
  readonly contract: string;
  /** The contract's event that the source feeds. */
  readonly event: string;
  /** Aborted when the gateway closes. */
  readonly signal: AbortSignal;
  /**
   * Checks an event, keeps it, and only then resolves: acknowledge it to the other system after that, never before.
   * @throws what the log throws when it can't keep it. Don't acknowledge then; the other system sends it again.
   */
  emit(event: SourceEvent): Promise<Settled>;
  /** Puts aside what could not even be read as an event, with the reason. */
  reject(raw: RawMessage, reason: string): Promise<void>;
  /** Tells the operator what went wrong and stops nothing. */
  report(error: unknown): void;
}

/**
 * Turns what another system does into events of one kind: it takes requests on a path of its own, or runs on its own, or
 * both. It is fed to one event of the contract: `sources: { paid: webhook({ path: '/hooks/bank', secret }) }`.
 */
export interface Source {
  /** What it is called in messages to the operator, such as `webhook /hooks/bank`. */
  readonly name: string;
  /** Where it takes requests, such as `/hooks/bank`; each source has one of its own. With `fetch`. */
  readonly path?: string;
  /** Which methods it takes there; others are answered with 405. Default `['POST']`. */
  readonly methods?: readonly string[];
  /**
   * Answers a request. Its body is the sender's, byte for byte, and no longer than the gateway's `limits.body`: reading
   * more rejects, which the gateway answers as 413.
   */
  fetch?(request: Request, context: SourceContext): Promise<Response>;
  /**
   * Reads once more what it has put aside by `context.reject`, as after a repair, and emits it.
   * @throws Error while it still can't be read
   */
  again?(raw: RawMessage, context: SourceContext): Promise<void>;
  /**
   * Runs until `context.signal` is aborted, and then resolves. When it rejects before, the gateway reports why and runs
   * it again after a wait that doubles up to a minute.
   */
  run?(context: SourceContext): Promise<void>;
}
