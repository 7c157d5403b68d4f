// Which lines of src/ the tests run, by folder, against the floors in coverage.json.
// npm test holds what the Node tests run; npm run coverage adds what Chromium's pages do, and takes minutes.
// What runs in a guest of another origin is not counted, so the figure of guest/ says little.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './install.mjs';

const results = join(root, 'build/results');
/** Where Node writes what ran, for NODE_V8_COVERAGE. */
export const raw = join(results, 'v8');
const floors = () => JSON.parse(readFileSync(join(root, 'coverage.json'), 'utf8'));

/** Says what the Node tests that wrote into {@link raw} ran, and resolves with whether that is enough. */
export async function nodeIsEnough() {
  return isEnough('node', await fromNode());
}

/** The same with what Chromium's pages ran, which the browser tests have written down. */
export async function allIsEnough() {
  const pages = linesOf(join(root, 'coverage/coverage-final.json'));
  return isEnough('all', merged(await fromNode(), pages));
}

async function fromNode() {
  const { binOf } = await import('./build.mjs');
  const out = join(results, 'coverage-node');
  const args = ['report', '--temp-directory', raw, '--reports-dir', out, '--reporter', 'json'];
  // The maps beside dist/*.js lead back to src/.
  if ((await command([binOf('c8', 'c8'), ...args, '--include', 'dist/**/*.js', '--exclude', 'none'])) !== 0)
    throw new Error('c8 made no report; its output is above.');
  return linesOf(join(out, 'coverage-final.json'));
}

/** Of each file of src/, by its path there: its lines, and whether each has run. */
function linesOf(path) {
  const files = {};
  for (const [file, { statementMap, s }] of Object.entries(JSON.parse(readFileSync(path, 'utf8')))) {
    const name = relative(join(root, 'src'), file).split(sep).join('/');
    if (name.startsWith('..')) continue;
    files[name] = new Map(Object.entries(statementMap).map(([key, { start }]) => [start.line, s[key] > 0]));
  }
  return files;
}

/** Per cent of the lines of each folder. A file that no test has loaded counts as one line that has not run. */
function byFolder(files) {
  const sums = {};
  for (const name of readdirSync(join(root, 'src'), { recursive: true }).map((one) =>
    one.split(sep).join('/'),
  )) {
    if (!name.endsWith('.ts') || !name.includes('/')) continue;
    const sum = (sums[name.split('/')[0]] ??= { lines: 0, run: 0 });
    const lines = files[name] ?? new Map([[1, false]]);
    sum.lines += lines.size;
    sum.run += [...lines.values()].filter(Boolean).length;
  }
  return Object.fromEntries(
    Object.entries(sums).map(([folder, { lines, run }]) => [folder, Math.floor((1000 * run) / lines) / 10]),
  );
}

function isEnough(kind, files) {
  const found = byFolder(files);
  let enough = true;
  for (const [folder, floor] of Object.entries(floors()[kind])) {
    const ok = found[folder] >= floor;
    enough &&= ok;
    console.log(`${kind} ${folder.padEnd(10)} ${found[folder]} % of ${floor} %${ok ? '' : ': too little'}`);
  }
  return enough;
}

/** Both maps, where a line has run if it did in either. */
function merged(a, b) {
  const files = { ...a };
  for (const [name, lines] of Object.entries(b)) {
    files[name] = new Map(files[name]);
    for (const [line, ran] of lines) files[name].set(line, ran || (files[name].get(line) ?? false));
  }
  return files;
}

function command(args, env = {}) {
  const options = { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } };
  const child = spawn(process.execPath, args, options);
  return new Promise((resolve, reject) =>
    child.once('error', reject).once('exit', (code) => resolve(code ?? 1)),
  );
}

async function all() {
  const { build, binOf } = await import('./build.mjs');
  await build({ tests: true });
  await rm(raw, { recursive: true, force: true });
  const folder = join(root, 'build/unit');
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.js'));
  const unit = await command(['--test', ...files.map((name) => join(folder, name))], {
    NODE_V8_COVERAGE: raw,
  });
  const pages = await command([binOf('@web/test-runner', 'wtr')], { COVERAGE: '1', ENGINE: 'chromium' });
  if (unit || pages || !(await allIsEnough())) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await all();
