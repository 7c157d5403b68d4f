/** A value that changes over time. */
export interface Store<T> {
  /** The value now. */
  get(): T;
  /**
   * Calls `listener` on each change from now on (not at once).
   * @returns what ends the subscription.
   */
  subscribe(listener: (value: T) => void): () => void;
}

/** A store and the function that changes it. A listener that throws is reported and stops no other. */
export function createStore<T>(value: T): [store: Store<T>, set: (value: T) => void] {
  const listeners = new Set<(value: T) => void>();
  return [
    {
      get: () => value,
      subscribe(listener) {
        const own = (next: T) => listener(next); // the same listener may subscribe twice
        listeners.add(own);
        return () => void listeners.delete(own);
      },
    },
    (next) => {
      value = next;
      for (const listener of [...listeners]) guarded(() => listener(next));
    },
  ];
}

/** Runs what the user handed us; what it throws reaches the page's `error` event, and nobody else suffers. */
export function guarded(run: () => void): void {
  try {
    run();
  } catch (error) {
    report(error);
  }
}

/** Adds to the set that stands under a key. @returns what takes it out again, and the set with its last. */
export function addTo<K, V>(sets: Map<K, Set<V>>, key: K, value: V): () => void {
  const all = sets.get(key) ?? new Set();
  sets.set(key, all.add(value));
  return () => {
    if (all.delete(value) && !all.size) sets.delete(key);
  };
}

/** What ends each by itself, and all of it together. */
export class Endings {
  readonly #all = new Set<() => void>();
  #over = false;

  /** Runs `end` once: when the signal is aborted, what this returns is called, or all is over, whichever comes first. */
  add(signal: AbortSignal | undefined, end: () => void): () => void {
    const off = () => {
      signal?.removeEventListener('abort', off);
      if (this.#all.delete(off)) end();
    };
    this.#all.add(off);
    if (this.#over || signal?.aborted) off();
    else signal?.addEventListener('abort', off);
    return off;
  }

  /** A signal may outlive what it would have ended by far, and keeps all that listens to it. */
  end(): void {
    this.#over = true;
    for (const off of this.#all) off();
  }
}

/** What nobody waits for reaches the page, or the process, as an error that was not caught. */
export function report(error: unknown): void {
  if (typeof reportError === 'function') reportError(error);
  else
    queueMicrotask(() => {
      throw error; // Node has no reportError
    });
}
