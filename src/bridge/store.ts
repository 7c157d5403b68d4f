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
    reportError(error);
  }
}
