/** The longest that a timer can wait; whatever is longer is for ever. */
export const longest = 2 ** 31 - 1;

/** It looks at least this often, in ms, so that it doesn't stay armed for long after the last call. */
const TICK = 1000;

interface Deadline {
  at: number;
  readonly fire: () => void;
  /** Whether it was put off already. */
  spared?: boolean;
}

/** Any number of deadlines on one timer: arming one for each call costs more than the call's own message. */
export class Deadlines {
  readonly #open = new Set<Deadline>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = 0;

  /** Fires in `ms`, unless what it returns is called before. */
  add(ms: number, fire: () => void): () => void {
    if (ms > longest) return () => {};
    const deadline = { at: performance.now() + ms, fire };
    this.#open.add(deadline);
    this.#arm(deadline.at);
    return () => void this.#open.delete(deadline);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#open.clear();
  }

  #arm(at: number): void {
    const now = performance.now();
    const due = Math.min(at, now + TICK);
    if (this.#timer !== undefined && this.#due <= due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => this.#look(), due - now);
  }

  #look(): void {
    this.#timer = undefined;
    const now = performance.now() + 1; // timers are coarse, and some fire a little early
    const late = now - this.#due > TICK;
    let next = Infinity;
    for (const deadline of [...this.#open]) {
      // This page stood still, or was put away: what it waits for may be here already, or come as soon as it is back.
      if (late && deadline.at <= now && !deadline.spared) {
        deadline.at = now + TICK;
        deadline.spared = true;
      }
      if (deadline.at > now) next = Math.min(next, deadline.at);
      else if (this.#open.delete(deadline)) deadline.fire();
    }
    if (next < Infinity) this.#arm(next);
  }
}
