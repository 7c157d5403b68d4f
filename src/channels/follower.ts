import { type Store, unpack } from '../bridge/index.js';
import { createStore, guarded } from '../bridge/store.js';
import {
  type AnySchema,
  type Contract,
  InvalidValue,
  type KeptEventName,
  OrielError,
  type PayloadOut,
  validate,
} from '../contract/index.js';
import { type Freshness, worse } from '../events/freshness.js';
import {
  type Arrived,
  type Cursor,
  dataOf,
  type Missed,
  type Position,
  parseCursor,
  Resume,
  type ResumeOptions,
} from '../events/index.js';
import type { Told } from '../events/told.js';

/**
 * What hears the events of these names: `{ paid: ({ amount }, { event }) => show(amount, event.time) }`. It gets what
 * the schema made of the payload, and then the event itself, with the place after it.
 */
export type KeptListeners<C extends Contract> = {
  readonly [K in KeptEventName<C['guest']>]?: (payload: PayloadOut<C['guest'], K>, arrived: Arrived) => void;
};

/** Keeps how far this client has come, across page loads: a text, such as in `localStorage`, by a key of its own. */
export interface Place {
  /** What was kept last, if anything. */
  get(): string | null | undefined;
  set(place: string): void;
}

/** What is told of following. */
export interface FollowerOptions<C extends Contract> extends Pick<ResumeOptions, 'afterReset'> {
  /** Where to begin with each event that `place` doesn't know. Default `latest`. */
  readonly after?: Position;
  /** Keeps the place across page loads. What is no place is told as `invalid`, and it begins anew. */
  readonly place?: Place;
  /** Something was missed for good: fetch what is shown anew, then call `recovered()`. */
  readonly onReset?: (name: KeptEventName<C['guest']>, missed: Missed) => void;
  /**
   * Gets what goes wrong and stops nothing: `invalid` for an event that its schema refuses, which is left out;
   * `unauthorized` and `auth-expired` for a token; `unreachable` for a server that answers with something else. Default:
   * the console.
   */
  readonly onError?: (error: OrielError) => void;
}

interface Topic {
  readonly resume: Resume;
  readonly payload: AnySchema | undefined;
  readonly listener: (payload: unknown, arrived: Arrived) => void;
}

/** What one client has of the events that it follows, whatever brings them. */
export class Follower {
  /** How fresh all of it is: as fresh as what is least so. */
  readonly freshness: Store<Freshness>;
  readonly #topics = new Map<string, Topic>();
  readonly #onError: (error: OrielError) => void;
  #place: Place | undefined;
  #keeping = false;
  #heardAt: number | undefined;
  #closed = false;

  /** @throws TypeError for what is no event that the contract keeps */
  constructor(
    contract: Contract,
    listeners: object,
    { after = 'latest', afterReset = 'latest', place, onReset, onError }: FollowerOptions<Contract>,
  ) {
    this.#onError = onError ?? console.error;
    this.#place = place;
    const members = contract.guest ?? {};
    const begin = this.#kept();
    for (const [name, listener] of Object.entries(listeners)) {
      const member = Object.hasOwn(members, name) ? members[name] : undefined;
      if (member?.kind !== 'event' || member.retain !== 'log')
        throw new TypeError(
          `"${contract.name}" keeps no event "${name}": one of its guest's, with { retain: 'log' }, is meant.`,
        );
      if (typeof listener !== 'function') throw new TypeError(`What hears "${name}" must be a function.`);
      const resume = new Resume({
        after: begin.get(name) ?? after,
        afterReset,
        onReset: (missed) => onReset?.(name as never, missed),
      });
      this.#topics.set(name, { resume, payload: member.payload, listener });
    }
    if (!this.#topics.size) throw new TypeError(`Say which events of "${contract.name}" are to be followed.`);
    const stores = [...this.#topics.values()].map(({ resume }) => resume.freshness);
    const worst = () => stores.map((store) => store.get()).reduce(worse);
    const [freshness, set] = createStore(worst());
    this.freshness = freshness;
    for (const store of stores)
      store.subscribe(() => {
        const now = worst();
        if (now.state !== freshness.get().state) set(now);
      });
  }

  /** How far it has come with each. */
  get places(): Readonly<Record<string, Position>> {
    return Object.fromEntries([...this.#topics].map(([name, { resume }]) => [name, resume.position]));
  }

  /**
   * Takes what a gateway says.
   * @returns whether it is to be asked anew, from another place than it goes on from
   */
  hear(told: Told): boolean {
    this.#heardAt = Date.now();
    if (this.#closed) return false;
    const topic = this.#topics.get(told.name);
    if (!topic) {
      this.failed(new InvalidValue(told.name, [{ message: 'is none of the events that are followed' }]));
      return false;
    }
    const { resume } = topic;
    if (told.kind === 'event') {
      if (resume.hear(told)) this.#tell(told.name, topic, told);
    } else if (told.kind === 'reset') guarded(() => resume.reset(told));
    else resume.reached(told.kind, told.cursor);
    this.#keep();
    return told.kind === 'reset' && resume.position !== told.latest;
  }

  /** What was missed is still to come. */
  connected(): void {
    for (const { resume } of this.#topics.values()) resume.connected();
  }

  /** Nothing is known of what has come since it was heard last. */
  lost(): void {
    for (const { resume } of this.#topics.values()) resume.lost(this.#heardAt);
    this.#heardAt = undefined;
  }

  failed(error: OrielError): void {
    guarded(() => this.#onError(error));
  }

  recovered(): void {
    for (const { resume } of this.#topics.values()) resume.recovered();
  }

  /** Nothing more is heard. */
  close(): void {
    this.#closed = true;
    this.lost();
  }

  #tell(name: string, { payload: schema, listener }: Topic, { cursor, event }: Arrived): void {
    let payload: unknown;
    try {
      payload = dataOf(event, { unpack });
      if (schema) payload = validate(schema, payload, name);
    } catch (cause) {
      return this.failed(cause instanceof OrielError ? cause : unreadable(name, cause));
    }
    guarded(() => listener(payload, { cursor, event }));
  }

  /** The places that were kept. */
  #kept(): ReadonlyMap<string, Cursor> {
    try {
      const kept = new Map(new URLSearchParams(String(this.#place?.get() ?? '')));
      for (const [name, at] of kept)
        if (!parseCursor(at)) throw new InvalidValue('place', [{ message: 'is no place', path: [name] }]);
      return kept;
    } catch (cause) {
      const error = cause instanceof OrielError ? cause : unreadable('place', cause);
      queueMicrotask(() => this.failed(error)); // whoever subscribes doesn't have the subscription yet
      return new Map();
    }
  }

  /** Once for all that has come in one go. */
  #keep(): void {
    if (!this.#place || this.#keeping) return;
    this.#keeping = true;
    queueMicrotask(() => {
      this.#keeping = false;
      const known = Object.entries(this.places).filter(([, at]) => parseCursor(at));
      try {
        this.#place?.set(String(new URLSearchParams(known)));
      } catch (cause) {
        this.#place = undefined; // it is said once
        const issue = { message: `can't be kept any more: ${(cause as Error).message}` };
        this.failed(new InvalidValue('place', [issue], { cause }));
      }
    });
  }
}

function unreadable(what: string, cause: unknown): InvalidValue {
  return new InvalidValue(what, [{ message: `can't be read: ${(cause as Error).message}` }], { cause });
}
