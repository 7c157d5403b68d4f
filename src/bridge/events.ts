import {
  type EventMember,
  type InvalidValue,
  type Members,
  type OrielError,
  validate,
} from '../contract/index.js';
import { addTo, guarded } from './store.js';

type Listener = (payload: unknown) => void;

/** Who listens to the other side's events. What arrives is checked once, before any listener sees it. */
export class Listeners {
  readonly #members: Members;
  readonly #onError: (error: OrielError) => void;
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(members: Members, onError: (error: OrielError) => void) {
    this.#members = members;
    this.#onError = onError;
  }

  on(name: string, listener: Listener): () => void {
    const own: Listener = (payload) => listener(payload);
    return addTo(this.#listeners, name, own);
  }

  /** An event that the contract lacks is a newer side's, or nobody's: nothing can listen to it. */
  hear(name: string, payload: unknown): void {
    const all = this.#listeners.get(name);
    const member = eventOf(this.#members, name);
    if (!all || !member) return;
    let checked: unknown;
    try {
      checked = member.payload ? validate(member.payload, payload, name) : payload;
    } catch (error) {
      return this.#onError(error as InvalidValue);
    }
    for (const listener of [...all]) guarded(() => listener(checked));
  }
}

/** A side's event of that name; what every object has is none. */
export function eventOf(members: Members, name: string): EventMember | undefined {
  const member = Object.hasOwn(members, name) ? members[name] : undefined;
  return member?.kind === 'event' ? member : undefined;
}
