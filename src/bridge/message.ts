import type { ContractIdentity } from './hello.js';

/** The kit's own key, inside values and as the group of its own methods. No member may be called so. */
export const mark = '@oriel';

/** What says hello on a handshake message, beside penpal's own fields. SYN goes to `*` and carries no more than this. */
export interface Greeting {
  readonly v: number;
  /** One letter for each feature of the wire that this side understands. */
  readonly f: string;
}

/** What this side says of itself: version 1 of what the kit adds to penpal's wire; batches, markers, control notes. */
export const greeting: Greeting = { v: 1, f: 'bmc' };

/** What ACK1 and ACK2 carry: they go to a checked origin, one from each side. */
export interface Hello extends Greeting, ContractIdentity {
  readonly members: readonly string[];
  readonly props?: unknown;
  /** Whom it answers: the participant that the other side's SYN named. */
  readonly to?: string | undefined;
}

/** penpal 7's messages, and three of ours that penpal passes over: `NOTE`, `REFUSE` and `BATCH`. */
export interface Message {
  readonly namespace: 'penpal';
  readonly channel: undefined;
  readonly type: 'SYN' | 'ACK1' | 'ACK2' | 'CALL' | 'REPLY' | 'DESTROY' | 'NOTE' | 'REFUSE' | 'BATCH';
  readonly participantId?: string;
  readonly id?: string;
  readonly callId?: string;
  readonly methodPath?: readonly string[];
  /** What ACK1 says can be called. */
  readonly methodPaths?: readonly (readonly string[])[];
  readonly args?: readonly unknown[];
  readonly isError?: boolean;
  readonly value?: unknown;
  /** Stock penpal's mark on an Error that it took apart. */
  readonly isSerializedErrorInstance?: boolean;
  readonly topic?: string;
  readonly payload?: unknown;
  readonly items?: readonly unknown[];
  readonly oriel?: Greeting | Hello;
}

export function message(type: Message['type'], fields: Partial<Message>): Message {
  return { namespace: 'penpal', channel: undefined, type, ...fields };
}

/** Whether something that arrived has the shape of a message of penpal's. Never throws, whatever it is given. */
export function isMessage(data: unknown): data is Message {
  return (
    typeof data === 'object' &&
    data !== null &&
    (data as Message).namespace === 'penpal' &&
    (data as Message).channel === undefined &&
    typeof (data as Message).type === 'string'
  );
}
