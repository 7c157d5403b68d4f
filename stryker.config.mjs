// What scripts/mutate.mjs runs, with the file in MUTATE.
import { readFileSync } from 'node:fs';

/**
 * The quick ones of test/unit, the quickest first: each change runs all that reach it, until one fails.
 * The same channel over a port, and random sequences of faults, take minutes instead.
 */
const tests = [
  'store',
  'contract-describe',
  'contract-errors',
  'contract-version',
  'contract-validate',
  'contract-check',
  'heartbeat',
  'deadlines',
  'transfer',
  'testing',
  'serve',
  'limits',
  'batch',
  'backlog',
  'bridge',
  'memory',
];

/** What those hardly reach, and what does. */
const also = {
  'src/bridge/address.ts': ['broadcast'],
  'src/bridge/again.ts': ['idempotent'],
  'src/bridge/bus.ts': ['broadcast'],
  'src/bridge/codec.ts': ['codec'],
  'src/bridge/results.ts': ['idempotent'],
};

/** The names of a file's tests. */
export const testsOf = (file) => [...(also[file] ?? []), ...tests];

/** Those that test the file by itself come first. */
function ordered(file = '') {
  const module = file.replace(/^src/, '../../dist').replace(/ts$/, 'js');
  const direct = (name) =>
    readFileSync(new URL(`test/unit/${name}.test.ts`, import.meta.url), 'utf8').includes(`'${module}'`);
  const all = testsOf(file);
  return [...all.filter(direct), ...all.filter((name) => !direct(name))];
}

export default {
  testRunner: 'tap',
  plugins: ['@stryker-mutator/tap-runner'],
  tap: {
    testFiles: ordered(process.env.MUTATE).map((name) => `build/unit/${name}.test.js`),
    nodeArgs: ['-r', '{{hookFile}}', '--test-reporter=tap', '{{testFile}}'],
  },
  // What changed in src/ gets into dist/, which the tests in build/ import.
  buildCommand: 'npx tsc',
  // There is none: Stryker would ask the compiler to read it, which has no API for that since TypeScript 7.
  tsconfigFile: 'none.json',
  coverageAnalysis: 'perTest',
  // What runs once at import can't be switched on later; each would need a run of all tests.
  ignoreStatic: true,
  ignorePatterns: ['/api', '/bench', '/cdn', '/coverage', '/demo', '/release', '/test'],
  concurrency: Number(process.env.CONCURRENCY ?? 1),
  timeoutMS: 10_000,
  tempDirName: 'build/stryker',
  cleanTempDir: 'always',
  reporters: ['progress-append-only', 'json'],
  jsonReporter: { fileName: process.env.REPORT ?? 'build/results/mutation.json' },
};
