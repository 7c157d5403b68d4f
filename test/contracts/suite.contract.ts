import { contract, event, method, stream, type } from '../../dist/contract/index.js';

type Progress = (percent: number) => unknown;

/** What the shared suite of the channels speaks: each member shows one thing that has to cross. */
export const suite = contract({
  name: 'oriel.suite',
  version: '1.0.0',
  props: type<{ count?: number; onPick?: (id: string) => unknown }>(),
  host: {
    ask: method({ input: type<string>(), output: type<string>() }),
    noted: event(type<unknown>()),
  },
  guest: {
    echo: method({ input: type<unknown>(), output: type<unknown>() }),
    add: method({ input: type<{ a: number; b: number }>(), output: type<number>() }),
    never: method(),
    fail: method({ input: type<string>() }),
    order: method({ input: type<string>(), output: type<string[]>() }),
    load: method({ input: type<{ steps: { on: Progress }[] }>(), output: type<number>() }),
    same: method({ input: type<{ one: () => void; two: () => void }>(), output: type<boolean>() }),
    keep: method({ input: type<(text: string) => unknown>() }),
    useKept: method({ input: type<string>(), output: type<unknown>() }),
    borrow: method({ input: type<(text: string) => unknown>() }),
    counter: method({ output: type<{ next: () => number | Promise<number> }>() }),
    sum: method({ input: type<AsyncIterable<number>>(), output: type<number>() }),
    aborted: method({ output: type<unknown>() }),
    made: method({ output: type<{ made: number; finished: number }>() }),
    bytes: method({ input: type<number>(), output: type<Uint8Array>() }),
    pick: method({ input: type<string>(), output: type<unknown>() }),
    emit: method({ input: type<unknown>() }),
    counts: method({ output: type<Record<string, number>>() }),
    numbers: stream({ input: type<{ to: number; fail?: boolean }>(), output: type<number>() }),
    slow: stream({ output: type<number>() }),
    chunks: stream({ input: type<number>(), output: type<Uint8Array>() }),
    heard: event(type<unknown>()),
  },
});
