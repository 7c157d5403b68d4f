import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'oriel-packed-'));
const installed = join(project, 'node_modules/oriel');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const entries = Object.keys(manifest.exports).filter(
  (entry) => !entry.includes('*') && !entry.endsWith('.json'),
);

const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

// What a user gets: the tarball, installed into a project of its own.
before(() => {
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], {
      cwd: root,
      encoding: 'utf8',
    }),
  );
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'user', private: true, type: 'module' }),
  );
  run('npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', join(project, filename));
});
after(() => rmSync(project, { recursive: true, force: true }));

test('only lit and penpal come along', () => {
  assert.deepEqual(Object.keys(manifest.dependencies).sort(), ['lit', 'penpal']);
});

for (const entry of entries) {
  const specifier = entry.replace('.', 'oriel');
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
import { defineWidget, OrielFrame } from 'oriel';
import 'oriel/define';
const ticket = contract({ name: 'a.b', version: '1.0.0', props: type<{ id: number }>(), guest: { open: method({ input: type<string>(), output: type<number>() }), solved: event(type<{ id: string }>()) } });
const peer: Peer<typeof ticket, 'host'> = connect({ channel: toFrame(() => null, { allowOrigins: [] }), contract: ticket, side: 'host' });
const answer: Promise<number> = peer.remote.open('x');
peer.on('solved', ({ id }) => id.trim());
connectHost(ticket, { allowOrigins: ['https://a.example'], implement: { open: (id) => id.length } });
const frame: OrielFrame = document.createElement('oriel-frame');
frame.addEventListener('oriel-ready', ({ reason }) => reason.length);
export { answer, defineWidget };
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

test('the custom-elements manifest knows the frame', () => {
  const { modules } = JSON.parse(readFileSync(join(installed, 'custom-elements.json'), 'utf8'));
  const declarations = modules.flatMap(
    (module: { declarations?: { tagName?: string }[] }) => module.declarations ?? [],
  );
  const frame = declarations.find(({ tagName }: { tagName?: string }) => tagName === 'oriel-frame');
  const names = frame.attributes.map(({ name }: { name: string }) => name);
  for (const attribute of ['src', 'allow-origins', 'autosize', 'timeout', 'loading', 'sandbox', 'label']) {
    assert.ok(names.includes(attribute), `${attribute} is missing from the manifest`);
  }
});
