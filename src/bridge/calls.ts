import {
  type CallOptions,
  CallTimeout,
  LimitExceeded,
  type OrielError,
  Unsupported,
} from '../contract/index.js';
import { Deadlines } from './deadlines.js';
import { decode, encode } from './failure.js';
import type { Link } from './link.js';
import { snapshot } from './snapshot.js';
import type { Values } from './values.js';

/** One call of the other side's. */
export interface Target {
  /** The contract's name for it, for errors. */
  readonly member: string;
  readonly path: readonly string[];
  /** What the caller gets of an answer that was decoded. */
  readonly output?: (value: unknown) => unknown;
  /** Collects the functions that the call lends, where they are to outlive it. */
  readonly lent?: number[];
  /** Whether the answer is wanted as it came. */
  readonly raw?: boolean;
  /** Whether it begins a stream, which stock penpal can't. */
  readonly streams?: boolean;
  /** Names this very call. */
  readonly key?: string;
}

interface Waiting {
  send(link: Link): void;
  fail(error: unknown): void;
}

/** What calls need of their peer. */
export interface CallsPeer {
  readonly values: Values;
  readonly timeout: number;
  /** The link of the current epoch, or `undefined` while there is none. */
  link(): Link | undefined;
}

/** Calls of this side: those that wait for the handshake and those that wait for their answer. */
export class Calls {
  readonly #peer: CallsPeer;
  readonly #waiting = new Set<Waiting>();
  readonly #deadlines = new Deadlines();

  constructor(peer: CallsPeer) {
    this.#peer = peer;
  }

  /** How many wait for the handshake. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Makes a call now, or as soon as there is a link. What it lent ends with it. */
  call(target: Target, args: readonly unknown[], options: CallOptions = {}): Promise<unknown> {
    const { values } = this.#peer;
    const { limits } = values;
    const { member, path, output, lent = [] } = target;
    const { signal, timeout = this.#peer.timeout, transfer: moved } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const link = this.#peer.link();
      if (this.#waiting.size + (link?.pending ?? 0) >= limits.calls)
        return reject(new LimitExceeded('open calls', limits.calls));
      const onAbort = () => waiting.fail(signal?.reason);
      const intime = this.#deadlines.add(timeout, () => waiting.fail(new CallTimeout(member, timeout)));
      const settled = () => {
        intime();
        signal?.removeEventListener('abort', onAbort);
        this.#waiting.delete(waiting);
        if (!target.lent) for (const id of lent) values.callbacks.hold(id, -1);
      };
      const fail = (error: unknown) => {
        settled();
        reject(error);
      };
      const waiting: Waiting = {
        fail,
        send: (current) => {
          this.#waiting.delete(waiting);
          let encoded: unknown[];
          try {
            if (target.streams && !current.extended) throw new Unsupported('Streams');
            encoded = args.map((arg) => values.encode(arg, member, { moved: moved ?? [], lent }));
            if (target.key !== undefined && current.extended) encoded.push(target.key);
          } catch (error) {
            return fail(error);
          }
          const id = current.call(path, encoded, moved, {
            answer({ isError, value, isSerializedErrorInstance: apart }) {
              if (isError) return fail(decode(value, member, apart));
              try {
                // First, since it may bring home a function that was lent for this call.
                const decoded = target.raw ? value : values.decode(value, member);
                resolve(output ? output(decoded) : decoded);
                settled();
              } catch (error) {
                fail(error);
              }
            },
            fail,
          });
          waiting.fail = (error) => {
            if (current.settle(id, error) && current.extended)
              current.note('abort', { id, reason: encode(error, false) });
          };
        },
      };
      signal?.addEventListener('abort', onAbort);
      if (link) return waiting.send(link);
      // It leaves later, as it is now.
      try {
        args = args.map((arg) => snapshot(arg, member, limits, moved));
      } catch (error) {
        return fail(error);
      }
      this.#waiting.add(waiting);
    });
  }

  /** Sends what waited. */
  flush(link: Link): void {
    for (const waiting of [...this.#waiting]) waiting.send(link);
  }

  /** Rejects what waits, for good. */
  end(error: () => OrielError): void {
    for (const waiting of [...this.#waiting]) waiting.fail(error());
    this.#deadlines.clear();
  }
}
