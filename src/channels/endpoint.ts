import { isMessage, message, type Wire } from '../bridge/index.js';
import { task } from './task.js';

/** What ports and workers have in common. */
export interface Endpoint {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(
    type: string,
    listener: (event: MessageEvent) => void,
    options: { readonly signal: AbortSignal },
  ): void;
  start?(): void;
}

/** A wire over something that reaches one other side and no more. */
export function endpointWire(endpoint: Endpoint, origin: string, end: () => unknown): Wire {
  const closed = new AbortController();
  const { signal } = closed;
  return {
    turn: task,
    post: (outgoing, transfer = []) => endpoint.postMessage(outgoing, [...transfer]),
    listen(ear) {
      const hear = ({ data }: MessageEvent) => (isMessage(data) ? ear.message(data, origin) : ear.noise());
      endpoint.addEventListener('message', hear, { signal });
      // Some engines tell when a port's other end is gone.
      endpoint.addEventListener('close', () => ear.message(message('DESTROY', {}), origin), { signal });
      endpoint.start?.();
    },
    close() {
      closed.abort();
      end();
    },
  };
}
