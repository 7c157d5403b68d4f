// src/ -> dist/ -> cdn/, custom-elements.json and what editors need; with --tests also test/ -> build/.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { writeEditors } from './editors.mjs';
import { ensureInstalled, root } from './install.mjs';

/** Builds all, and throws at the first step that fails. */
export async function build({ tests = false } = {}) {
  await clean('dist', 'cdn');
  run('typescript', 'tsc', ['-p', '.']);
  if (existsSync(join(root, 'rollup.config.mjs'))) run('rollup', 'rollup', ['-c', '--silent']);
  if (existsSync(join(root, 'node_modules/@custom-elements-manifest/analyzer'))) {
    const args = ['analyze', '--quiet', '--config', 'scripts/manifest.mjs'];
    run('@custom-elements-manifest/analyzer', 'cem', args);
    await writeEditors(root);
  }
  if (!tests) return;
  await clean('build');
  run('typescript', 'tsc', ['-p', 'test']);
}

const clean = (...folders) =>
  Promise.all(folders.map((folder) => rm(join(root, folder), { recursive: true, force: true })));

function run(name, bin, args) {
  const { status } = spawnSync(process.execPath, [binOf(name, bin), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`${bin} ${args.join(' ')} failed with ${status}.`);
}

/** The script behind a package's command: no shell needed, on Windows neither. */
export function binOf(name, bin) {
  const require = createRequire(join(root, 'package.json'));
  const file = join(root, 'node_modules', name, 'package.json');
  const { bin: bins } = require(file);
  return join(dirname(file), typeof bins === 'string' ? bins : bins[bin]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    await ensureInstalled();
    await build({ tests: process.argv.includes('--tests') });
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
