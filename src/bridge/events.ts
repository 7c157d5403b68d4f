import {
  type EventMember,
  type InvalidValue,
  type Members,
  type OrielError,
  validate,
} from '../contract/index.js';
import { guarded } from './store.js';

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

  on(name: string, listener: Listener, signal: AbortSignal | undefined): () => void {
    if (signal?.aborted) return () => {};
    const own: Listener = (payload) => listener(payload);
    const all = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, all.add(own));
    const off = () => {
      all.delete(own);
      signal?.removeEventListener('abort', off);
    };
    signal?.addEventListener('abort', off);
    return off;
  }

  /** An event that the contract lacks is a newer side's, or nobody's: nothing can listen to it. */
  hear(name: string, payload: unknown): void {
    const all = this.#listeners.get(name);
    const member = Object.hasOwn(this.#members, name) ? (this.#members[name] as EventMember) : undefined;
    if (!all?.size || member?.kind !== 'event') return;
    let checked: unknown;
    try {
      checked = member.payload ? validate(member.payload, payload, name) : payload;
    } catch (error) {
      return this.#onError(error as InvalidValue);
    }
    for (const listener of [...all]) guarded(() => listener(checked));
  }
}
