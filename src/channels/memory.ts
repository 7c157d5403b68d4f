import type { Channel, Ear, Wire } from '../bridge/index.js';
import { task } from './task.js';

type End = 'host' | 'guest';

/**
 * Two channels that reach each other in one page or process, a structured clone and a task away, as windows do.
 * @example
 * const { host, guest } = memory();
 * serve(ticket, { open: ({ id }) => show(id) }, guest);
 * await client(ticket, host).open({ id: '42' });
 */
export function memory(): { readonly host: Channel; readonly guest: Channel } {
  const ears: Record<End, Ear | undefined> = { host: undefined, guest: undefined };
  const channel = (own: End, far: End): Channel => ({
    clones: 'structured',
    transfers: true,
    open: (): Wire => {
      let mine: Ear | undefined;
      return {
        post(message, transfer = []) {
          const copy = structuredClone(message, { transfer: [...transfer] });
          task(() => ears[far]?.message(copy, ''));
        },
        listen(ear) {
          ears[own] = mine = ear;
        },
        close() {
          if (ears[own] === mine) ears[own] = undefined;
        },
      };
    },
  });
  return { host: channel('host', 'guest'), guest: channel('guest', 'host') };
}
