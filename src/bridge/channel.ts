import type { Message } from './message.js';

/** What carries messages between two sides. Wires are single use, so a channel makes one for each attempt. */
export interface Channel {
  /** `structured`: what `structuredClone` carries arrives as it left. `bytes`: the channel carries bytes alone. */
  readonly clones: 'structured' | 'bytes';
  /** Whether buffers and ports can be moved. */
  readonly transfers: boolean;
  /** Opens a wire, or gives `undefined` while there is nobody to reach yet. */
  open(epoch: number): Wire | undefined;
}

/** One way to the other side, from its opening to its end. It carries messages and knows nothing about them. */
export interface Wire {
  /** @throws DataCloneError when the message holds what the channel can't carry. */
  post(message: Message, transfer?: readonly Transferable[]): void;
  listen(ear: Ear): void;
  close(): void;
}

/** What a wire tells. */
export interface Ear {
  message(message: Message, origin: string): void;
  /** Somebody whose origin isn't allowed tried to shake hands. */
  refused(origin: string): void;
}
