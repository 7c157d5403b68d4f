/** How long to wait before the next attempt, in ms: twice as long each time, up to half a minute, and any part of it. */
export function backoff(failures: number): number {
  return Math.round(Math.random() * Math.min(30_000, 500 * 2 ** Math.min(failures, 10)));
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
