import { contract, event, type } from '../../dist/contract/index.js';

/** What the gateway of the fixture server keeps. */
export const till = contract({
  name: 'test.till',
  version: '1.0.0',
  guest: {
    paid: event(type<{ amount: number }>(), { retain: 'log' }),
    closed: event(type<string>(), { retain: 'log' }),
  },
});
