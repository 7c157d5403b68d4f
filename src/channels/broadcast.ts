import { addressed, type Channel, type Listener } from '../bridge/index.js';
import { leaving } from './leaving.js';

/**
 * Connects pages and workers of one origin (or threads of one Node process) by a `BroadcastChannel`. Each pair has a
 * connection of its own, whoever else listens: a host is answered by one guest, and `serve` answers any number of hosts.
 * Whoever can open the channel can read what crosses. Buffers are cloned, never moved.
 * @example
 * serve(cart, { add: (item) => items.push(item) }, broadcast('cart')); // in one tab
 * await client(cart, broadcast('cart')).add(item); // in each other one
 */
export function broadcast(name: string): Channel & Listener {
  return addressed(
    () => {
      const bus = new BroadcastChannel(name);
      const closed = new AbortController();
      return {
        post: (frame) => bus.postMessage(frame),
        listen({ hear, leave }) {
          bus.onmessage = ({ data }) => hear(data);
          leaving(leave, closed.signal);
        },
        close() {
          closed.abort();
          bus.close();
        },
      };
    },
    { origin: globalThis.origin },
  );
}
