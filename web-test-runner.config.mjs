import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import commonjs from '@rollup/plugin-commonjs';
import nodeResolve from '@rollup/plugin-node-resolve';
import { defaultReporter } from '@web/test-runner';
import { chromeLauncher, puppeteerCore } from '@web/test-runner-chrome';
import { rollup } from 'rollup';
import { chromiumArgs, findBrowsers } from './scripts/browsers.mjs';
import { webkitLauncher } from './scripts/webkit.mjs';
import { startSites } from './test/support/sites.mjs';

const found = findBrowsers();
const sites = await startSites();
const { exports } = JSON.parse(await readFile(new URL('package.json', import.meta.url), 'utf8'));

const launchers = {
  chromium: (executablePath) =>
    chromeLauncher({ launchOptions: { executablePath, args: chromiumArgs }, concurrency: 1 }),
  firefox: (executablePath) =>
    chromeLauncher({
      puppeteer: puppeteerCore,
      launchOptions: { browser: 'firefox', executablePath },
      concurrency: 1,
    }),
  webkit: () => webkitLauncher(),
};

const browsers = Object.entries(found).map(([engine, path]) =>
  Object.assign(launchers[engine](path), { engine }),
);

/** Writes build/results/wtr.json: what ran, and how long each file took, by engine, from the runner's own sessions. */
function countsReporter() {
  const began = new Map();
  const took = new Map();
  const note = ({ id, status }) => {
    if (status === 'INITIALIZING') began.set(id, performance.now());
    else if (status === 'FINISHED') took.set(id, (performance.now() - began.get(id)) / 1000);
  };
  return {
    start({ sessions }) {
      for (const session of sessions.all()) note(session); // the first has begun
      sessions.on('session-status-updated', note);
    },
    async stop({ sessions }) {
      const results = { passed: 0, failed: 0, skipped: 0, engines: {} };
      for (const { id, browser, testFile, testResults, passed, errors } of sessions) {
        const counts = (results.engines[browser.engine] ??= { passed: 0, failed: 0, skipped: 0, files: [] });
        const tests = flatten(testResults);
        const failed = tests.filter((test) => !test.passed && !test.skipped).length;
        counts.skipped += tests.filter((test) => test.skipped).length;
        counts.passed += tests.filter((test) => test.passed && !test.skipped).length;
        // A file that doesn't load, or that throws outside a test, is a failure of its own.
        counts.failed += failed || (passed && !errors?.length && tests.length ? 0 : 1);
        counts.files.push({
          file: basename(testFile),
          seconds: took.get(id) ?? 0,
          tests: tests.map(({ name, duration }) => ({ name, ms: duration })),
        });
      }
      for (const counts of Object.values(results.engines)) {
        for (const key of ['passed', 'failed', 'skipped']) results[key] += counts[key];
      }
      const folder = new URL('build/results/', import.meta.url);
      await mkdir(folder, { recursive: true });
      await writeFile(new URL('wtr.json', folder), `${JSON.stringify(results, null, 2)}\n`);
      await sites.close();
    },
  };
}

const flatten = (suite) => (suite ? [...suite.tests, ...suite.suites.flatMap(flatten)] : []);

/** `oriel/guest` in a test is what a user of the package gets. */
const selfReference = {
  name: 'self-reference',
  resolveImport({ source }) {
    if (source !== 'oriel' && !source.startsWith('oriel/')) return undefined;
    const target = exports[`.${source.slice('oriel'.length)}`];
    return (target?.default ?? target)?.replace(/^\./, '');
  },
};

/** React is CommonJS: what the tests use of it becomes one module, when the first test asks for it. */
const bundledReact = {
  name: 'bundled-react',
  serve({ path }) {
    return path === '/build/support/react.js' ? (this.code ??= bundle(`.${path}`)) : undefined;
  },
};

async function bundle(input) {
  // The development build: StrictMode does nothing in the other.
  const development = {
    name: 'development',
    transform: (code) => code.replaceAll('process.env.NODE_ENV', "'development'"),
  };
  const built = await rollup({ input, plugins: [development, nodeResolve({ browser: true }), commonjs()] });
  const { output } = await built.generate({ format: 'es' });
  return output[0].code;
}

const sitesScript = JSON.stringify({ port: sites.port, refused: sites.refused });
const { SEED, RUNS } = process.env; // for random tests
const randomScript = JSON.stringify({ SEED, RUNS });

export default {
  files: 'build/browser/**/*.test.js',
  rootDir: fileURLToPath(new URL('.', import.meta.url)),
  hostname: '127.0.0.1', // site 1
  nodeResolve: true,
  concurrentBrowsers: 1, // npm test says where two may run at once
  concurrency: 1, // a page in the background gets no frames
  browsers,
  plugins: [selfReference, bundledReact],
  reporters: [defaultReporter({ reportTestResults: true, reportTestProgress: false }), countsReporter()],
  testFramework: { config: { ui: 'tdd', timeout: 60_000 } },
  testsFinishTimeout: 300_000 + 5000 * Number(RUNS ?? 0),
  browserStartTimeout: 60_000,
  coverage: Boolean(process.env.COVERAGE),
  coverageConfig: {
    include: ['dist/**/*.js'],
    report: true,
    reportDir: 'coverage',
    reporters: ['json', 'lcovonly'],
  },
  testRunnerHtml: (testFramework) => `<!doctype html>
<html lang="en">
  <head><title>Tests</title></head>
  <body>
    <script>window.__sites = ${sitesScript}; window.__random = ${randomScript};</script>
    <script type="module" src="${testFramework}"></script>
  </body>
</html>`,
};
