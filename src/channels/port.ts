import { type Channel, heartbeat, message } from '../bridge/index.js';
import { endpointWire } from './endpoint.js';
import { leaving } from './leaving.js';
import { scripted } from './script.js';

/**
 * Reaches whoever has the other end of a `MessagePort`: a page, a worker, a thread of Node's; or a `SharedWorker`, which
 * also tells why its script can't answer. The port is the channel's own from here on, and closed with it. A function is
 * asked at each attempt for a port that is new.
 * @example
 * const tickets = client(ticket, port(new SharedWorker('/tickets.js', { type: 'module' })));
 */
export function port(
  target: MessagePort | SharedWorker | (() => MessagePort | SharedWorker | undefined),
): Channel {
  let used = false;
  const next = () => {
    if (typeof target === 'function') return target();
    // A port that was closed leads nowhere.
    const fresh = used ? undefined : target;
    used = true;
    return fresh;
  };
  return {
    clones: 'structured',
    transfers: true,
    open() {
      const given = next();
      if (!given) return;
      const own = 'port' in given ? given.port : given;
      const gone = new AbortController();
      // Most engines don't tell a port that its other end's page is gone.
      leaving(() => own.postMessage(message('DESTROY', {})), gone.signal);
      const wire = endpointWire(own, '', () => {
        gone.abort();
        own.close();
      });
      return { ...('port' in given ? scripted(wire, given) : wire), heartbeat };
    },
  };
}
