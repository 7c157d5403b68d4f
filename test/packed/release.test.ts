// What is released: the same bytes whoever builds them, with a bill of materials and a dated list of changes.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pack, root } from '../support/tarball.js';

const { billOfMaterials, released } = (await import(
  new URL('../../scripts/release.mjs', import.meta.url).href
)) as {
  billOfMaterials(): {
    bomFormat: string;
    metadata: { component: { name: string } };
    components: { 'bom-ref': string; name: string; licenses: unknown[]; hashes: unknown[] }[];
  };
  released(changelog: string, facts: { version: string; date: string; hashes: object }): string;
};
const hashes = { 'oriel.js': 'sha384-abc' };
const facts = { version: '1.2.0', date: '2030-01-31', hashes };

test('a release heads what has changed, with the hashes, and keeps all around it', () => {
  const before = '# Changelog\n\n## Unreleased\n\n- One.\n- Two.\n\n## 1.1.0 (2029-01-01)\n\n- Zero.\n';
  assert.equal(
    released(before, facts),
    '# Changelog\n\n## 1.2.0 (2030-01-31)\n\n- One.\n- Two.\n\nFor `integrity`:\n\n- `cdn/oriel.js`: `sha384-abc`\n\n## 1.1.0 (2029-01-01)\n\n- Zero.\n',
  );
  assert.match(released(readFileSync(`${root}CHANGELOG.md`, 'utf8'), facts), /\n- `cdn\/oriel\.js`: .*\n$/);
});

test('a release of nothing, or of what is released already, is refused', () => {
  assert.throws(() => released('# Changelog\n\n## 1.1.0 (2029-01-01)\n\n- Zero.\n', facts), /nothing under/);
  assert.throws(
    () => released('# Changelog\n\n## Unreleased\n\n## 1.1.0 (2029-01-01)\n\n- Zero.\n', facts),
    /nothing under/,
  );
  assert.throws(
    () => released('# Changelog\n\n## Unreleased\n\n- One.\n\n## 1.2.0 (2029-01-01)\n\n- Zero.\n', facts),
    /1\.2\.0 already/,
  );
});

test('the bill of materials names what comes along, with licence and hash, and no tool', () => {
  const { bomFormat, metadata, components } = billOfMaterials();
  assert.equal(bomFormat, 'CycloneDX');
  assert.equal(metadata.component.name, 'oriel');
  const names = components.map((one) => one['bom-ref'].replace(/@[^@]+$/, ''));
  const lock = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')).packages as Record<string, any>;
  const passedOn = new Set<string>();
  const follow = ({ dependencies, optionalDependencies }: any) => {
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      if (passedOn.has(name)) continue;
      passedOn.add(name);
      follow(lock[`node_modules/${name}`]);
    }
  };
  follow(lock['']);
  assert.deepEqual(names.sort(), [...passedOn].sort());
  assert.ok(passedOn.has('lit-html') && passedOn.has('hono') && !passedOn.has('typescript'));
  for (const { name, licenses, hashes } of components)
    assert.ok(licenses.length && hashes.length, `${name} has a licence and a hash`);
});

test('two builds, in two folders, give the same bytes', () => {
  const copy = mkdtempSync(join(tmpdir(), 'oriel-again-'));
  const here = pack();
  try {
    for (const name of readdirSync(root))
      if (ofTheBuild.includes(name)) cpSync(join(root, name), join(copy, name), { recursive: true });
    install(copy);
    execFileSync(process.execPath, ['scripts/build.mjs'], {
      cwd: copy,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const again = execFileSync('npm', ['pack', '--json', '--ignore-scripts'], {
      cwd: copy,
      encoding: 'utf8',
    });
    assert.equal(sum(join(copy, JSON.parse(again)[0].filename)), sum(here.tarball));
  } finally {
    here.remove();
    rmSync(copy, { recursive: true, force: true });
  }
});

/** All that a build reads. */
const ofTheBuild = [
  'bin',
  'src',
  'scripts',
  'package.json',
  'tsconfig.json',
  'rollup.config.mjs',
  'README.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'docs',
  'LICENSE',
];
const sum = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Copies what ends up in the build, whose paths its source maps name, and links the tools. */
function install(folder: string): void {
  const copied = /^(lit|lit-html|lit-element|penpal|@lit|@lit-labs)$/;
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync(join(root, 'node_modules')))
    if (copied.test(name))
      cpSync(join(root, 'node_modules', name), join(folder, 'node_modules', name), { recursive: true });
    else symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name), 'junction');
}
