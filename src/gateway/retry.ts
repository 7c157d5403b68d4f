/** Resolves after a while, or as soon as the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(ms, 2 ** 31 - 1));
    signal.addEventListener('abort', done, { once: true });
  });
}

/** The wait before an attempt: twice as long each time, up to a bound, a fifth of it at random. */
export function waitBefore(attempt: number, first: number, longest: number): number {
  const due = Math.min(longest, first * 2 ** Math.min(attempt - 1, 40));
  return due * (0.8 + Math.random() * 0.2);
}
