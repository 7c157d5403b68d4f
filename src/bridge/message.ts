import type { ContractIdentity } from './hello.js';

/** The version of what this kit adds to penpal's wire. */
export const wireVersion = 1;

/** What says hello on a handshake message, beside penpal's own fields. SYN goes to `*` and carries no more than this. */
export interface Greeting {
  readonly v: number;
  /** One letter for each feature of the wire that this side understands. */
  readonly f: string;
}

/** What ACK1 and ACK2 carry: they go to a checked origin, one from each side. */
export interface Hello extends Greeting, ContractIdentity {
  readonly members: readonly string[];
  readonly props?: object;
  /** Whom it answers: the participant that the other side's SYN named. */
  readonly to?: string | undefined;
}

/** penpal 7's messages, and two of ours (`NOTE`, `REFUSE`) that penpal passes over. */
export interface Message {
  readonly namespace: 'penpal';
  readonly channel: undefined;
  readonly type: 'SYN' | 'ACK1' | 'ACK2' | 'CALL' | 'REPLY' | 'DESTROY' | 'NOTE' | 'REFUSE';
  readonly participantId?: string;
  readonly id?: string;
  readonly callId?: string;
  readonly methodPath?: readonly string[];
  readonly isError?: boolean;
  readonly value?: unknown;
  readonly topic?: string;
  readonly payload?: unknown;
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
