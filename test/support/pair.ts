import type { Channel, Message } from '../../dist/bridge/index.js';
import { memory } from '../../dist/channels/memory.js';
import { rewired } from './wires.js';

/** A pair in memory that notes what crosses. */
export function pair(): { host: Channel; guest: Channel; log: Message[] } {
  const log: Message[] = [];
  const { host, guest } = memory();
  return { host: logged(host, log), guest: logged(guest, log), log };
}

function logged(channel: Channel, log: Message[]): Channel {
  return rewired(channel, (wire) => ({
    post(message, transfer) {
      // What is moved can't be copied as well, so then the log has what is left.
      const copy = transfer?.length ? message : structuredClone(message);
      wire.post(message, transfer);
      log.push(copy);
    },
  }));
}
