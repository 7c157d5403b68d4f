import { few } from './backlog.js';
import type { Wire } from './channel.js';
import { type Message, message } from './message.js';

/** More than this isn't kept back. */
const most = 4096;

/**
 * What is said in one microtask leaves as one message, but for the first, which leaves at once; where many do so in one
 * task, what is said in the rest of it leaves as one. Whatever waits holds nothing of the caller's: it was copied on its
 * way here.
 */
export class Batch {
  /** Whether the other side understands it. */
  on = false;
  readonly #wire: Pick<Wire, 'post' | 'turn'>;
  readonly #failed: (item: Message, cause: unknown) => void;
  #waiting: Message[] | undefined;
  /** How many have left by themselves in this task, or a few. */
  #alone = 0;

  /** @param failed - Told what had waited, and then could not be sent. */
  constructor(wire: Pick<Wire, 'post' | 'turn'>, failed: (item: Message, cause: unknown) => void) {
    this.#wire = wire;
    this.#failed = failed;
  }

  post(outgoing: Message, transfer: readonly Transferable[] = []): void {
    if (!this.on || transfer.length) {
      this.flush();
      return this.#wire.post(outgoing, transfer);
    }
    if (this.#waiting) {
      if (this.#waiting.push(outgoing) >= most) this.flush();
      return;
    }
    this.#wire.post(outgoing);
    this.#waiting = [];
    const { turn } = this.#wire;
    if (!turn || ++this.#alone < few) return queueMicrotask(() => this.flush());
    turn(() => {
      this.#alone = 0;
      this.flush();
    });
  }

  /** Sends what waits. */
  flush(): void {
    const items = this.#waiting;
    this.#waiting = undefined;
    if (!items?.length) return;
    try {
      this.#wire.post(items.length > 1 ? message('BATCH', { items }) : (items[0] as Message));
    } catch {
      // Too much together, or one of them is: which then fails alone.
      for (const item of items) this.#postAlone(item);
    }
  }

  #postAlone(item: Message): void {
    try {
      this.#wire.post(item);
    } catch (cause) {
      this.#failed(item, cause);
    }
  }
}
