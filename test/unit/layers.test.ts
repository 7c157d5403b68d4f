import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const src = fileURLToPath(new URL('../../src', import.meta.url));

/** What each layer may import: other layers, channels by name, and libraries. Its own folder is always allowed. */
const allowed: Record<string, readonly string[]> = {
  contract: [],
  bridge: ['contract', 'penpal'],
  events: ['contract'],
  channels: ['bridge', 'events', 'contract'],
  guest: ['bridge', 'channels/window', 'contract'],
  elements: ['bridge', 'channels/window', 'events', 'contract', 'lit'],
};

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

/** What a file imports: a path below src, or a package's name. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8');
  const found = text.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g);
  return [...found].map(([, to = '']) =>
    to.startsWith('.')
      ? relative(src, join(src, dirname(file), to)).replace(/\.js$/, '')
      : (to.split('/')[0] ?? ''),
  );
}

for (const file of files.filter((name) => name.includes('/'))) {
  test(`${file} imports only what its layer may`, () => {
    const layer = file.split('/')[0] ?? '';
    const may = allowed[layer];
    assert.ok(may, `"${layer}" is not a layer; name it and what it may import`);
    for (const to of importsOf(file)) {
      const fits = [layer, ...may].some((room) => to === room || to.startsWith(`${room}/`));
      assert.ok(fits, `${file} imports ${to}; ${layer} may import ${may.join(', ') || 'nothing'}`);
    }
  });
}

for (const file of files.filter((name) => !name.includes('/'))) {
  test(`${file} only re-exports`, () => {
    const code = readFileSync(join(src, file), 'utf8')
      .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
      .split(';')
      .map((statement) => statement.trim())
      .filter(Boolean);
    for (const statement of code)
      assert.match(statement, /^(import|export)\b[\s\S]*['"][^'"]+['"]$/, statement);
  });
}
