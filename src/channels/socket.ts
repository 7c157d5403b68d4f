import { pack, unpack } from '../bridge/index.js';
import type { Pipe } from './connection.js';
import { type Ended, most, silent, type TokenNote } from './notes.js';
import { Watch } from './watch.js';

/** A method's type, since those are compared loosely: the events of `ws` are not the web's. */
interface Hearing {
  hear(event: object): void;
}

/** A WebSocket as the web has it; those of `ws` are alike. */
export interface Socket {
  binaryType: string;
  readonly bufferedAmount: number;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  /** Those of a server can ask whether anybody is left, and give up at once. */
  ping?(): void;
  on?(event: 'pong', listener: () => void): void;
  terminate?(): void;
  addEventListener(type: 'open' | 'message' | 'close' | 'error', listener: Hearing['hear']): void;
}

/** Carries values over an open socket, until it ends; which it says once, whoever ended it. */
export class Frames implements Pipe {
  readonly #socket: Socket;
  readonly #hear: (value: unknown) => void;
  readonly #ended: (how: Ended) => void;
  readonly #watch: Watch;
  readonly #queue: number;
  /** How much of one message had to wait, of those that wait. */
  #longest = 0;
  #over = false;

  /** @param queue - How many bytes may wait, besides one message however long. */
  constructor(
    socket: Socket,
    hear: (value: unknown) => void,
    ended: (how: Ended) => void,
    queue: number = most,
  ) {
    this.#socket = socket;
    this.#hear = hear;
    this.#ended = ended;
    this.#queue = queue;
    this.#watch = new Watch(() => {
      this.close(silent, 'Nothing was heard for too long.');
      socket.terminate?.(); // which else waits for an answer
    });
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('message', ({ data }: { data: string | ArrayBuffer }) => this.#receive(data));
    socket.addEventListener('close', ({ code, reason }: Ended) => this.#end({ code, reason }));
    socket.on?.('pong', () => this.#watch.heard());
    socket.addEventListener('error', () => {}); // it closes next, and says no more about why
  }

  /** @throws DataCloneError */
  send(value: object): void {
    if (this.#over) return;
    const before = this.#socket.bufferedAmount;
    this.#socket.send(pack(value));
    const waits = this.#socket.bufferedAmount;
    this.#longest = Math.max(before && this.#longest, waits - before);
    if (waits - this.#longest > this.#queue) this.close(1013, 'The other side reads too slowly.');
  }

  renew(token: string): void {
    this.send({ oriel: 'token', token } satisfies TokenNote);
  }

  /** Ends it, here and now: a line that is dead never says that it has closed. */
  close(code = 1000, reason = ''): void {
    this.#socket.close(code, reason);
    this.#end({ code, reason });
  }

  ping(): void {
    if (!this.#over) this.#socket.ping?.();
  }

  expect(every: number): void {
    this.#watch.expect(every);
  }

  #receive(data: string | ArrayBuffer): void {
    if (this.#over) return;
    this.#watch.heard();
    let value: unknown;
    try {
      value = unpack(data);
    } catch {
      return this.close(1007, 'Not a frame.');
    }
    this.#hear(value);
  }

  #end(how: Ended): void {
    if (this.#over) return;
    this.#over = true;
    this.#watch.stop();
    this.#ended(how);
  }
}
