import { Released } from '../contract/index.js';

/** A function of the other side, as it arrives: it runs there, and its answer comes back. */
export interface Callback {
  (...args: unknown[]): Promise<unknown>;
  /** Keeps it beyond the call that brought it. */
  retain(): void;
  /** Gives it up: a call of it rejects with `Released` from now on. `Symbol.dispose` does the same. */
  release(): void;
}

export type AnyFunction = (...args: unknown[]) => unknown;

/** What callbacks need of the connection. */
export interface CallbackWire {
  invoke(id: number, args: unknown[]): Promise<unknown>;
  /** Tells the owner how many times more, or less, one of its functions is held. */
  hold(id: number, times: number): void;
}

interface Held {
  readonly id: number;
  readonly callback: WeakRef<Callback>;
  /** Calls that brought it and still run here. */
  calls: number;
  /** How many times it was given for good, or retained. */
  owed: number;
  /** How it ended, and where. */
  gone?: { how: string; cause?: Error };
}

/**
 * Functions that crossed. The owner counts how often the other side holds each of them and forgets it at none; what is
 * held is given back, or falls with the epoch.
 */
export class Callbacks {
  readonly #wire: CallbackWire;
  readonly #lent = new Map<number, { fn: AnyFunction; holds: number }>();
  readonly #ids = new WeakMap<object, number>();
  readonly #held = new Map<number, Held>();
  readonly #records = new WeakMap<object, Held>();
  // The last resort for what was dropped without a release: a collector takes its time, or never comes.
  readonly #dropped = new FinalizationRegistry<Held>((held) => this.#giveUp(held, 'by the collector'));
  readonly #methods: PropertyDescriptorMap;
  #last = 0;

  constructor(wire: CallbackWire) {
    this.#wire = wire;
    const held = (callback: object) => this.#records.get(callback) as Held;
    const release = {
      value(this: Callback) {
        giveUp(held(this), 'by release()', new Error('It was released here.'));
      },
    };
    const giveUp = this.#giveUp.bind(this);
    const retain = {
      value(this: Callback) {
        const its = held(this);
        check(its);
        its.owed++;
        wire.hold(its.id, 1);
      },
    };
    const { dispose } = Symbol as { dispose?: symbol };
    this.#methods = { release, retain, ...(dispose && { [dispose]: release }) };
  }

  /** How many functions are known here: ours, and the other side's. */
  get counts(): { lent: number; held: number } {
    return { lent: this.#lent.size, held: this.#held.size };
  }

  /** Lends a function of ours once more. @returns its id, the same for as long as it is held. */
  lend(fn: AnyFunction): number {
    let id = this.#ids.get(fn) ?? 0;
    if (!this.#lent.has(id)) {
      id = ++this.#last; // never used again: what is late means nobody
      this.#ids.set(fn, id);
      this.#lent.set(id, { fn, holds: 0 });
    }
    this.hold(id, 1);
    return id;
  }

  /** Changes how often a function of ours is held. At none it can't be called any more. */
  hold(id: number, times: number): void {
    const lent = this.#lent.get(id);
    if (lent && (lent.holds += times) < 1) this.#lent.delete(id);
  }

  /** A function of ours. @throws Released */
  own(id: number): AnyFunction {
    const lent = this.#lent.get(id);
    if (!lent) throw new Released();
    return lent.fn;
  }

  /** The id of one of the other side's functions, while it is held. */
  idOf(callback: object): number | undefined {
    const held = this.#records.get(callback);
    return held?.gone ? undefined : held?.id;
  }

  /** Whether one of the other side's functions is held already. */
  has(id: number): boolean {
    return this.#held.has(id);
  }

  /** Takes a function of the other side's. `borrowed` collects what ends with the call that brought it. */
  take(id: number, borrowed: Callback[] | undefined): Callback {
    const callback = this.#held.get(id)?.callback.deref() ?? this.#create(id);
    const held = this.#records.get(callback) as Held;
    if (borrowed) {
      held.calls++;
      borrowed.push(callback);
    } else held.owed++;
    return callback;
  }

  /** Ends what a call brought, unless it was retained. */
  giveBack(borrowed: readonly Callback[], member: string): void {
    for (const callback of borrowed) {
      const held = this.#records.get(callback) as Held;
      if (--held.calls < 1 && held.owed < 1) this.#giveUp(held, `when "${member}" was answered`);
    }
  }

  /** Ends all of an epoch. */
  end(): void {
    this.#lent.clear();
    for (const held of this.#held.values()) {
      held.owed = 0; // nobody is left to give it back to
      this.#giveUp(held, 'when its connection was lost');
    }
  }

  #create(id: number): Callback {
    const callback = Object.defineProperties(async (...args: unknown[]) => {
      check(held);
      return this.#wire.invoke(id, args);
    }, this.#methods) as Callback;
    const held: Held = { id, callback: new WeakRef(callback), calls: 0, owed: 0 };
    this.#held.set(id, held);
    this.#records.set(callback, held);
    this.#dropped.register(callback, held, held);
    return callback;
  }

  #giveUp(held: Held, how: string, cause?: Error): void {
    if (held.gone) return;
    held.gone = { how, ...(cause && { cause }) };
    this.#dropped.unregister(held);
    if (this.#held.get(held.id) === held) this.#held.delete(held.id);
    if (held.owed) this.#wire.hold(held.id, -held.owed);
  }
}

function check({ gone }: Held): void {
  if (gone) throw new Released(gone.how, gone.cause && { cause: gone.cause });
}
