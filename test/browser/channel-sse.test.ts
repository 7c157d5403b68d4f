import { sse } from '../../dist/channels/sse.js';
import { reachedSuite } from '../contracts/reached.js';
import { guestUrl } from '../support/sites-url.js';

const made: AbortController[] = [];

reachedSuite({
  test: (title, run) => void test(title, run),
  name: 'sse',
  path: '/stream',
  open: (path, options) =>
    sse(typeof path === 'string' ? guestUrl(path) : () => guestUrl(path()), {
      ...options,
      fetch(url, init) {
        if (init.method) return fetch(url, init);
        // As if the network broke it.
        const broken = new AbortController();
        made.push(broken);
        init.signal?.addEventListener('abort', () => broken.abort());
        return fetch(url, { ...init, signal: broken.signal });
      },
    }),
  made: () => made.length,
  cut: () => made.at(-1)?.abort(),
});
