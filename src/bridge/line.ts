import type { LostReason, OrielError } from '../contract/index.js';
import type { Frame } from './bus.js';
import type { Ear } from './channel.js';
import { type Message, message } from './message.js';

/** Says something on a bus, in one side's name. */
export type Send = (frame: Pick<Frame, 'type' | 'to' | 'session' | 'contract' | 'n' | 'message'>) => void;

/** One end of a session. What is said is counted: nothing is heard twice, and what is missing does not go unnoticed. */
export class Line {
  readonly session: string;
  /** The other end, once it is known. */
  to: string | undefined;
  readonly #send: Send;
  readonly #origin: string;
  readonly #closed: () => void;
  readonly #final: boolean;
  #said = 0;
  #heard = 0;
  #ear: Ear | undefined;
  #early: Message[] = [];
  #over = false;

  /** @param final - Whether the end of the session is the end of the peer. */
  constructor(send: Send, session: string, origin: string, closed: () => void, final = false) {
    this.#send = send;
    this.session = session;
    this.#origin = origin;
    this.#closed = closed;
    this.#final = final;
  }

  post(outgoing: Message): void {
    if (this.to === undefined || this.#over) return;
    this.#send({ type: 'say', session: this.session, to: this.to, n: this.#said + 1, message: outgoing });
    this.#said++; // only what could be carried: the other end misses none
  }

  listen(ear: Ear): void {
    this.#ear = ear;
    if (!this.#early.length) return;
    queueMicrotask(() => {
      for (const early of this.#early.splice(0)) this.take(early);
    });
  }

  hear({ type, n = 0, message: incoming }: Frame): void {
    if (type === 'end') return this.end('reload');
    if (type !== 'say' || n <= this.#heard) return;
    if (n > this.#heard + 1) return this.end('transport');
    this.#heard = n;
    this.take(incoming as Message);
  }

  take(incoming: Message): void {
    if (this.#over) return;
    if (this.#ear) this.#ear.message(incoming, this.#origin);
    else this.#early.push(incoming);
  }

  /** Says that this end goes away. */
  readonly leave = (): void => {
    if (this.to !== undefined) this.#send({ type: 'end', session: this.session, to: this.to });
  };

  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.leave();
    this.#closed();
  }

  /** The other end is gone, or what carries this one. */
  end(reason: LostReason): void {
    if (this.#final) this.take(message('DESTROY', {}));
    else this.#ear?.lost(reason);
  }

  failed(error: OrielError): void {
    this.#ear?.failed(error);
  }
}
