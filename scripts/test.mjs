// npm test: everything that can be tested, and one last line that says how it went.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { ensureInstalled, root } from './install.mjs';
import { Tally } from './tally.mjs';

const total = { passed: 0, failed: 0 };
const lines = [];
const files = [];
/** How smoothly something moves depends on what else the machine does: these run in one engine at a time. */
const alone = ['autosize-motion.test.js'];

try {
  await testAll();
} catch (error) {
  console.error(`\n${error.stack ?? error}`);
  count('run', { passed: 0, failed: 1 });
}
if (total.passed + total.failed === 0) count('nothing ran', { passed: 0, failed: 1 });

console.log(`\nThe slowest files:\n${slowest(10).join('\n')}`);
console.log(`\n${lines.join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed ? 1 : 0;

async function testAll() {
  await timed('install', ensureInstalled);
  // Only now: these need what has just been installed.
  const { ensureBrowsers } = await import('./browsers.mjs');
  const { build, binOf } = await import('./build.mjs');
  const { ensureServers } = await import('./servers.mjs');
  const engines = Object.keys(await ensureBrowsers());
  ensureServers();
  await timed('build', () => build({ tests: true }));

  for (const [name, args] of Object.entries(checks(binOf))) {
    const failed = (await timed(name, () => command(args))) === 0 ? 0 : 1;
    count(name, { passed: 0, failed });
  }

  for (const folder of ['unit', 'node', 'packed']) {
    const paths = testsIn(join(root, 'build', folder));
    if (paths.length) count(folder, await timed(folder, () => nodeTests(paths, folder === 'unit')));
  }
  const { nodeIsEnough } = await import('./coverage.mjs');
  count('coverage', { passed: 0, failed: (await timed('coverage', nodeIsEnough)) ? 0 : 1 });
  const driven = testsIn(join(root, 'build/driven'));
  if (driven.length) {
    const { drivenTests } = await import('./driven.mjs');
    const counts = await timed('driven', () => drivenTests(driven, engines));
    for (const [engine, sums] of Object.entries(counts)) count(`driven ${engine}`, sums);
  }
  if (testsIn(join(root, 'build/browser')).length)
    await timed('browser', () => browserTests(engines, binOf('@web/test-runner', 'wtr')));
}

/** Says how long a step took, as the first of its lines. */
async function timed(name, run) {
  const start = performance.now();
  const at = lines.length;
  try {
    return await run();
  } finally {
    lines.splice(at, 0, `${name.padEnd(16)} ${Math.round((performance.now() - start) / 1000)} s`);
  }
}

/** What looks at the code without running it. */
function checks(binOf) {
  return {
    lint: [binOf('@biomejs/biome', 'biome'), 'check', '.'],
    unused: [binOf('knip', 'knip')],
    duplicates: [binOf('jscpd', 'jscpd')],
    // Tests may say the same of two things, now and then.
    'in tests': [binOf('jscpd', 'jscpd'), '--config', 'test/jscpd.json'],
  };
}

function testsIn(folder) {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true }).map(String);
  return names
    .filter((name) => name.endsWith('.test.js'))
    .sort()
    .map((name) => join(folder, name));
}

async function nodeTests(paths, covered) {
  const tally = new Tally();
  // Each file is a process of its own, which has the variable from here.
  if (covered) process.env.NODE_V8_COVERAGE = await emptied((await import('./coverage.mjs')).raw);
  // A file that would never end, as after a failure that leaves something open, is given up by its name.
  const stream = run({ files: paths, concurrency: availableParallelism(), timeout: 300_000 });
  for (const type of ['test:complete', 'test:diagnostic'])
    stream.on(type, (data) => tally.add({ type, data }));
  const report = stream.compose(new spec());
  report.pipe(process.stdout, { end: false });
  await finished(report);
  delete process.env.NODE_V8_COVERAGE;
  return tally.result;
}

async function emptied(folder) {
  await rm(folder, { recursive: true, force: true });
  return folder;
}

/** Each engine mostly waits for frames, so that two at once take little longer than one. */
async function browserTests(engines, wtr) {
  const paths = testsIn(join(root, 'build/browser'));
  const isAlone = (path) => alone.includes(basename(path));
  const groups = [
    ['', Math.min(2, availableParallelism()), paths.filter((path) => !isAlone(path))],
    [' alone', 1, paths.filter(isAlone)],
  ];
  for (const [suffix, atOnce, some] of groups) {
    const report = await inBrowsers(wtr, atOnce, some);
    for (const engine of engines) count(`${engine}${suffix}`, report[engine]);
    if (report.broken) count(`browser runner${suffix}`, { passed: 0, failed: 1 });
  }

  async function inBrowsers(wtr, atOnce, some) {
    const results = join(root, 'build/results/wtr.json');
    await rm(results, { force: true });
    const status = await command([wtr, '--concurrent-browsers', String(atOnce), '--files', ...some]);
    const found = existsSync(results) ? JSON.parse(await readFile(results, 'utf8')).engines : undefined;
    const failed = engines.some((engine) => found?.[engine]?.failed);
    return {
      // An engine that reported nothing did not run, which is not a pass.
      ...Object.fromEntries(engines.map((engine) => [engine, found?.[engine] ?? { passed: 0, failed: 1 }])),
      broken: status !== 0 && found && !failed,
    };
  }
}

function command(args) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
  return new Promise((resolve, reject) =>
    child.once('error', reject).once('exit', (code) => resolve(code ?? 1)),
  );
}

/** Where the time goes, so that whoever adds a test knows. */
function slowest(count) {
  files.sort((a, b) => b.seconds - a.seconds);
  return files
    .slice(0, count)
    .map(({ seconds, where, file }) => `${seconds.toFixed(1).padStart(7)} s  ${where.padEnd(16)} ${file}`);
}

function count(name, { passed, failed, files: took = [] }) {
  for (const { file, seconds } of took) files.push({ where: name, file, seconds });
  total.passed += passed;
  total.failed += failed;
  const result = passed + failed ? `${passed} passed, ${failed} failed` : 'ok';
  lines.push(`${name.padEnd(16)} ${result}`);
}
