// npm run mutate: breaks the plain modules in each way that Stryker knows, file by file, and sees which the quick Node
// tests notice. What was measured stays in node_modules/.cache until the file or a test changes, so that a run which
// was stopped goes on where it was.
//
//   npm run mutate                                  all of src/contract and src/bridge
//   npm run mutate -- src/bridge/limits.ts bridge/batch    those whose path has one of these in it
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { binOf, build } from './build.mjs';
import { ensureInstalled, root } from './install.mjs';

/** Below this the tests of a folder are too weak. What it was, less what chance may do. */
const least = 60;
const folders = ['src/contract', 'src/bridge'];
const results = join(root, 'node_modules/.cache/oriel-mutation'); // build/ is emptied by each build
const asked = process.argv.slice(2);

await ensureInstalled();
await build({ tests: true });
const { testsOf } = await import('../stryker.config.mjs');
mkdirSync(results, { recursive: true });

const files = folders
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`))
  .filter((file) => !/\/(index|types)\.ts$/.test(file))
  .filter((file) => !asked.length || asked.some((part) => file.includes(part)));
if (!files.length) throw new Error(`No file has ${asked.join(' or ')} in its path.`);

const sums = {};
for (const file of files) {
  const { killed, all, survivors } = measured(file);
  const folder = file.split('/')[1];
  const sum = (sums[folder] ??= { killed: 0, all: 0 });
  sum.killed += killed;
  sum.all += all;
  console.log(`${percent({ killed, all }).padStart(6)}  ${file} (${killed} of ${all})`);
  for (const survivor of survivors) console.log(`          ${survivor}`);
}
console.log();
for (const [folder, sum] of Object.entries(sums)) {
  console.log(`${percent(sum).padStart(6)}  ${folder} (${sum.killed} of ${sum.all})`);
  if (!asked.length && sum.killed < (sum.all * least) / 100) process.exitCode = 1;
}

function measured(file) {
  const report = join(results, `${file.replaceAll('/', '.')}.json`);
  const stamp = stampOf(file);
  const known = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
  if (known?.stamp === stamp) return known;
  const { status } = spawnSync(
    process.execPath,
    [binOf('@stryker-mutator/core', 'stryker'), 'run', '--mutate', file],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, MUTATE: file, REPORT: report },
    },
  );
  if (status !== 0) throw new Error(`${file} could not be measured; the reason is above.`);
  const { mutants } = Object.values(JSON.parse(readFileSync(report, 'utf8')).files)[0] ?? { mutants: [] };
  const noticed = mutants.filter((one) => /^(Killed|Timeout)$/.test(one.status));
  const missed = mutants.filter((one) => /^(Survived|NoCoverage)$/.test(one.status));
  const result = {
    stamp,
    killed: noticed.length,
    all: noticed.length + missed.length,
    survivors: missed.map(
      ({ location, mutatorName, replacement = '', status }) =>
        `${location.start.line}:${location.start.column} ${mutatorName} ${status === 'Survived' ? '' : '(never run) '}${replacement.split('\n')[0]}`,
    ),
  };
  writeFileSync(report, JSON.stringify(result, null, 2));
  return result;
}

/** Changes with the file, and with what tests it. */
function stampOf(file) {
  const hash = createHash('sha256').update(readFileSync(join(root, file)));
  for (const test of testsOf(file)) hash.update(readFileSync(join(root, `test/unit/${test}.test.ts`)));
  return hash.digest('hex');
}

function percent({ killed, all }) {
  return all ? `${((killed * 100) / all).toFixed(1)} %` : '-';
}
