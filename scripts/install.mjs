// Uses nothing but Node, so that it works in a fresh clone.
import { spawnSync } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Installs the dependencies when they are missing, or older than the lock file. */
export async function ensureInstalled() {
  if (await isCurrent()) return;
  console.error('Installing dependencies (npm ci) …');
  // stdout stays clean: its last line belongs to the script that called.
  const options = { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' };
  const { status } = spawnSync('npm', ['ci', '--include=dev', '--no-audit', '--no-fund'], options);
  if (status !== 0) throw new Error('npm ci failed; its output is above.');
}

async function isCurrent() {
  const [lock, installed] = await Promise.all([
    changed('package-lock.json'),
    changed('node_modules/.package-lock.json'),
  ]);
  return installed > 0 && installed >= lock;
}

const changed = (name) =>
  stat(new URL(`../${name}`, import.meta.url)).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
