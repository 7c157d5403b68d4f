import * as v from 'valibot';
import { contract, method, stream } from '../../dist/contract/index.js';

/** Validated on both sides, but for bytes and functions. */
export const depth = contract({
  name: 'bench.depth',
  version: '1.0.0',
  guest: {
    add: method({ input: v.tuple([v.number(), v.number()]), output: v.number() }),
    clone: method({ input: v.any(), output: v.any() }),
    move: method({ input: v.any(), output: v.any() }),
    tell: method({ input: v.any(), output: v.number() }),
    items: stream({ input: v.number(), output: v.number() }),
    chunks: stream({ input: v.number(), output: v.any() }),
  },
});

/** What is measured is speed, so nobody is held to what a second allows. */
export const limits = { rate: 1e9, burst: 1e9 };
