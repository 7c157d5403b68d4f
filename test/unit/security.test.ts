// SECURITY.md names a test for each scenario, and the catalogue of attacks each file.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(root + path, 'utf8');

test('each scenario has a number, and a test that exists', () => {
  const rows = [...read('SECURITY.md').matchAll(/^\| (\d+) +\| (.+?) +\| (.+?) +\|$/gm)];
  assert.deepEqual(
    rows.map(([, number]) => Number(number)),
    Array.from({ length: 33 }, (_, i) => i + 1),
  );
  for (const [, number, , tests = ''] of rows) {
    const named = [...tests.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path);
    assert.ok(named.length, `scenario ${number} names a test`);
    for (const path of named) assert.ok(existsSync(root + path), `${path} of scenario ${number}`);
  }
});

test('the catalogue lists each attack, and no other', () => {
  const folder = 'test/fixtures/hostile/';
  const listed = read(`${folder}README.md`)
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name))
    .map((name) => (name.startsWith('-') ? `names-of${name}` : name));
  const files = readdirSync(root + folder).filter(
    (name) => !['README.md', 'page.html', 'page.js'].includes(name),
  );
  assert.deepEqual(listed.sort(), files.sort());
});

test('SECURITY.md tells the budgets that the code has', async () => {
  const { defaultLimits } = await import('../../dist/bridge/limits.js');
  const { rate, burst, backlog, bytes, depth } = defaultLimits;
  const [perSecond, atOnce] = [rate, burst].map((number) => number.toLocaleString('en'));
  assert.ok(
    read('SECURITY.md').includes(
      `${perSecond} messages a second (${atOnce} at once), ${bytes / 2 ** 20} MiB and ${depth} levels`,
    ),
  );
  for (const path of ['SECURITY.md', 'README.md'])
    assert.ok(
      read(path).includes(`${backlog.toLocaleString('en')} messages that come faster than the page hears`),
    );
});

test('each code that README lists has an anchor in docs/errors.md, and no other has', () => {
  const table = read('README.md').split('## Error codes')[1]?.split('\n## ')[0] ?? '';
  const codes = [...table.matchAll(/^\| ((?:`[\w-]+`(?:, )?)+) /gm)].flatMap(([, cell = '']) =>
    cell.replaceAll('`', '').split(', '),
  );
  const anchors = [...read('docs/errors.md').matchAll(/^## (.+)$/gm)].map(([, anchor]) => anchor);
  assert.ok(codes.length > 20);
  assert.deepEqual(anchors, codes);
});
