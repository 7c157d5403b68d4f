import type { Wire } from '../bridge/index.js';
import { EmbedError } from '../contract/index.js';

/** A worker's wire, which also tells why its script can't answer. */
export function scripted(wire: Wire, own: Worker | SharedWorker): Wire {
  const over = new AbortController();
  return {
    ...wire,
    listen(ear) {
      wire.listen({
        ...ear,
        message(incoming, from) {
          over.abort(); // what it throws from now on is its own affair
          ear.message(incoming, from);
        },
      });
      const tell = (event: Event) => ear.failed(failure(event));
      own.addEventListener('error', tell, { signal: over.signal });
    },
    close() {
      over.abort();
      wire.close();
    },
  };
}

/** An event without a message is all that a page gets of a script that didn't load: the reason is in the console. */
function failure({ message = '', filename, lineno }: Partial<ErrorEvent>): EmbedError {
  const text = message
    ? `The worker's script failed before it answered: ${message} (${filename}:${lineno}).`
    : "The worker's script did not load. Does its address exist, as JavaScript, and does this page's CSP allow it (worker-src)?";
  return new EmbedError('never-loaded', text);
}
