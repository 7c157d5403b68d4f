// What code leaves behind where nobody looks: timers that still run, and listeners on what lives on.

const native = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
};
const { addEventListener, removeEventListener } = EventTarget.prototype;

export interface Leaks {
  /** Timers that were set since, and have neither fired for good nor been cleared: for how many ms each. */
  readonly timers: readonly number[];
  /** Listeners that were added to the targets since, and are still there. */
  readonly listeners: number;
  /** Ends the watch. */
  stop(): void;
}

/** Counts from now on. Only listeners of the targets that are named count: all others go with what they are on. */
export function watchLeaks(...targets: readonly EventTarget[]): Leaks {
  const timers = new Map<unknown, number>();
  const listeners = new Set<string>();
  const ids = new WeakMap<object, number>();
  let last = 0;
  const keyOf = (target: unknown, type: string, listener: object, options: unknown) => {
    if (!ids.has(listener)) ids.set(listener, ++last);
    const capture = typeof options === 'boolean' ? options : Boolean(Object(options).capture);
    return `${targets.indexOf(target as EventTarget)} ${type} ${ids.get(listener)} ${capture}`;
  };
  const isWatched = (target: unknown) => targets.includes((target ?? globalThis) as EventTarget);

  const set =
    (kind: 'setTimeout' | 'setInterval') =>
    (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
      const timer: unknown = native[kind].call(
        globalThis,
        () => {
          if (kind === 'setTimeout') timers.delete(timer);
          run(...args);
        },
        ms,
      );
      timers.set(timer, ms);
      return timer;
    };
  const clear = (kind: 'clearTimeout' | 'clearInterval') => (timer: never) => {
    timers.delete(timer);
    native[kind].call(globalThis, timer);
  };
  Object.assign(globalThis, {
    setTimeout: set('setTimeout'),
    setInterval: set('setInterval'),
    clearTimeout: clear('clearTimeout'),
    clearInterval: clear('clearInterval'),
  });
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    if (listener && isWatched(this)) {
      const key = keyOf(this, type, listener, options);
      const { once, signal } = Object(options) as AddEventListenerOptions;
      const gone = () => listeners.delete(key);
      if (!signal?.aborted) {
        listeners.add(key); // the same one counts once
        if (signal) addEventListener.call(signal, 'abort', gone, { once: true });
        if (once) addEventListener.call(this, type, gone, { once: true });
      }
    }
    return addEventListener.call(this, type, listener, options);
  };
  EventTarget.prototype.removeEventListener = function (type, listener, options) {
    if (listener && isWatched(this)) listeners.delete(keyOf(this, type, listener, options));
    return removeEventListener.call(this, type, listener, options);
  };

  return {
    get timers() {
      return [...timers.values()];
    },
    get listeners() {
      return listeners.size;
    },
    stop() {
      Object.assign(globalThis, native);
      Object.assign(EventTarget.prototype, { addEventListener, removeEventListener });
    },
  };
}

/** Waits on a timer that is not watched, until something is so. @returns whether it came to be. */
export async function restUntil(look: () => boolean, timeout = 3000): Promise<boolean> {
  for (const end = performance.now() + timeout; !look(); ) {
    if (performance.now() > end) return false;
    await new Promise((go) => native.setTimeout.call(globalThis, go, 2));
  }
  return true;
}
