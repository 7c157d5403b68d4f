/** So many results are kept, for so long in ms. */
const most = 1000;
const age = 300_000;

/** What was answered to calls that have a name, so that the same call made again gets the same answer. */
export class Results {
  readonly #kept = new Map<string, { readonly at: number; readonly result: Promise<unknown> }>();

  /** Runs it, unless it has run or runs already. One that failed, or ended with its connection, runs again. */
  once(name: string, run: () => unknown): Promise<unknown> {
    this.#forget();
    const before = this.#kept.get(name)?.result;
    const begin = async () => run();
    const result = before ? before.catch(begin) : begin();
    this.#kept.delete(name); // it is the newest now
    this.#kept.set(name, { at: performance.now(), result });
    result.catch(() => this.#kept.get(name)?.result === result && this.#kept.delete(name));
    return result;
  }

  #forget(): void {
    const since = performance.now() - age;
    for (const [name, { at }] of this.#kept) {
      if (this.#kept.size < most && at > since) return;
      this.#kept.delete(name);
    }
  }
}
