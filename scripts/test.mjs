// npm test: everything that can be tested, and one last line that says how it went.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { ensureInstalled, root } from './install.mjs';

const total = { passed: 0, failed: 0 };
const lines = [];

try {
  await testAll();
} catch (error) {
  console.error(`\n${error.stack ?? error}`);
  count('run', { passed: 0, failed: 1 });
}
if (total.passed + total.failed === 0) count('nothing ran', { passed: 0, failed: 1 });

console.log(`\n${lines.join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed ? 1 : 0;

async function testAll() {
  await ensureInstalled();
  // Only now: these need what has just been installed.
  const { ensureBrowsers } = await import('./browsers.mjs');
  const { build, binOf } = await import('./build.mjs');
  const engines = Object.keys(await ensureBrowsers());
  await build({ tests: true });

  const lint = await command([binOf('@biomejs/biome', 'biome'), 'check', '.']);
  count('lint', lint === 0 ? { passed: 0, failed: 0 } : { passed: 0, failed: 1 });

  for (const folder of ['unit', 'node', 'packed', 'driven']) {
    const files = testsIn(join(root, 'build', folder));
    if (files.length)
      count(folder, await nodeTests(files, folder === 'driven' || folder === 'packed' ? 1 : true));
  }
  if (testsIn(join(root, 'build/browser')).length)
    await browserTests(engines, binOf('@web/test-runner', 'wtr'));
}

function testsIn(folder) {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true }).map(String);
  return names
    .filter((name) => name.endsWith('.test.js'))
    .sort()
    .map((name) => join(folder, name));
}

/** Counts from node:test's own summary, which it gives as diagnostics. */
async function nodeTests(files, concurrency) {
  const sums = {};
  const stream = run({ files, concurrency });
  stream.on('test:diagnostic', ({ message, nesting }) => {
    const [, name, number] = /^(pass|fail|cancelled) (\d+)$/.exec(message) ?? [];
    if (nesting === 0 && name) sums[name] = Number(number);
  });
  const report = stream.compose(new spec());
  report.pipe(process.stdout, { end: false });
  await finished(report);
  const { pass = 0, fail = 0, cancelled = 0 } = sums;
  return { passed: pass, failed: pass + fail + cancelled ? fail + cancelled : 1 };
}

async function browserTests(engines, wtr) {
  const results = join(root, 'build/results/wtr.json');
  await rm(results, { force: true });
  const status = await command([wtr]);
  const report = existsSync(results) ? JSON.parse(await readFile(results, 'utf8')) : undefined;
  for (const engine of engines) {
    // An engine that reported nothing did not run, which is not a pass.
    count(engine, report?.engines[engine] ?? { passed: 0, failed: 1 });
  }
  const failed = engines.some((engine) => report?.engines[engine]?.failed);
  if (status !== 0 && report && !failed) count('browser runner', { passed: 0, failed: 1 });
}

function command(args) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
  return new Promise((resolve, reject) =>
    child.once('error', reject).once('exit', (code) => resolve(code ?? 1)),
  );
}

function count(name, { passed, failed }) {
  total.passed += passed;
  total.failed += failed;
  const result = passed + failed ? `${passed} passed, ${failed} failed` : 'ok';
  lines.push(`${name.padEnd(14)} ${result}`);
}
