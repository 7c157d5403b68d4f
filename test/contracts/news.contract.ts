// What crowds follow.
import { contract, event, method, type } from '../../dist/contract/index.js';

/** One of many events, and when it was told. */
interface News {
  readonly n: number;
  /** In ms since 1970. */
  readonly at: number;
  readonly text: string;
}

export interface Telling {
  readonly from: number;
  readonly count: number;
  /** Characters of each. */
  readonly length: number;
}

const guest = { told: event(type<News>(), { retain: 'log' }) };
export const news = contract({
  name: 'test.news',
  version: '1.0.0',
  guest: {
    ...guest,
    /** Tells some, one after another, and gives how many there are now. */
    tell: method({ input: type<Telling>(), output: type<number>() }),
    /** Bytes that are still needed, in the heap and outside of it, and those that the system has given. */
    held: method({ output: type<{ needed: number; resident: number }>() }),
    /** Counts its callers by their names. */
    visit: method({ input: type<string>(), output: type<number>() }),
    /** How often each has called. */
    visits: method({ output: type<Record<string, number>>() }),
  },
});
/** The same for those who read more. */
export const bulk = contract({
  name: 'test.bulk',
  version: '1.0.0',
  guest: { ...guest, tell: news.guest.tell },
});
