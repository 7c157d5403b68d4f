// What each entry costs, held to sizes.json and shown in the README.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { root } from '../support/tarball.js';

const { ceilings, imports, size, step, table } = (await import(
  new URL('../../scripts/sizes.mjs', import.meta.url).href
)) as {
  ceilings(): Record<string, number>;
  imports(): Record<string, string>;
  size(code: string): Promise<number>;
  step: number;
  table(sizes: Record<string, number>): string;
};
const listed = ceilings();
const advice = 'If that is meant, run `npm run sizes`';

test('each entry has its size listed, and the README has the list', () => {
  assert.deepEqual(Object.keys(listed), Object.keys(imports()), advice);
  assert.ok(readFileSync(`${root}README.md`, 'utf8').includes(table(listed)), advice);
});

for (const [name, code] of Object.entries(imports())) {
  test(`${name.replaceAll('`', '')} costs no more than is listed, nor much less`, async (t) => {
    const bytes = await size(code);
    const ceiling = listed[name] ?? 0;
    t.diagnostic(`${name}: ${bytes} bytes gzipped of ${ceiling}`);
    assert.ok(bytes <= ceiling, `${bytes} bytes are more than ${ceiling}. ${advice}.`);
    // A list that nobody brings down lets the next one grow unseen.
    assert.ok(bytes > ceiling - 5 * step, `${bytes} bytes are far fewer than ${ceiling}. ${advice}.`);
  });
}
