/**
 * What many wait for at once that may end at any time: one listener at the signal, however many wait.
 * A signal of its own for each would cost a listener each.
 */
export class Ending {
  readonly #stop = new AbortController();
  readonly #wakes = new Set<() => void>();
  readonly #leave: () => void;

  constructor(signal: AbortSignal) {
    const end = () => this.end(signal.reason);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
    this.#leave = () => signal.removeEventListener('abort', end);
  }

  get over(): boolean {
    return this.#stop.signal.aborted;
  }

  /** For whatever is handed one signal alone. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  end(reason: unknown): void {
    this.#leave?.();
    this.#stop.abort(reason);
    for (const wake of [...this.#wakes]) wake();
  }

  /** Resolves after a while, or when it ends. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => wake(), Math.min(ms, 2 ** 31 - 1));
      const wake = this.onEnd(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Calls it when it ends, or at once if it has. @returns what calls it earlier, and no second time */
  onEnd(run: () => void): () => void {
    const wake = () => {
      if (this.#wakes.delete(wake)) run();
    };
    this.#wakes.add(wake);
    if (this.over) wake();
    return wake;
  }
}
