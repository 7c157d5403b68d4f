import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { defaultReporter } from '@web/test-runner';
import { chromeLauncher, puppeteerCore } from '@web/test-runner-chrome';
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

/** Writes build/results/wtr.json: what ran, by engine, counted from the runner's own sessions. */
function countsReporter() {
  return {
    async stop({ sessions }) {
      const results = { passed: 0, failed: 0, skipped: 0, engines: {} };
      for (const { browser, testResults, passed, errors } of sessions) {
        const counts = (results.engines[browser.engine] ??= { passed: 0, failed: 0, skipped: 0 });
        const tests = flatten(testResults);
        const failed = tests.filter((test) => !test.passed && !test.skipped).length;
        counts.skipped += tests.filter((test) => test.skipped).length;
        counts.passed += tests.filter((test) => test.passed && !test.skipped).length;
        // A file that doesn't load, or that throws outside a test, is a failure of its own.
        counts.failed += failed || (passed && !errors?.length && tests.length ? 0 : 1);
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

const sitesScript = JSON.stringify({ port: sites.port, refused: sites.refused });

export default {
  files: 'build/browser/**/*.test.js',
  rootDir: fileURLToPath(new URL('.', import.meta.url)),
  hostname: '127.0.0.1', // site 1
  nodeResolve: true,
  concurrentBrowsers: 1,
  concurrency: 1, // a page in the background gets no frames
  browsers,
  plugins: [selfReference],
  reporters: [defaultReporter({ reportTestResults: true, reportTestProgress: false }), countsReporter()],
  testFramework: { config: { ui: 'tdd', timeout: 20_000 } },
  testsFinishTimeout: 300_000,
  browserStartTimeout: 60_000,
  coverage: Boolean(process.env.COVERAGE),
  coverageConfig: { include: ['dist/**/*.js'], report: true, reportDir: 'coverage' },
  testRunnerHtml: (testFramework) => `<!doctype html>
<html lang="en">
  <head><title>Tests</title></head>
  <body>
    <script>window.__sites = ${sitesScript};</script>
    <script type="module" src="${testFramework}"></script>
  </body>
</html>`,
};
