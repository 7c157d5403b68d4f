import type { Channel, Message, Wire } from '../bridge/index.js';

/** A channel that fails on demand. Its delays are `setTimeout`'s, so a runner's fake timers hold for them. */
export interface FaultyChannel extends Channel {
  /** What this end sends. */
  readonly out: Lane;
  /** What this end gets. */
  readonly in: Lane;
  /** From now on nothing passes, either way, and nobody is told. */
  disconnect(): void;
  /** Lets messages pass again; what was said meanwhile is lost. */
  reconnect(): void;
}

/** Messages in one direction, handshakes included. What is asked for befalls the next ones, in that order. */
export interface Lane {
  drop(count?: number): void;
  duplicate(count?: number): void;
  /** Keeps so many back, and lets them go in reverse order. */
  reorder(count?: number): void;
  /** Holds each back for that long, from now on. */
  delay(ms: number): void;
}

/**
 * Wraps one end of a channel, so that a test can have its messages delayed, dropped, doubled or swapped.
 * @example
 * const { host, guest } = memory();
 * const faulty = faults(host);
 * const peer = connect({ channel: faulty, contract: ticket, side: 'host' });
 * await peer.ready;
 * faulty.out.drop();
 * await assert.rejects(peer.remote.open({ id: '42' }, { timeout: 50 }), { code: 'timeout' });
 */
export function faults(channel: Channel): FaultyChannel {
  let connected = true;
  const outgoing = new FaultyLane(() => connected);
  const incoming = new FaultyLane(() => connected);
  return {
    ...channel,
    out: outgoing,
    in: incoming,
    disconnect() {
      connected = false;
    },
    reconnect() {
      connected = true;
    },
    open(...at) {
      const wire = channel.open(...at);
      return wire && faultyWire(wire, outgoing, incoming);
    },
  };
}

function faultyWire(wire: Wire, outgoing: FaultyLane, incoming: FaultyLane): Wire {
  return {
    ...wire,
    post(message, transfer) {
      // Whatever waits was copied by the bridge before. What is moved with it is moved when it leaves, and once.
      outgoing.pass(message, (passing) => wire.post(passing, passing === message ? transfer : undefined));
    },
    listen(ear) {
      wire.listen({
        message: (message, origin) => incoming.pass(message, (passing) => ear.message(passing, origin)),
        noise: () => ear.noise(),
        refused: (origin) => ear.refused(origin),
        stray: (origin) => ear.stray(origin),
        lost: (reason) => ear.lost(reason),
        closed: (cause) => ear.closed(cause),
        failed: (error) => ear.failed(error),
      });
    },
  };
}

type Send = (message: Message) => void;

class FaultyLane implements Lane {
  readonly #connected: () => boolean;
  readonly #next: ('drop' | 'duplicate' | { of: number; held: (() => void)[] })[] = [];
  #ms = 0;

  constructor(connected: () => boolean) {
    this.#connected = connected;
  }

  drop(count = 1): void {
    for (let i = 0; i < count; i++) this.#next.push('drop');
  }

  duplicate(count = 1): void {
    for (let i = 0; i < count; i++) this.#next.push('duplicate');
  }

  reorder(count = 2): void {
    const swap = { of: count, held: [] };
    for (let i = 0; i < count; i++) this.#next.push(swap);
  }

  delay(ms: number): void {
    this.#ms = ms;
  }

  pass(message: Message, send: Send): void {
    if (!this.#connected()) return;
    const fault = this.#next.shift();
    if (fault === 'drop') return;
    // Copied before whoever gets the first one changes it.
    const second = fault === 'duplicate' ? copyOf(message) : undefined;
    const go = () => {
      this.#later(() => send(message));
      if (second) this.#later(() => send(second));
    };
    if (typeof fault !== 'object') return go();
    fault.held.push(go);
    if (fault.held.length === fault.of) for (const held of fault.held.reverse()) held();
  }

  #later(run: () => void): void {
    if (this.#ms > 0) setTimeout(() => this.#connected() && run(), this.#ms);
    else run();
  }
}

// What was moved can't be had twice.
function copyOf(message: Message): Message | undefined {
  try {
    return structuredClone(message);
  } catch {
    return;
  }
}
