// Calls, streams and callbacks of all kinds, opened one after another, and what became of each.
import type { Peer } from '../../dist/bridge/index.js';
import type { suite } from './suite.contract.js';

export const usesOf = {
  /** These end by themselves, and at once. */
  short: ['add', 'fail', 'load', 'stream', 'sum', 'pick', 'borrowed'],
  /** These last beyond their call, or until somebody ends them. */
  lasting: ['never', 'abort', 'keep', 'kept', 'counter', 'slow', 'leave', 'endless', 'cut'],
} as const;
export type Use = (typeof usesOf)[keyof typeof usesOf][number];

export interface UseOptions {
  /** How many items of a stream are read, and how many it has. */
  readonly take?: number;
  readonly to?: number;
  /** Whether it fails after them. */
  readonly fail?: boolean;
}

/** What a test has open with the guest of the suite. */
export class Uses {
  /** What has not settled yet. */
  readonly open = new Set<string>();
  /** What went as it never may. */
  readonly wrong: string[] = [];
  readonly #host: Pick<Peer<typeof suite, 'host'>, 'remote'>;
  readonly #signal: AbortSignal;
  readonly #settled: Promise<unknown>[] = [];
  #begun = 0;
  #finished = 0;

  /** @param signal - Ends what is told to end with it. */
  constructor(host: Pick<Peer<typeof suite, 'host'>, 'remote'>, signal: AbortSignal) {
    this.#host = host;
    this.#signal = signal;
  }

  /** How many of this side's producers run. */
  get producing(): number {
    return this.#begun - this.#finished;
  }

  begin(use: Use, options: UseOptions = {}): void {
    const id = `${use} ${this.#settled.length}`;
    this.open.add(id);
    const done = () => {
      if (!this.open.delete(id)) this.wrong.push(`${id} settled twice`);
    };
    this.#settled.push(this.#start(use, options).then(done, done));
  }

  async #start(use: Use, { take = 1, to = 1, fail = false }: UseOptions): Promise<unknown> {
    const { remote } = this.#host; // asked for at each, since a frame may have another one by now
    const signal = this.#signal;
    switch (use) {
      case 'add':
        return remote.add({ a: 1, b: 2 }, { signal });
      case 'fail':
        return remote.fail('declined');
      case 'load':
        return remote.load({ steps: [{ on: () => {} }, { on: async () => {} }] });
      case 'pick':
        return remote.pick('x');
      case 'borrowed':
        return remote.borrow((text) => text);
      case 'keep':
        return remote.keep((text) => text);
      case 'kept':
        // biome-ignore lint/correctness/useHookAtTopLevel: a member of the contract, and no hook
        return remote.useKept('x');
      case 'counter': {
        const { next } = await remote.counter();
        return next();
      }
      case 'never':
        return remote.never(undefined, { signal });
      case 'abort':
        return remote.never(undefined, { signal: aborted(take) });
      case 'sum':
        return remote.sum(this.#produce(to));
      case 'endless':
        return remote.sum(this.#produce(Infinity), { signal });
      case 'stream':
        return this.#read(remote.numbers({ to, fail }), Math.max(1, take));
      case 'slow':
        return this.#read(remote.slow(undefined, { signal }), Math.max(1, take));
      case 'cut':
        return this.#read(remote.slow(undefined, { signal: aborted(take) }), Infinity);
      case 'leave':
        return remote.numbers({ to }, { signal })[Symbol.asyncIterator]().next();
    }
  }

  async #read(items: AsyncIterable<unknown>, take: number): Promise<void> {
    const iterator = items[Symbol.asyncIterator]();
    try {
      while (take-- > 0 && !(await iterator.next()).done);
      await iterator.return?.();
    } finally {
      // However it ended, it has.
      if (!(await iterator.next()).done) this.wrong.push('an item after the end');
    }
  }

  async *#produce(to: number): AsyncGenerator<number> {
    this.#begun++;
    try {
      for (let i = 0; i < to; i++) {
        yield i;
        if (i > 10) await new Promise((go) => setTimeout(go));
      }
    } finally {
      this.#finished++;
    }
  }
}

/** Aborts soon. */
function aborted(turns: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort('enough'), turns);
  return controller.signal;
}
