import type { Channel } from '../bridge/index.js';
import { type Endpoint, endpointWire } from './endpoint.js';
import { scripted } from './script.js';

/**
 * Reaches a worker. One that a function makes is the channel's own: made at each attempt, and terminated with it.
 * @example
 * const search = client(index, worker(() => new Worker('/search.js', { type: 'module' })));
 */
export function worker(target: Worker | (() => Worker)): Channel {
  return {
    clones: 'structured',
    transfers: true,
    open() {
      const made = typeof target === 'function';
      const own = made ? target() : target;
      const end = () => made && own.terminate();
      return scripted(endpointWire(own as Endpoint, origin(), end), own);
    },
  };
}

/**
 * Reaches, from inside a worker, whoever made it. Call it before the first `await`: what was sent until then waits.
 * @example
 * serve(index, { find: (text) => look(text) }, owner());
 */
export function owner(): Channel {
  return {
    clones: 'structured',
    transfers: true,
    open: () => endpointWire(globalThis as unknown as Endpoint, origin(), () => {}),
  };
}

/** A worker has the origin of the page that made it. */
const origin = () => globalThis.origin ?? '';
