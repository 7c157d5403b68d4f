// npm run soak: what takes too long for npm test. SOAK=0.01 does a hundredth; -- memory mounts does those parts alone.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findBrowsers } from './browsers.mjs';
import { binOf, build } from './build.mjs';
import { ensureInstalled, root } from './install.mjs';

const scale = Number(process.env.SOAK ?? 1);
const times = (count) => Math.max(1, Math.round(count * scale));
const engines = Object.keys(findBrowsers());

const nodeTest = ['--test', '--test-reporter=spec'];
const parts = {
  memory: () => node([...nodeTest, 'build/unit/faults.test.js'], { RUNS: times(10_000) }),
  async frames() {
    const failed = await wtr(['--files', 'build/browser/frame-faults.test.js'], times(500));
    return failed + (await node([...nodeTest, 'build/driven/faults.test.js'], { RUNS: times(100) }));
  },
  async suites() {
    let failed = 0;
    for (let round = 1; round <= times(5); round++) {
      console.log(`Round ${round} of the browser suites`);
      failed += await wtr([]);
    }
    return failed;
  },
  mounts,
  network: () => node([...nodeTest, 'build/node/gateway-storm.test.js'], { CLIENTS: times(1000) }),
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !parts[name]);
if (unknown.length) throw new Error(`No "${unknown}" here. There are: ${Object.keys(parts).join(', ')}.`);

await ensureInstalled();
await build({ tests: true });
const lines = [];
for (const name of asked.length ? asked : Object.keys(parts)) {
  const start = performance.now();
  const failed = await parts[name]();
  const seconds = Math.round((performance.now() - start) / 1000);
  lines.push(`${name.padEnd(8)} ${failed ? 'failed' : 'passed'} in ${seconds} s`);
  if (failed) process.exitCode = 1;
}
console.log(`\n${lines.join('\n')}`);

/** Mounts and unmounts frames in Chromium. What its page has afterwards is what it had after the first of them. */
async function mounts() {
  if (!engines.includes('chromium')) {
    console.log('LEFT OUT: mounts: there is no Chromium, and no other engine counts what a page has.');
    return 0;
  }
  const load = (path) => import(pathToFileURL(join(root, path)).href);
  const [{ open }, { alive, churn }, { startSites }] = await Promise.all(
    ['build/support/drive.js', 'build/support/churn.js', 'test/support/sites.mjs'].map(load),
  );
  const sites = await startSites();
  const page = await open('chromium');
  try {
    await page.goto(`${sites.origin(1)}/fixtures/host.html`);
    const batch = Math.max(10, times(100)); // fewer are less than what a page needs once
    const rows = [];
    // The first batch is what a page needs once: code, styles, caches.
    for (let i = 0; i <= 5; i++) {
      await page.evaluate(churn(`${sites.origin(2)}/fixtures/frame.html`, batch));
      rows.push({ mounts: (i + 1) * batch, ...(await settled(page, alive)) });
    }
    console.table(rows);
    return Number(grew(rows));
  } finally {
    await page.close();
    await sites.close();
  }
}

/** What a page has once the tasks in flight are over and nothing more is collected. */
async function settled(page, alive) {
  let [left, counts] = [];
  for (let round = 0; round < 20; round++) {
    counts = await page.counts();
    left = await page.evaluate(alive);
    if (Object.values(left).every((count) => count === 0)) break;
  }
  return { ...counts, ...left };
}

/** Room for what the engine itself keeps: a tenth of the heap, and a node or listener here and there. */
function grew([first, ...rest]) {
  const last = rest.at(-1);
  return (
    last.heap > first.heap * 1.1 ||
    ['documents', 'nodes', 'listeners'].some((kind) => last[kind] > first[kind] + 10) ||
    rest.some(({ window, iframe, element, peer }) => window + iframe + element + peer > 0)
  );
}

function wtr(args, runs) {
  return node([binOf('@web/test-runner', 'wtr'), ...args], runs && { RUNS: runs });
}

/** Resolves with 0 where the command went well. */
function node(args, its) {
  const env = { ...process.env, ...its };
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit', env });
  return new Promise((resolve, reject) =>
    child.once('error', reject).once('exit', (code) => resolve(code ?? 1)),
  );
}
