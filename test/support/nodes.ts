import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './tarball.js';

/** Where a Node of that version is: npm has each as a package, which is fetched once. */
export function nodeOf(major: string): string | undefined {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const cache = join(root, 'node_modules/.cache/oriel-node', major);
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const found = () =>
    ['bin/node', 'bin/node.exe']
      .map((path) => join(cache, 'node_modules', name, path))
      .find((path) => existsSync(path));
  if (found()) return found();
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', cache];
  mkdirSync(cache, { recursive: true });
  spawnSync('npm', [...args, `${name}@${major}`], { stdio: 'ignore', shell: process.platform === 'win32' });
  return found();
}
