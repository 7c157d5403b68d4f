// The `oriel` command as a process of its own, as a shell starts it.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../bin/oriel.js', import.meta.url));

/** A folder with these files in it, and nothing else: no package is installed there. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'oriel-command-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** An address at which nothing listens. */
export async function nowhere(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}`;
}

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Command {
  readonly child: ChildProcessWithoutNullStreams;
  /** What it has said so far. */
  readonly said: { stdout: string; stderr: string };
  /** Its first line on stdout; rejects if it ends without one. */
  line(): Promise<string>;
  /** Resolves when it has said something like this, on either; rejects if it ends before. */
  says(what: RegExp): Promise<void>;
  /** Resolves when it has ended. */
  ended(): Promise<Ran>;
}

/** @param input - What stands on its stdin, which ends then. Without it stdin stays open. */
export function oriel(
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
  input?: string,
): Command {
  const child = spawn(process.execPath, [bin, ...args], { cwd, env: { ...process.env, ...env } });
  child.stdin.on('error', () => {}); // it may end before it has read all
  if (input !== undefined) child.stdin.end(input);
  after(() => child.kill('SIGKILL'));
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    said.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.stderr += chunk;
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...said }));
  return {
    child,
    said,
    ended: () => ended,
    says: (what) =>
      new Promise((resolve, reject) => {
        const look = () => (what.test(said.stdout) || what.test(said.stderr)) && resolve();
        child.stdout.on('data', look);
        child.stderr.on('data', look);
        ended.then(({ stdout, stderr }) => reject(new Error(`It ended without ${what}: ${stdout}${stderr}`)));
        look();
      }),
    line: () =>
      new Promise((resolve, reject) => {
        const look = () =>
          said.stdout.includes('\n') && resolve(said.stdout.slice(0, said.stdout.indexOf('\n')));
        child.stdout.on('data', look);
        ended.then(({ stderr }) => reject(new Error(`It ended: ${stderr}`)));
        look();
      }),
  };
}
