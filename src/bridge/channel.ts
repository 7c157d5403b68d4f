import type { LostReason, OrielError, Side } from '../contract/index.js';
import type { heartbeat } from './heartbeat.js';
import type { Message } from './message.js';

/** What carries messages between two sides. Wires are single use, so a channel makes one for each attempt. */
export interface Channel {
  /** `structured`: what `structuredClone` carries arrives as it left. `bytes`: the channel carries bytes alone. */
  readonly clones: 'structured' | 'bytes';
  /** Whether buffers and ports can be moved. */
  readonly transfers: boolean;
  /** @throws DataCloneError for what can be cloned and yet not be carried; buffers, dates and the like come by here. */
  check?(leaf: object): void;
  /**
   * Opens a wire for one side, or gives `undefined` while there is nobody to reach yet.
   * @param contract - The contract's name, where more than one is served by the same way.
   */
  open(epoch: number, side: Side, contract?: string): Wire | undefined;
}

/** What brings a channel for each client that comes. */
export interface Listener {
  /** @param contract - The name of what is served: clients of another one are somebody else's. */
  listen(accept: (client: Channel) => void, signal: AbortSignal, contract?: string): void;
}

/** One way to the other side, from its opening to its end. It carries messages and knows nothing about them. */
export interface Wire {
  /** @throws DataCloneError when the message holds what the channel can't carry. */
  post(message: Message, transfer?: readonly Transferable[]): void;
  listen(ear: Ear): void;
  /** Where the other side may die without anybody telling: what finds out, also for a guest. */
  readonly heartbeat?: typeof heartbeat;
  /** Where what is said waits in a queue of this page's: calls back once all that waits now has been heard. */
  readonly turn?: (run: () => void) => void;
  /** What the other side's token says for now, where it had to show one. */
  claims?(): unknown;
  close(): void;
}

/** What a wire tells. */
export interface Ear {
  message(message: Message, origin: string): void;
  /** The other side said something that is no message: it costs its time all the same. */
  noise(): void;
  /** Somebody whose origin isn't allowed tried to shake hands. */
  refused(origin: string): void;
  /** Somebody else, a frame beside the other side for one, spoke as if it were the other side. */
  stray(origin: string): void;
  /** The other side is gone, or something that was said: the next epoch begins on a new wire. */
  lost(reason: LostReason): void;
  /** The other side is gone for good, and nobody can take its place here. */
  closed(cause: Error): void;
  /** Why nobody can answer, where that is known before the time is up. */
  failed(error: OrielError): void;
}
