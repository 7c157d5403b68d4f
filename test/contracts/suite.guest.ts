import { type Channel, connect, control, type Limits, transfer } from '../../dist/bridge/index.js';
import type { Implementation } from '../../dist/contract/index.js';
import { suite } from './suite.contract.js';

/** The far end that the shared suite talks to; it runs wherever the channel leads. */
export function startGuest(channel: Channel, limits: Partial<Limits> = {}) {
  const heard: string[] = [];
  let kept: ((text: string) => unknown) | undefined;
  let borrowed: ((text: string) => unknown) | undefined;
  let aborted: unknown = 'not yet';
  let made = 0;
  let finished = 0;

  const implement: Implementation<(typeof suite)['guest']> = {
    echo: (value) => value,
    add: ({ a, b }) => a + b,
    never: (_, { signal }) =>
      new Promise<void>(() => {
        signal.addEventListener('abort', () => {
          aborted = signal.reason;
        });
      }),
    fail: (kind) => {
      throw failures[kind]?.() ?? kind;
    },
    order: (name) => {
      heard.push(name);
      return heard.slice(-3);
    },
    load: async ({ steps }) => {
      for (const [i, { on }] of steps.entries()) await on(i + 1);
      return steps.length;
    },
    same: ({ one, two }) => one === two,
    keep: (callback) => {
      (callback as unknown as { retain(): void }).retain();
      kept = callback;
    },
    useKept: (text) => (text === 'borrowed' ? borrowed?.(text) : kept?.(text)),
    borrow: (callback) => {
      borrowed = callback;
    },
    counter: () => {
      let count = 0;
      return { next: () => ++count };
    },
    sum: async (numbers) => {
      let sum = 0;
      for await (const number of numbers) sum += number;
      return sum;
    },
    aborted: () => aborted,
    made: () => ({ made, finished }),
    bytes: (size) => {
      const bytes = new Uint8Array(size).fill(7);
      return transfer(bytes, [bytes.buffer]);
    },
    pick: (id) => (peer.props.get() as { onPick?: (id: string) => unknown } | undefined)?.onPick?.(id),
    emit: (payload) => peer.emit('heard', payload),
    counts: () => ({ ...control(peer).counts }),
    numbers: async function* ({ to, fail }) {
      made = finished = 0;
      try {
        for (let i = 0; i < to; i++) {
          made++;
          yield i;
        }
        if (fail) throw new RangeError('no more');
      } finally {
        finished++;
      }
    },
    slow: async function* (_, { signal }) {
      made = finished = 0;
      signal.addEventListener('abort', () => {
        aborted = 'stream';
      });
      try {
        for (let i = 0; ; i++) {
          made++;
          yield i;
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      } finally {
        finished++;
      }
    },
    chunks: function* (count) {
      for (let i = 0; i < count; i++) {
        const bytes = new Uint8Array(65_536).fill(i);
        yield transfer(bytes, [bytes.buffer]);
      }
    },
  };
  const peer = connect({ channel, contract: suite, side: 'guest', implement, limits, onError: () => {} });
  return peer;
}

class Declined extends Error {
  override readonly name = 'Declined';
  readonly code = 'E_DECLINED';
  readonly data = { at: 3 };
  readonly odd = () => 1;
}

const failures: Record<string, () => unknown> = {
  declined: () => new Declined('not today', { cause: new TypeError('why', { cause: 'deep' }) }),
  many: () => new AggregateError([new RangeError('one'), 'two'], 'both'),
  dom: () => new DOMException('stopped', 'AbortError'),
  odd: () => Object.assign(new Error('odd'), { code: () => 1, data: new WeakMap() }),
  null: () => null,
};
