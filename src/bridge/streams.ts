import { type CallOptions, LimitExceeded, UnknownMember } from '../contract/index.js';
import { Deadlines } from './deadlines.js';
import { Incoming, type IncomingWire } from './incoming.js';
import { type Chunk, type Encoder, Outgoing } from './outgoing.js';

/** What streams need of the connection. */
export type StreamWire = Pick<IncomingWire, 'pull' | 'stop'>;

/** The streams that are open in either direction. */
export class Streams {
  readonly #wire: StreamWire;
  readonly #most: number;
  readonly #outgoing = new Map<number, Outgoing>();
  readonly #incoming = new Set<Incoming>();
  readonly #deadlines = new Deadlines();
  #last = 0;

  constructor(wire: StreamWire, most: number) {
    this.#wire = wire;
    this.#most = most;
  }

  get counts(): { outgoing: number; incoming: number } {
    return { outgoing: this.#outgoing.size, incoming: this.#incoming.size };
  }

  /** Offers a stream of ours. @returns its id. @throws LimitExceeded */
  lend(source: AsyncIterable<unknown> | Iterable<unknown>, encoder: Encoder, ended?: () => void): number {
    this.#room(this.#outgoing);
    const id = ++this.#last;
    const over = () => {
      this.#outgoing.delete(id);
      ended?.();
    };
    this.#outgoing.set(id, new Outgoing(source, encoder, this.#deadlines, over));
    return id;
  }

  /** Whether a stream of ours is open: its credit bounds what pulls of it bring. */
  has(id: unknown): boolean {
    return this.#outgoing.has(id as number);
  }

  /** Answers a pull of the other side's. */
  pull(id: number, credit: number, patience: number, moved: Transferable[]): Promise<Chunk> {
    const stream = this.#outgoing.get(id);
    // It has ended while this pull was under way.
    if (!stream) {
      if (id > 0 && id <= this.#last) return Promise.resolve({ items: [], done: true });
      return Promise.reject(new UnknownMember(`stream ${id}`));
    }
    return stream.pull(credit, patience, moved);
  }

  stop(id: number): void {
    this.#outgoing.get(id)?.stop();
  }

  /** Takes a stream of the other side's. @throws LimitExceeded */
  take(
    id: IncomingWire['id'],
    check: (item: unknown) => unknown,
    { credit, timeout }: Pick<CallOptions, 'credit' | 'timeout'> = {},
    over?: () => void,
  ): Incoming {
    this.#room(this.#incoming);
    const { pull, stop } = this.#wire;
    const ended = () => {
      this.#incoming.delete(stream);
      over?.();
    };
    const stream: Incoming = new Incoming({ id, pull, stop, check, ended }, credit, timeout);
    this.#incoming.add(stream);
    return stream;
  }

  /** Ends all of an epoch: readers get the error, and producers their `finally`. */
  end(error: unknown, final: boolean): void {
    for (const stream of [...this.#incoming]) stream.lost(error, final);
    for (const stream of [...this.#outgoing.values()]) stream.stop();
    this.#deadlines.clear();
  }

  #room({ size }: { readonly size: number }): void {
    if (size >= this.#most) throw new LimitExceeded('open streams', this.#most);
  }
}
