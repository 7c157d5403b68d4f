import { LimitExceeded, Unsupported } from '../contract/index.js';
import { type AnyFunction, type Callback, Callbacks, type CallbackWire } from './callbacks.js';
import type { Incoming } from './incoming.js';
import type { Limits } from './limits.js';
import { mark } from './message.js';
import { type Encoder, isStreamable } from './outgoing.js';
import { Streams, type StreamWire } from './streams.js';
import { movesOf } from './transfer.js';
import { Walk } from './walk.js';

/** What a call brought that ends when it is answered. */
export interface Borrowed {
  readonly callbacks?: Callback[];
  readonly streams: Incoming[];
}

/** How a value is sent. */
export interface Sending {
  /** What is moved with it. */
  readonly moved?: readonly Transferable[] | undefined;
  /** Collects the functions that are lent for one call; else they are lent until they are released. */
  readonly lent?: number[];
}

/** What `values` needs of the connection. */
export interface ValuesWire extends CallbackWire, StreamWire {
  /** Whether the other side runs this kit: stock penpal knows no markers. */
  readonly extended: boolean;
  /** Refuses what the channel can't carry, though it can be cloned. */
  readonly check: ((leaf: object) => void) | undefined;
  error(thrown: unknown): unknown;
}

/** What crosses, in the form that it crosses in: functions and streams as markers. */
export class Values {
  readonly callbacks: Callbacks;
  readonly streams: Streams;
  readonly limits: Limits;
  readonly #wire: ValuesWire;

  constructor(wire: ValuesWire, limits: Limits) {
    this.#wire = wire;
    this.limits = limits;
    this.callbacks = new Callbacks(wire);
    this.streams = new Streams(wire, limits.streams);
  }

  /** Whether the other side runs this kit. */
  get extended(): boolean {
    return this.#wire.extended;
  }

  get check(): ValuesWire['check'] {
    return this.#wire.check;
  }

  /** @throws NotCloneable, LimitExceeded, Unsupported */
  encode(value: unknown, member: string, sending: Sending = {}): unknown {
    return isBare(value) ? value : new Sent(this, member, sending).visit(value);
  }

  /** Offers what a stream's handler gave. @throws TypeError, LimitExceeded, Unsupported */
  stream(source: unknown, member: string, ended: () => void): object {
    if (!this.extended) throw new Unsupported('Streams');
    if (!isStreamable(source) && !(typeof source === 'object' && source && Symbol.iterator in source))
      throw new TypeError(`The handler of "${member}" must give something iterable, such as a generator.`);
    return { [mark]: 'it', i: this.streams.lend(source as Iterable<unknown>, this.encoder(member), ended) };
  }

  /** @throws LimitExceeded */
  decode(value: unknown, member: string, borrowed?: Borrowed): unknown {
    return isBare(value) ? value : new Arrived(this, member, borrowed).visit(value);
  }

  /** Gives back what nobody waits for any more. */
  discard(value: unknown): void {
    const streams: Incoming[] = [];
    try {
      // Functions are left to the collector.
      new Arrived(this, 'late', { streams }).visit(value);
    } catch {
      // too much of anything: it ends with the epoch
    }
    for (const stream of streams) stream.return();
  }

  /** How the items of one stream are sent. */
  encoder(member: string): Encoder {
    return {
      item: (value) => {
        const moved = movesOf(value);
        const sent = new Sent(this, member, { moved });
        const encoded = sent.visit(value);
        return { encoded, bytes: sent.bytes, moved };
      },
      error: this.#wire.error,
    };
  }

  /** Ends what a call brought, once it is answered. */
  giveBack({ callbacks, streams }: Borrowed, member: string): void {
    if (callbacks?.length) this.callbacks.giveBack(callbacks, member);
    for (const stream of streams) if (!stream.begun) stream.return();
  }

  /** Ends all of an epoch, and what waits for another where it was the last. */
  end(error: unknown, final = false): void {
    this.callbacks.end();
    this.streams.end(error, final);
  }
}

/** Whether it goes as it is: it holds nothing, and nothing of it is counted. */
function isBare(value: unknown): boolean {
  return value == null || typeof value === 'number' || typeof value === 'boolean';
}

class Sent extends Walk {
  readonly #values: Values;
  readonly #lent: number[] | undefined;

  constructor(values: Values, member: string, { moved, lent }: Sending) {
    super(member, values.limits, { moved, check: values.check });
    this.#values = values;
    this.#lent = lent;
  }

  protected swap(value: object): unknown {
    const { extended, streams } = this.#values;
    if (typeof value === 'function') {
      if (!extended) throw new Unsupported('Callbacks');
      return this.#function(value as AnyFunction);
    }
    if (isStreamable(value)) {
      if (!extended) throw new Unsupported('Streams');
      return { [mark]: 'it', i: streams.lend(value, this.#values.encoder(this.member)) };
    }
    return extended && Object.hasOwn(value, mark) ? { [mark]: 'esc', v: this.enter(value) } : undefined;
  }

  #function(fn: AnyFunction): object {
    const { callbacks } = this.#values;
    const theirs = callbacks.idOf(fn);
    if (theirs !== undefined) return { [mark]: 'own', i: theirs };
    const id = callbacks.lend(fn);
    this.#lent?.push(id);
    return { [mark]: 'fn', i: id };
  }
}

class Arrived extends Walk {
  readonly #values: Values;
  readonly #borrowed: Borrowed | undefined;

  constructor(values: Values, member: string, borrowed: Borrowed | undefined) {
    super(member, values.limits, { arrived: true });
    this.#values = values;
    this.#borrowed = borrowed;
  }

  protected swap(value: object): unknown {
    const { callbacks, extended, streams, limits } = this.#values;
    if (!extended || !Object.hasOwn(value, mark)) return;
    const { [mark]: kind, i, v } = value as { [mark]: unknown; i: number; v: object };
    switch (kind) {
      case 'esc':
        return Object(v) === v ? this.enter(v) : v;
      case 'own':
        return callbacks.own(i);
      case 'fn':
        if (!callbacks.has(i) && callbacks.counts.held >= limits.callbacks)
          throw new LimitExceeded('callbacks', limits.callbacks);
        return callbacks.take(i, this.#borrowed?.callbacks);
      case 'it': {
        if (typeof i !== 'number') return; // nobody could pull at it, and nothing would end it
        const stream = streams.take(i, (item) => item);
        this.#borrowed?.streams.push(stream);
        return stream;
      }
    }
    return;
  }
}
