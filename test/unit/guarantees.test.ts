// docs/guarantees.md names a test for each promise, and leaves no way of connecting out.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(root + path, 'utf8');
const [promises = '', list = ''] = read('docs/guarantees.md').split('## The tests');
const rows = [...promises.matchAll(/^\| (.+) \|$/gm)]
  .map(([, row = '']) => row.split(' | ').map((cell) => cell.trim()))
  .slice(2);
const tests = new Map(
  [...list.matchAll(/^\| (\d+) +\| `(.+?)`: (.+?) +\|$/gm)].map(([, number = '', file = '', title = '']) => [
    number,
    { file, title },
  ]),
);
const named = (cell: string) =>
  [...cell.matchAll(/\[([\d, ]+)\]/g)].flatMap(([, all = '']) => all.split(', '));

test('each promise names a test', () => {
  assert.ok(rows.length >= 13);
  for (const [what, ...cells] of rows) {
    assert.equal(cells.length, 4, what);
    for (const cell of cells) {
      assert.ok(named(cell).length, `${what}: "${cell}" names a test`);
      for (const number of named(cell)) assert.ok(tests.has(number), `${number} of ${what} is in the list`);
    }
  }
  const used = new Set(rows.flat().flatMap(named));
  assert.deepEqual(
    [...tests.keys()].filter((number) => !used.has(number)),
    [],
  );
});

test('each test of the list is there', () => {
  for (const { file, title } of tests.values())
    assert.ok(read(file).includes(title), `${file} has "${title}"`);
});

test('each channel, source, sink and log has a row', () => {
  const { exports } = JSON.parse(read('package.json')) as { exports: Record<string, unknown> };
  const first = rows.map(([what]) => what).join();
  for (const path of Object.keys(exports)) {
    const [, kind = '', name = ''] = path.split('/');
    if (!name || name.endsWith('-server')) continue; // the other half of one
    if (['channels', 'sources', 'sinks'].includes(kind))
      assert.ok(first.includes(`\`${kind}/${name}\``), path);
    if (kind === 'log') assert.ok(first.includes(`\`${name}\``), path);
  }
});

test('each suite runs over all that its promises are for', () => {
  const run = ['unit', 'node', 'browser'].flatMap((folder) =>
    [...runsIn(folder)].map(([, suite, name]) => `${suite} ${name}`),
  );
  for (const name of [
    'port',
    'worker',
    'SharedWorker',
    'service worker',
    'broadcast',
    'memory',
    'websocket',
    'sse',
  ])
    assert.ok(run.includes(`channel ${name}`), name);
  for (const name of ['websocket', 'sse']) assert.ok(run.includes(`network ${name}`), name);
  assert.ok(run.includes('bus broadcast'));
  for (const name of ['memory', 'sqlite', 'nats', 'redis', 'postgres'])
    assert.ok(run.includes(`log ${name}`), name);
});

function runsIn(folder: string): Iterable<RegExpMatchArray> {
  const files = readdirSync(`${root}test/${folder}`).filter((name) => name.endsWith('.test.ts'));
  const all = files.map((name) => read(`test/${folder}/${name}`)).join('\n');
  return all.matchAll(/(channel|network|bus|log)Suite\(\{[\s\S]*?\bname: '([^']+)'/g);
}
