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
  channels: ['bridge', 'events', 'contract', 'eventsource-parser'],
  // SQLite's drivers too, of which the one that is there is loaded by its name.
  log: ['events', 'contract', '@nats-io', '@redis', 'pg'],
  guest: ['bridge', 'channels/window', 'contract'],
  testing: ['bridge', 'channels/memory', 'contract'],
  services: ['contract', 'events'],
  webhooks: ['contract', 'node:crypto'],
  sources: ['contract', 'events', 'webhooks'],
  sinks: ['contract', 'events', 'webhooks', 'node:dns', 'node:http', 'node:https', 'node:net'],
  gateway: [
    'bridge',
    'channels/websocket-server',
    'channels/sse-server',
    'events',
    'log',
    'contract',
    // Their types alone.
    'services/service',
    'sources/source',
    'sinks/sink',
    'hono',
    '@hono',
    'jose',
    'ws',
    'node:fs',
    'node:http',
    'node:net',
    'node:stream',
  ],
  cli: [
    'gateway',
    'bridge',
    'channels',
    'contract',
    'webhooks',
    // Its type alone.
    'sources/inbox',
    'commander',
    'eventsource-parser',
    'node:child_process',
    'node:crypto',
    'node:events',
    'node:fs',
    'node:http',
    'node:https',
    'node:module',
    'node:net',
    'node:path',
    'node:readline',
    'node:tty',
    'node:url',
    'node:zlib',
  ],
  elements: ['bridge', 'channels/window', 'events', 'contract', 'lit'],
};

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

/** What a file imports: a path below src, or a package's name. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8');
  // Not those in a text, which is indented: a help's examples, for one.
  const found = text.matchAll(/(?:^(?:import|export|\}).*from\s*|^import\s*|import\(\s*)['"]([^'"]+)['"]/gm);
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

test('only one file of the gateway knows a server of Node', () => {
  const those = files.filter(
    (file) =>
      file.startsWith('gateway/') && importsOf(file).some((to) => ['node:http', '@hono', 'ws'].includes(to)),
  );
  assert.deepEqual(those, ['gateway/node.ts']);
});

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
