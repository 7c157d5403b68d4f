import { type Message, message } from '../bridge/index.js';

/** What penpal 4 to 6 say. They know no ports: all of it goes through the window. */
interface OldMessage {
  readonly penpal: 'syn' | 'synAck' | 'ack' | 'call' | 'reply';
  readonly id?: unknown;
  readonly methodName?: unknown;
  readonly args?: unknown;
  readonly resolution?: 'fulfilled' | 'rejected';
  readonly returnValue?: unknown;
  readonly returnValueIsError?: boolean;
  readonly methodNames?: readonly string[];
}

let documents = 0;

/** What a guest of penpal 4 to 6 said, as penpal 7 would say it; `undefined` for anything else. */
export function upgrade(data: unknown): Message | undefined {
  const { penpal, id, methodName, args, resolution, returnValue, returnValueIsError } = Object(
    data,
  ) as OldMessage;
  switch (penpal) {
    case 'syn':
      // Each is another document's. It sorts below every id of penpal's, so that this side leads: the old wire has it so.
      return message('SYN', { participantId: `!${++documents}` });
    case 'ack':
      return message('ACK2', {});
    case 'call':
      // They number their calls, and find the answer by the very number.
      if (typeof id !== 'number' || typeof methodName !== 'string') return;
      return message('CALL', { id: String(id), methodPath: [methodName], args: args as [] });
    case 'reply':
      return message('REPLY', {
        callId: id as string,
        value: returnValue,
        ...(resolution !== 'fulfilled' && {
          isError: true,
          isSerializedErrorInstance: returnValueIsError === true,
        }),
      });
  }
  return;
}

/** What they understand of what this side says. They have no farewell, and none of the kit's own messages. */
export function downgrade(outgoing: Message): OldMessage | undefined {
  const { type, id, callId, methodPath = [], methodPaths = [], args, value } = outgoing;
  switch (type) {
    case 'ACK1':
      // The kit's own group is none of theirs.
      return {
        penpal: 'synAck',
        methodNames: methodPaths.filter((path) => path.length === 1).map(([name]) => String(name)),
      };
    case 'CALL':
      return { penpal: 'call', id, methodName: methodPath.join('.'), args };
    case 'REPLY':
      return {
        penpal: 'reply',
        id: Number(callId),
        resolution: outgoing.isError ? 'rejected' : 'fulfilled',
        returnValue: value,
        ...(outgoing.isSerializedErrorInstance && { returnValueIsError: true }),
      };
  }
  return;
}
