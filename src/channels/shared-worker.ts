import type { Listener } from '../bridge/index.js';
import { port } from './port.js';

/**
 * Inside a `SharedWorker`: each page that connects, on a channel of its own. Call it before the first `await`. A page
 * reaches it with `port(new SharedWorker(…))`.
 * @example
 * serve(ticket, { open: ({ id }) => load(id) }, connections());
 */
export function connections(): Listener {
  return {
    listen: (accept, signal) =>
      addEventListener(
        'connect',
        (event) => {
          const [own] = (event as MessageEvent).ports;
          if (own) accept(port(own));
        },
        { signal },
      ),
  };
}
