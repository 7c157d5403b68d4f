/** Who wants to be woken, by topic. */
export class Wakes {
  readonly #wakes = new Map<string, Set<() => void>>();
  readonly #every: number | undefined;
  readonly #glance: () => void;
  #timer: ReturnType<typeof setInterval> | undefined;

  /**
   * @param every - How often to look whether there is something, in ms, while somebody wants to know. Default: never.
   * @param glance - How. Default: by waking all.
   */
  constructor(every?: number, glance?: () => void) {
    this.#every = every;
    this.#glance = glance ?? (() => this.wakeAll());
  }

  get size(): number {
    return this.#wakes.size;
  }

  /** @returns what takes it out again */
  add(topic: string, wake: () => void): () => void {
    const own = () => wake(); // the same one may be there twice
    const all = this.#wakes.get(topic) ?? new Set();
    this.#wakes.set(topic, all.add(own));
    if (this.#every !== undefined) this.#timer ??= setInterval(this.#glance, this.#every);
    return () => {
      if (all.delete(own) && !all.size) this.#wakes.delete(topic);
      if (!this.size) this.rest();
    };
  }

  /** Looks no more. */
  rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  wake(topic: string): void {
    for (const wake of this.#wakes.get(topic) ?? []) wake();
  }

  wakeAll(): void {
    for (const topic of this.#wakes.keys()) this.wake(topic);
  }
}
