import { LimitExceeded } from '../contract/index.js';
import type { GatewayLimits } from './limits.js';
import type { Meter } from './meter.js';
import { type Ended, Outlet } from './outlet.js';
import { Refusal } from './problem.js';
import type { Caller } from './tokens.js';

/** A stream that is open to one client. */
export interface OpenStream {
  readonly outlet: Outlet;
  /** Aborted when it is over, whoever ended it. */
  readonly signal: AbortSignal;
  /** Ends it, with its last word. */
  end(why: Ended): void;
}

interface StreamOptions {
  /** What it is counted as. */
  readonly kind: 'events' | 'call';
  /** Its last word, and after how many ms to come back. */
  readonly last: (why: Ended, retry: number) => string;
  /** Called at each beat, if nothing waits for the reader. */
  readonly beat: () => void;
}

/** A timer can't wait longer. */
const longestTimer = 2 ** 31 - 1;

/** All streams that are open: counted, kept alive, and ended when their token, their reader or the gateway does. */
export class Streams {
  /** How often something is said on a stream that is idle, in ms. */
  readonly beat: number;
  readonly #limits: GatewayLimits;
  readonly #meter: Meter;
  readonly #open = new Set<(why: Ended) => void>();
  readonly #callers = new Map<string, number>();

  constructor(limits: GatewayLimits, meter: Meter, beat: number) {
    this.#limits = limits;
    this.#meter = meter;
    this.beat = beat;
    meter.gauge(
      'oriel_streams_open',
      'Streams that are open, of events and of calls.',
      () => this.#open.size,
    );
  }

  /** @throws Refusal (503), LimitExceeded */
  open(caller: Caller, { kind, last, beat }: StreamOptions): OpenStream {
    const gone = new AbortController();
    const end = (why: Ended) => {
      // All of them come back, so spread over five seconds.
      const retry = why === 'shutdown' ? 1000 + Math.round(Math.random() * 5000) : 1000;
      if (why === 'slow') outlet.cut(last(why, retry));
      else outlet.close(last(why, retry));
    };
    const admitted = this.admit(caller, kind, end);
    const timers = [
      setInterval(() => outlet.idle && beat(), this.beat),
      setTimeout(() => admitted.end('auth-expired'), Math.min(caller.expires - Date.now(), longestTimer)),
    ];
    const outlet = new Outlet(this.#limits.queue, () => {
      for (const timer of timers) clearTimeout(timer);
      admitted.leave();
      gone.abort();
    });
    return { outlet, signal: gone.signal, end: admitted.end };
  }

  /**
   * Counts one more of a caller's streams, until it leaves.
   * @returns what ends it, and counts why; and what says that it is over
   * @throws Refusal (503), LimitExceeded
   */
  admit(
    { id }: Caller,
    kind: StreamOptions['kind'],
    end: (why: Ended) => void,
  ): { readonly end: (why: Ended) => void; readonly leave: () => void } {
    const { streams, streamsPerCaller } = this.#limits;
    if (this.#open.size >= streams)
      throw new Refusal(503, 'limit', `There are ${streams} streams already. Come back later.`, {
        headers: { 'retry-after': '5' },
      });
    const own = this.#callers.get(id) ?? 0;
    if (own >= streamsPerCaller) throw new LimitExceeded('open streams of one caller', streamsPerCaller);
    this.#callers.set(id, own + 1);
    const counted = (why: Ended) => {
      this.#meter.count('oriel_streams_ended_total', 'Streams that the gateway ended.', { kind, why });
      end(why);
    };
    this.#open.add(counted);
    const leave = () => {
      if (!this.#open.delete(counted)) return;
      const left = (this.#callers.get(id) ?? 1) - 1;
      if (left) this.#callers.set(id, left);
      else this.#callers.delete(id);
    };
    return { end: counted, leave };
  }

  /** Ends all, and tells each when to come back. */
  close(): void {
    for (const end of [...this.#open]) end('shutdown');
  }
}
