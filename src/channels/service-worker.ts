import { addressed, type Channel, type Frame, isFrame, type Listener } from '../bridge/index.js';
import { leaving } from './leaving.js';

/**
 * Reaches a service worker from a page, controlled by it or not. Each message wakes it; one that was stopped meanwhile
 * has forgotten its clients, and the peer then begins its next epoch (`lost`, `reload`). Buffers are cloned, never moved.
 * @param registration - Default: the one that this page is in the scope of.
 * @example
 * const offline = client(store, serviceWorker());
 */
export function serviceWorker(
  registration: ServiceWorkerRegistration | Promise<ServiceWorkerRegistration> = navigator.serviceWorker
    .ready,
): Channel {
  return addressed(
    () => {
      const { serviceWorker: container } = navigator;
      const closed = new AbortController();
      const { signal } = closed;
      const early: Frame[] = [];
      let known: ServiceWorkerRegistration | undefined;

      const begin = (ready: ServiceWorkerRegistration) => {
        if (signal.aborted) return;
        known = ready;
        for (const frame of early.splice(0)) ready.active?.postMessage(frame);
      };
      Promise.resolve(registration).then(
        (it) => whenActive(it, () => begin(it), signal),
        () => {}, // a registration that failed is the page's own to tell; the peer says that nobody answers
      );
      return {
        post(frame) {
          // Asked for each time: a newer worker may have taken its place.
          if (known?.active) known.active.postMessage(frame);
          else early.push(frame);
        },
        listen({ hear, leave }) {
          container.addEventListener('message', ({ data }) => hear(data), { signal });
          container.startMessages();
          leaving(leave, signal);
        },
        close: () => closed.abort(),
      };
    },
    { origin: globalThis.origin },
  );
}

/**
 * Inside a service worker: each page that connects, on a channel of its own. Call it before the first `await`.
 * @example
 * serve(store, { read: (key) => cache.get(key) }, serviceWorkerClients());
 */
export function serviceWorkerClients(): Listener {
  return addressed(
    () => {
      const pages = new Map<string, MessageEventSource>();
      const closed = new AbortController();
      return {
        post(frame) {
          const { to = '', type } = frame;
          pages.get(to)?.postMessage(frame);
          if (type === 'end') pages.delete(to);
        },
        listen({ hear }) {
          const listener = ({ data, source }: MessageEvent) => {
            if (!isFrame(data) || !source) return;
            const { from, type } = data;
            // Nobody speaks for a page but that page.
            if (idOf(pages.get(from) ?? source) !== idOf(source)) return;
            pages.set(from, source);
            hear(data);
            if (type === 'end') pages.delete(from);
          };
          addEventListener('message', listener, { signal: closed.signal });
        },
        close: () => closed.abort(),
      };
    },
    // It is stopped and started as the browser likes, and is the only one here.
    { origin: globalThis.origin, own: 'service worker' },
  );
}

const idOf = (source: MessageEventSource) => (source as { id?: string }).id;

function whenActive(registration: ServiceWorkerRegistration, run: () => void, signal: AbortSignal): void {
  if (registration.active) return run();
  const next = registration.installing ?? registration.waiting;
  next?.addEventListener('statechange', () => whenActive(registration, run, signal), { once: true, signal });
}
