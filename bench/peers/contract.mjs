import * as v from 'valibot';
import { contract, method } from '../../dist/contract/index.js';

/** Validated on both sides: what users get. */
export const bench = contract({
  name: 'bench',
  version: '1.0.0',
  guest: {
    add: method({ input: v.tuple([v.number(), v.number()]), output: v.number() }),
    echo: method({ input: v.any(), output: v.any() }),
  },
});
