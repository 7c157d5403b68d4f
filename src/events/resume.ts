import { type Cursor, compareCursors, type Position } from './cursor.js';
import type { Envelope } from './envelope.js';
import { FreshnessStore } from './freshness.js';

/** An event, and the place after it. */
export interface Arrived {
  readonly cursor: Cursor;
  readonly event: Envelope;
}

/** What was missed can't be had any more. */
export interface Missed {
  readonly reason: string;
  /** Before the oldest event that is kept. */
  readonly earliest: Cursor;
  /** After the newest. */
  readonly latest: Cursor;
}

/** A page of a log, or what a gateway makes of one. */
export type Answer =
  | { readonly answer: 'replayed' | 'live'; readonly events: readonly Arrived[]; readonly next: Cursor }
  | ({ readonly answer: 'reset' } & Missed);

export interface ResumeOptions {
  /** Where to begin: what `position` was when the page was here last. Default `latest`. */
  readonly after?: Position;
  /** How many ids are remembered, so that none is shown twice. Default 1,000. */
  readonly ids?: number;
  /** Where to go on after a reset. Default `latest`, since what is shown is fetched anew; `earliest` replays what there is. */
  readonly afterReset?: 'earliest' | 'latest';
  /** Something was missed: fetch what is shown anew, then call `recovered()`. */
  readonly onReset?: (missed: Missed) => void;
}

/**
 * How a client follows a topic over connections that break: it knows where to go on, lets each event through once, and
 * says how fresh what is shown is. It connects to nothing itself.
 *
 *     const resume = new Resume({ after: localStorage.at });
 *     for (;;) {
 *       for await (const answer of connection(resume.position)) resume.take(answer).forEach(show);
 *       resume.lost();
 *     }
 */
export class Resume {
  readonly freshness = new FreshnessStore();
  readonly #ids = new Set<string>();
  readonly #options: ResumeOptions;
  #position: Position;

  constructor(options: ResumeOptions = {}) {
    this.#options = options;
    this.#position = options.after ?? 'latest';
  }

  /** After what has come: to be asked for on the next connection, and worth keeping across page loads. */
  get position(): Position {
    return this.#position;
  }

  /** Takes a page. @returns the events that are new, in order */
  take(answer: Answer): Arrived[] {
    if (answer.answer === 'reset') {
      this.reset(answer);
      return [];
    }
    const fresh = answer.events.filter((arrived) => this.hear(arrived));
    this.reached(answer.answer, answer.next);
    return fresh;
  }

  /** Takes one event. @returns whether it is new */
  hear({ cursor, event }: Arrived): boolean {
    const order = compareCursors(cursor, this.#position);
    if (this.#ids.has(event.id) || (order !== undefined && order <= 0)) return false;
    this.#position = cursor;
    this.#ids.add(event.id);
    const [oldest] = this.#ids;
    if (oldest !== undefined && this.#ids.size > (this.#options.ids ?? 1000)) this.#ids.delete(oldest);
    return true;
  }

  /** All up to a place has come: `replayed` where there is more, `live` where that was all. */
  reached(answer: 'replayed' | 'live', next: Cursor): void {
    const order = compareCursors(next, this.#position);
    if (order === undefined || order > 0) this.#position = next;
    this.freshness.change(answer === 'live' ? 'live' : 'behind');
  }

  /** Something was missed for good. */
  reset(missed: Missed): void {
    this.#position = missed[this.#options.afterReset ?? 'latest'];
    this.#ids.clear();
    this.freshness.change('reset');
    this.#options.onReset?.(missed);
  }

  /** The connection is gone. @param since - In ms since 1970, where it was noticed late. */
  lost(since?: number): void {
    this.freshness.change('lost', since);
  }

  /** A new connection was made: until it says more, what was missed is still to come. */
  connected(): void {
    this.freshness.change('behind');
  }

  /** What is shown was fetched anew after a reset. */
  recovered(): void {
    this.freshness.change('recovered');
  }
}
