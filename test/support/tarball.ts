// The package as npm packs it, in a folder of its own.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Packed {
  folder: string;
  /** The tarball's path, in the folder. */
  tarball: string;
  remove(): void;
}

/** Packs what has been built. */
export function pack(): Packed {
  const folder = mkdtempSync(join(tmpdir(), 'oriel-packed-'));
  const answer = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
  });
  return {
    folder,
    tarball: join(folder, JSON.parse(answer)[0].filename),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface Project {
  folder: string;
  remove(): void;
}

/** What a user gets: the tarball, installed into a project of its own. */
export function installPacked(): Project {
  const { folder, tarball, remove } = pack();
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'user', private: true, type: 'module' }),
  );
  execFileSync(
    'npm',
    ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', tarball],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  return { folder, remove };
}

/** The modules that a user can import: `oriel`, `oriel/guest` and so on. */
export function entries(): string[] {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.keys(exports)
    .filter((entry) => !entry.includes('*') && !entry.endsWith('.json'))
    .map((entry) => entry.replace('.', 'oriel'));
}

/** The script behind a command of a package that we have installed. */
export const binOf = async (name: string, bin: string): Promise<string> =>
  (await import(new URL('../../scripts/build.mjs', import.meta.url).href)).binOf(name, bin);
