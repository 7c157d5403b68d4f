// Waiting, with a text that says what did not come.
export interface WaitOptions {
  /** In ms. */
  timeout?: number;
}

/** The next event of that type. */
export function once<E extends Event = Event>(
  target: EventTarget,
  type: string,
  { timeout = 20_000 }: WaitOptions = {},
): Promise<E> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      target.removeEventListener(type, listener);
      reject(new Error(`No "${type}" event within ${timeout} ms.`));
    }, timeout);
    const listener = (event: Event) => {
      clearTimeout(timer);
      resolve(event as E);
    };
    target.addEventListener(type, listener, { once: true });
  });
}

/** What a promise rejects with; an error if it doesn't. */
export async function rejection(promise: PromiseLike<unknown>): Promise<any> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`Expected a rejection, but it resolved with ${String(value)}.`);
}

/** The first truthy value of `look`, which is asked every 50 ms at the latest. */
export async function until<T>(
  look: () => T | Promise<T>,
  { timeout = 20_000 }: WaitOptions = {},
): Promise<Exclude<T, undefined | null | false | 0 | ''>> {
  const end = performance.now() + timeout;
  for (;;) {
    const value = await look();
    if (value) return value as Exclude<T, undefined | null | false | 0 | ''>;
    if (performance.now() > end) throw new Error(`Still not so after ${timeout} ms: ${look}`);
    await soon();
  }
}

// A page in the background gets no frames, so a timer ends the wait there.
function soon(): Promise<unknown> {
  const timer = new Promise((resolve) => setTimeout(resolve, 50));
  if (typeof requestAnimationFrame === 'undefined') return timer;
  return Promise.race([timer, new Promise(requestAnimationFrame)]);
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What a value is when it has stayed the same for a while. */
export async function settled<T>(read: () => T, still = 200): Promise<T> {
  let [last, since] = [read(), performance.now()];
  for (; performance.now() - since < still; await pause(10)) {
    if (read() !== last) [last, since] = [read(), performance.now()];
  }
  return last;
}
