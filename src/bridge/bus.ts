import type { OrielError, Side } from '../contract/index.js';
import { isMessage, type Message } from './message.js';

/** What carries frames to everybody who listens, oneself perhaps included. */
export interface Bus {
  /** @throws DataCloneError when the frame holds what the bus can't carry. */
  post(frame: Frame): void;
  listen(ear: BusEar): void;
  close(): void;
}

/** What a bus tells. */
export interface BusEar {
  hear(frame: unknown): void;
  /** To be called when this page or process goes away for good: it says so to the others. */
  leave(): void;
  /** The bus carries nothing any more. */
  lost(): void;
  /** The bus carries nothing for now, and why; it may carry something later. */
  failed(error: OrielError): void;
}

/**
 * What is said on a bus. A guest says that it is `here`, to all; a host asks for one, to all or to one that has just come;
 * from then on the two of them `say` what penpal does, until one of them says that this session has come to its `end`.
 */
export interface Frame {
  readonly oriel: 'bus';
  readonly type: 'here' | 'ask' | 'say' | 'end';
  readonly side: Side;
  readonly from: string;
  /** Nobody stands for all. */
  readonly to?: string | undefined;
  /** One pair's connection; the host names it. */
  readonly session?: string;
  /** With `ask`: the contract that a guest is asked for, by its name. */
  readonly contract?: string | undefined;
  /** Counts what this side has said in this session. */
  readonly n?: number;
  readonly message?: Message;
}

/** Whether something that was heard has the shape of a frame. Never throws, whatever it is given. */
export function isFrame(data: unknown): data is Frame {
  const { oriel, type, from, session, message: carried } = Object(data) as Partial<Frame>;
  if (oriel !== 'bus' || typeof from !== 'string') return false;
  if (type === 'here') return true;
  if (typeof session !== 'string') return false;
  return type === 'end' || ((type === 'ask' || type === 'say') && isMessage(carried));
}
