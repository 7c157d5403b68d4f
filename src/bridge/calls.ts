import { type CallOptions, CallTimeout, LimitExceeded } from '../contract/index.js';
import { decode } from './failure.js';
import type { Link } from './link.js';

/** The longest that a timer can wait; whatever is longer is for ever. */
const longest = 2 ** 31 - 1;

/** How many calls may be open at once. */
export const openCalls = 1000;

/** Calls of this side: those that wait for the handshake and those that wait for their answer. */
export class Calls {
  /** The link of the current epoch, or `undefined` while there is none. */
  readonly #link: () => Link | undefined;
  readonly #timeout: number;
  readonly #waiting = new Set<{ send(link: Link): void; fail(error: unknown): void }>();

  constructor(link: () => Link | undefined, timeout: number) {
    this.#link = link;
    this.#timeout = timeout;
  }

  /** Makes a call now, or as soon as there is a link. The result is as the other side sent it. */
  call(
    member: string,
    input: unknown,
    { signal, timeout = this.#timeout, transfer }: CallOptions = {},
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const link = this.#link();
      if (this.#waiting.size + (link?.pending ?? 0) >= openCalls)
        return reject(new LimitExceeded('open calls', openCalls));
      const onAbort = () => waiting.fail(signal?.reason);
      const timer =
        timeout <= longest
          ? setTimeout(() => waiting.fail(new CallTimeout(member, timeout)), timeout)
          : undefined;
      const settled = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        this.#waiting.delete(waiting);
      };
      const waiting = {
        send: (current: Link) => {
          this.#waiting.delete(waiting);
          const { id, answer } = current.call(member, input, transfer);
          waiting.fail = (error) => current.settle(id, error);
          answer.then(
            (value) => (settled(), resolve(value)),
            (value) => (settled(), reject(decode(value, member))),
          );
        },
        fail: (error: unknown) => {
          settled();
          reject(error);
        },
      };
      signal?.addEventListener('abort', onAbort);
      if (link) waiting.send(link);
      else this.#waiting.add(waiting);
    });
  }

  /** Sends what waited. */
  flush(link: Link): void {
    for (const waiting of [...this.#waiting]) waiting.send(link);
  }

  /** Rejects what waits. */
  failAll(error: unknown): void {
    for (const waiting of [...this.#waiting]) waiting.fail(error);
  }
}
