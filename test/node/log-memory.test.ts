import { test } from 'node:test';
import type { Log } from '../../dist/log/index.js';
import { memory } from '../../dist/log/memory.js';
import { logSuite } from '../contracts/log.js';

/** One process, one log: who opens it again in a test, with the same options, has the same. */
let shared = new Map<string, Log>();

logSuite({
  name: 'memory',
  test: (title, run) =>
    test(title, { timeout: 120_000 }, () => {
      shared = new Map();
      return run();
    }),
  open: (options = {}) => {
    const key = JSON.stringify(options);
    const log = shared.get(key) ?? memory(options);
    shared.set(key, log);
    return log;
  },
});
