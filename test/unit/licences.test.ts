// Whoever takes the package takes the licences of what comes along; whoever works on it, those of the tools.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const root = new URL('../../', import.meta.url);
const read = (path: string) => JSON.parse(readFileSync(new URL(path, root), 'utf8'));

/** Ask for nothing but their notice. */
const permissive = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
];
/**
 * For tools alone, which are not passed on: MPL asks for its own files, CC-BY stands on data, Python's asks for a summary
 * of changes, Unlicense for nothing.
 */
const tools = [...permissive, 'MPL-2.0', 'CC-BY-4.0', 'Python-2.0', 'Unlicense'];
/** Those that name their licence in their README alone. */
const byHand: Record<string, string> = { only: 'MIT' };

interface Locked {
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly link?: boolean;
}

/** What is installed, of all that the lock file names: an optional one may be for another machine. */
const installed = Object.entries(read('package-lock.json').packages as Record<string, Locked>)
  .filter(([path, { link }]) => path && !link && existsSync(new URL(`${path}/package.json`, root)))
  .map(([path, { dev, devOptional }]) => {
    const manifest = read(`${path}/package.json`);
    return {
      name: `${manifest.name}@${manifest.version}`,
      licence: licenceOf(manifest) ?? byHand[manifest.name] ?? 'none named',
      tool: Boolean(dev || devOptional),
    };
  });

/** As a manifest has it, or as old ones had. */
function licenceOf({ license, licenses }: Record<string, any>): string | undefined {
  const one = license ?? licenses;
  if (Array.isArray(one)) return one.map(({ type }) => type).join(' OR ');
  return one?.type ?? one;
}

/** Reads an SPDX expression without brackets inside brackets, which nobody has needed. */
function allowed(licence: string, list: string[]): boolean {
  const terms = licence.replaceAll(/[()]/g, '');
  return terms.split(' OR ').some((one) => one.split(' AND ').every((term) => list.includes(term.trim())));
}

const refused = (packages: typeof installed, list: string[]) =>
  packages.filter(({ licence }) => !allowed(licence, list)).map(({ name, licence }) => `${name}: ${licence}`);

test('what comes along with the package is under permissive licences', () => {
  const passedOn = installed.filter(({ tool }) => !tool);
  assert.ok(passedOn.some(({ name }) => name.startsWith('lit@')));
  assert.deepEqual(refused(passedOn, permissive), []);
});

test('no tool is under a licence that we have not agreed to', () => {
  const used = installed.filter(({ tool }) => tool);
  assert.ok(used.length > 100, `${used.length} looked at`);
  assert.deepEqual(refused(used, tools), []);
});

test('a licence is refused unless one of its alternatives is on the list, whole', () => {
  assert.deepEqual(
    ['GPL-3.0', 'MIT AND GPL-2.0', '(GPL-2.0 OR MIT)', 'none named', 'UNLICENSED', 'MIT'].map((licence) =>
      allowed(licence, permissive),
    ),
    [false, false, true, false, false, true],
  );
});
