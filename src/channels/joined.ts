import { type Bus, type BusEar, checkPortable, type Frame } from '../bridge/index.js';

/** What the sessions on a network carry. */
export const carries = { clones: 'bytes', transfers: false, check: checkPortable } as const;

/** One session's part in a connection. */
export class Joined implements Bus {
  readonly #send: (frame: Frame) => unknown;
  readonly #leave: () => void;
  readonly #early: Frame[] = [];
  #ear: BusEar | undefined;

  /** @param send - Gives whether there is a connection. */
  constructor(send: (frame: Frame) => unknown, leave: () => void) {
    this.#send = send;
    this.#leave = leave;
  }

  /** Before there is a connection a peer asks for its guest, and says nothing else. */
  post(frame: Frame): void {
    if (!this.#send(frame) && (frame.type === 'ask' || frame.type === 'here')) this.#early.push(frame);
  }

  flush(): void {
    for (const frame of this.#early.splice(0)) this.#send(frame);
  }

  listen(ear: BusEar): void {
    this.#ear = ear;
  }

  /** What happens to the connection, as whoever listens is to be told. */
  get ear(): Partial<BusEar> {
    return this.#ear ?? {};
  }

  close(): void {
    this.#ear = undefined;
    this.#leave();
  }
}
