import type { Channel, Ear, Message, Wire } from '../../dist/bridge/index.js';

/** Two channels that reach each other in memory, a structured clone and a task away, as windows do. */
export function pair(): { host: Channel; guest: Channel; log: Message[] } {
  const ends: Record<'host' | 'guest', Ear | undefined> = { host: undefined, guest: undefined };
  const log: Message[] = [];
  const channel = (own: 'host' | 'guest', far: 'host' | 'guest'): Channel => ({
    clones: 'structured',
    transfers: true,
    open: (): Wire => {
      let mine: Ear | undefined;
      return {
        post(message, transfer) {
          const copy = structuredClone(message, { transfer: [...(transfer ?? [])] });
          log.push(copy);
          setImmediate(() => ends[far]?.message(copy, `https://${own}.example`));
        },
        listen(ear) {
          ends[own] = mine = ear;
        },
        close() {
          if (ends[own] === mine) ends[own] = undefined;
        },
      };
    },
  });
  return { host: channel('host', 'guest'), guest: channel('guest', 'host'), log };
}
