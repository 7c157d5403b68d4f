import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { entries, installPacked, root } from '../support/tarball.js';

const { folder: project, remove } = installPacked();
after(remove);
const installed = join(project, 'node_modules/oriel');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

test('only lit and penpal come along', () => {
  assert.deepEqual(Object.keys(manifest.dependencies).sort(), ['lit', 'penpal']);
});

for (const specifier of entries()) {
  test(`${specifier} can be imported in plain Node`, () => {
    run('node', '--input-type=module', '-e', `await import('${specifier}')`);
  });
}

test('a file that is not an entry cannot be imported', () => {
  assert.throws(
    () => run('node', '--input-type=module', '-e', "await import('oriel/dist/bridge/link.js')"),
    /ERR_PACKAGE_PATH_NOT_EXPORTED/,
  );
});

const program = `
import { contract, event, method, type } from 'oriel/contract';
import { connect, type Peer } from 'oriel/bridge';
import { connectHost } from 'oriel/guest';
import { toFrame } from 'oriel/channels/window';
import type { OrielElements } from 'oriel/jsx';
import { defineWidget, OrielFrame } from 'oriel';
import 'oriel/define';
const ticket = contract({ name: 'a.b', version: '1.0.0', props: type<{ id: number }>(), guest: { open: method({ input: type<string>(), output: type<number>() }), solved: event(type<{ id: string }>()) } });
const peer: Peer<typeof ticket, 'host'> = connect({ channel: toFrame(() => null, { allowOrigins: [] }), contract: ticket, side: 'host' });
const answer: Promise<number> = peer.remote.open('x');
peer.on('solved', ({ id }) => id.trim());
connectHost(ticket, { allowOrigins: ['https://a.example'], implement: { open: (id) => id.length } });
const frame: OrielFrame = document.createElement('oriel-frame');
frame.addEventListener('oriel-ready', ({ reason }) => reason.length);
const tag: OrielElements['oriel-frame'] = { src: 'https://a.example/', 'onoriel-ready': ({ reason }) => reason.trim() };
export { answer, defineWidget, tag };
`;

for (const [module, moduleResolution] of [
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
]) {
  test(`its types resolve under ${moduleResolution}`, () => {
    const folder = join(project, String(moduleResolution));
    mkdirSync(folder);
    writeFileSync(join(folder, 'use.ts'), program);
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          module,
          moduleResolution,
          target: 'es2022',
          lib: ['es2024', 'dom', 'dom.iterable', 'esnext.disposable'],
          strict: true,
          exactOptionalPropertyTypes: true,
          noEmit: true,
          types: [],
          skipLibCheck: false,
        },
        files: ['use.ts'],
      }),
    );
    try {
      run('node', join(root, 'node_modules/typescript/bin/tsc'), '-p', folder);
    } catch (error) {
      assert.fail((error as { stdout: string }).stdout);
    }
  });
}

test('every file that has side effects is named, and exists', () => {
  for (const file of manifest.sideEffects.filter((name: string) => !name.includes('*'))) {
    assert.ok(readFileSync(join(installed, file)).length > 0, file);
  }
});

test('the built files for plain pages are in the package, with their hashes', () => {
  const hashes = JSON.parse(readFileSync(join(installed, 'cdn/sri.json'), 'utf8'));
  for (const file of ['oriel.js', 'guest.js', 'oriel.global.js', 'guest.global.js']) {
    assert.match(hashes[file], /^sha384-/);
    assert.ok(readFileSync(join(installed, 'cdn', file)).length > 0);
  }
});

test('what its README sends readers to is in the package', () => {
  const readme = readFileSync(join(installed, 'README.md'), 'utf8');
  const named = [...readme.matchAll(/[`(]((?:\w+\/)*\w+\.md)[`)]/g)].map(([, path = '']) => path);
  assert.ok(named.includes('SECURITY.md') && named.includes('docs/errors.md'));
  for (const path of named) assert.ok(readFileSync(join(installed, path), 'utf8').length > 0, path);
});

test('what editors and compilers know of the tags is in the package', () => {
  for (const file of ['custom-elements.json', 'html-data.json'])
    assert.match(readFileSync(join(installed, file), 'utf8'), /"oriel-frame"/);
  for (const name of ['jsx', 'react', 'vue'])
    assert.match(
      readFileSync(join(installed, `dist/editors/${name}.d.ts`), 'utf8'),
      /'oriel-frame'|OrielFrame/,
    );
  assert.equal(manifest.customElements, 'custom-elements.json');
});
