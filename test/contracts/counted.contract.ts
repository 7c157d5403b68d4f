import { contract, method, type } from '../../dist/contract/index.js';

/** A service that tells how many clients it has, and asks one of them something. */
export const counted = contract({
  name: 'test.counted',
  version: '1.0.0',
  host: { never: method() },
  guest: {
    clients: method({ output: type<number>() }),
    /** Gives the code of the error that the call rejects with. */
    askTheOther: method({ output: type<string>() }),
  },
});
