/** Notices that nothing at all is heard for too long. */
export class Watch {
  readonly #dead: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heardAt = performance.now();

  constructor(dead: () => void) {
    this.#dead = dead;
  }

  heard(): void {
    this.#heardAt = performance.now();
  }

  /** Tells if nothing is heard for twice as long as the other side promised to speak, in ms. */
  expect(every: number): void {
    clearTimeout(this.#timer);
    const due = this.#heardAt + 2 * every;
    this.#timer = setTimeout(
      () => {
        const now = performance.now();
        if (this.#heardAt + 2 * every > now) return this.expect(every);
        // A page that was frozen finds its messages only after its timers.
        if (now > due + every) {
          this.#heardAt = now - every;
          return this.expect(every);
        }
        this.#dead();
      },
      Math.max(0, due - performance.now()),
    );
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
