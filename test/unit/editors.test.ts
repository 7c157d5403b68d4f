// What editors and compilers are told of the tags, which is made from the manifest.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const json = (name: string) => JSON.parse(readFileSync(root + name, 'utf8'));

test('VS Code is told of each attribute, and of its values', () => {
  const { version, tags } = json('html-data.json');
  assert.equal(version, 1.1);
  const [frame] = tags;
  assert.equal(frame.name, 'oriel-frame');
  const { modules } = json('custom-elements.json');
  const declared = modules
    .flatMap(({ declarations }: any) => declarations)
    .find(({ tagName }: any) => tagName === 'oriel-frame');
  const names = (items: { name: string }[]) => items.map(({ name }) => name);
  assert.deepEqual(names(frame.attributes), names(declared.attributes));
  const attribute = (name: string) => frame.attributes.find((item: { name: string }) => item.name === name);
  assert.deepEqual(names(attribute('loading').values), ['eager', 'lazy', 'idle', 'click']);
  assert.deepEqual(names(attribute('autosize').values), ['height', 'width', 'both', 'none']);
  assert.ok(names(attribute('referrerpolicy').values).includes('strict-origin'));
  assert.equal(attribute('probe').valueSet, 'v');
  assert.match(attribute('timeout').description.value, /Default: `10000`/);
});

for (const options of [
  ['--module', 'nodenext'],
  ['--module', 'esnext', '--moduleResolution', 'bundler'],
]) {
  // Each mistake in the fixtures stands under @ts-expect-error, which is itself an error where there is none.
  test(`React, Vue and any JSX know the tag's names, and no others, under ${options.at(-1)}`, () => {
    const manifest = createRequire(import.meta.url).resolve('typescript/package.json');
    const tsc = join(dirname(manifest), JSON.parse(readFileSync(manifest, 'utf8')).bin.tsc);
    const { stdout, stderr, error } = spawnSync(
      process.execPath,
      [tsc, '-p', join(root, 'test/types/frameworks'), '--pretty', 'false', ...options],
      { encoding: 'utf8' },
    );
    assert.ifError(error);
    assert.equal(stdout + stderr, '');
  });
}
