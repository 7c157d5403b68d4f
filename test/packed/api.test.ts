// The public API is written down in api/, so that each change of it shows in review.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const { entries, reports, writeReports } = (await import(
  new URL('../../scripts/api.mjs', import.meta.url).href
)) as {
  entries(): { name: string }[];
  reports: string;
  writeReports(folder: string): string[];
};
const folder = mkdtempSync(join(tmpdir(), 'oriel-api-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const now = writeReports(folder);

test('each entry with types has a report, and nothing else has', () => {
  const files = entries().map(({ name }) => `${name}.api.md`);
  assert.ok(files.includes('guest.api.md'));
  assert.deepEqual(now, files.sort());
  assert.deepEqual(readdirSync(reports).sort(), now);
});

for (const file of now) {
  test(`the API is what api/${file} says; if it is to change, run \`npm run api\``, () => {
    assert.equal(readFileSync(join(folder, file), 'utf8'), readFileSync(join(reports, file), 'utf8'));
  });
}
