import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CliError, exits } from './exit.js';
import { packageJson } from './package.js';
import { resolveFromHere } from './resolve.js';

/**
 * What a config exports. It may import `oriel` and what that brings along, whatever folder it stands in.
 * @throws CliError that says what is wrong with it, and what to do
 */
export async function loadConfig(file: string, cwd: string): Promise<unknown> {
  const { default: config } = await loadModule(
    file,
    cwd,
    'Write one, or name another: oriel gateway <config>',
  );
  try {
    if (config !== undefined) return await config;
  } catch (error) {
    throw failure(error, file, resolve(cwd, file));
  }
  throw new CliError(exits.config, `${file} exports nothing: write "export default gateway({ … })".`);
}

/** All that a module exports. @param missing - What to do where it isn't there. @throws CliError */
export async function loadModule(
  file: string,
  cwd: string,
  missing: string,
): Promise<Readonly<Record<string, unknown>>> {
  const path = resolve(cwd, file);
  if (!existsSync(path)) throw new CliError(exits.noInput, `There is no ${file} here. ${missing}`);
  if (!hasOwn(path)) resolveFromHere();
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    throw failure(error, file, path);
  }
}

/** Whether a config's own folder has `oriel` installed. */
function hasOwn(path: string): boolean {
  try {
    createRequire(path).resolve('oriel/contract');
    return true;
  } catch {
    return false;
  }
}

/** What kept a config from being read, for its user. */
export function failure(error: unknown, file: string, path = file): CliError {
  const { code, message, stack } = Object(error) as { code?: unknown; message?: string; stack?: string };
  const fits = (text: string, exit: number = exits.config) => new CliError(exit, text, { cause: error });
  if (code === 'bad-config' || code === 'bad-contract') return fits(`${file}: ${message}`);
  const [, name, from] =
    /Cannot find (?:package|module) '([^']+)'(?: imported from (.+))?/.exec(message ?? '') ?? [];
  if (code === 'ERR_MODULE_NOT_FOUND' && name !== undefined) {
    if (/^[./]|^file:/.test(name))
      return fits(`${nameOf(from, file)} imports "${shortOf(name)}", which is not there.`);
    return fits(
      `${nameOf(from, file)} needs the package "${packageOf(name)}", which is not installed. Run: npm install ${packageOf(name)}`,
      exits.unavailable,
    );
  }
  if (code === 'log-missing') return fits(`${file}: ${message}`, exits.unavailable);
  const [, subpath] = /Package subpath '\.\/([^']+)' is not defined/.exec(message ?? '') ?? [];
  if (code === 'ERR_PACKAGE_PATH_NOT_EXPORTED' && subpath !== undefined)
    return fits(`${file}: there is no "oriel/${subpath}". There are: ${entries().join(', ')}`);
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && /\.[cm]?tsx?$/.test(file))
    return fits(
      `Node ${process.versions.node} can't read ${file}. Take Node 22.18 or later, which reads TypeScript, or build it to JavaScript.`,
    );
  if (error instanceof SyntaxError) return fits(`${file} can't be read.\n${placeOf(path) || stack}`);
  return fits(`${file} throws: ${stack ?? String(error)}`);
}

/** Where a module can't be read. Node tells it to nobody but the user: a module's SyntaxError has no place in it. */
function placeOf(path: string): string {
  const input = existsSync(path) ? readFileSync(path) : '';
  const checked = spawnSync(process.execPath, ['--input-type=module', '--check'], {
    input,
    encoding: 'utf8',
  });
  return checked.stderr.split('\n    at ')[0]?.replace('[stdin]', path) ?? '';
}

/** A file of ours by its entry, another by its name. */
function nameOf(from: string | undefined, file: string): string {
  const dist = fileURLToPath(new URL('../', import.meta.url));
  if (from?.startsWith(dist)) return `oriel/${from.slice(dist.length).replace(/\.js$/, '')}`;
  return from === undefined ? file : basename(from);
}

const shortOf = (path: string): string => basename(path);

function packageOf(name: string): string {
  const [scope = '', rest] = name.split('/');
  return scope.startsWith('@') ? `${scope}/${rest}` : scope;
}

function entries(): string[] {
  return Object.keys(packageJson('package.json')['exports'] as object)
    .filter((name) => /^\.\/(log|services|sources|sinks|gateway|channels|contract)/.test(name))
    .map((name) => `oriel${name.slice(1)}`);
}
