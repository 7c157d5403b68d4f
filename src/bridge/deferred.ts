/** A promise that is settled from outside, once. Its rejection is never an unhandled one. */
export interface Deferred {
  readonly promise: Promise<void>;
  /** Whether it has been settled. */
  settled: boolean;
  resolve(): void;
  reject(error: unknown): void;
}

export function deferred(): Deferred {
  const it = { settled: false } as Deferred & { promise: Promise<void> };
  it.promise = new Promise((resolve, reject) => {
    it.resolve = () => {
      it.settled = true;
      resolve();
    };
    it.reject = (error) => {
      it.settled = true;
      reject(error);
    };
  });
  it.promise.catch(() => {});
  return it;
}
