// `any` is right where a type argument only has to fit, and nowhere else: the linter knows files, not places.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const src = new URL('../../src/', import.meta.url);
/** As a whole type: of a value, a result, a cast, a part of a union, an item. */
const whole = /(?:[:|&]|=>|\bas\b)\s*any\b|\bany\s*(?:\[\]|[|&;=)])/g;
const found = (code: string) =>
  [...code.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '').matchAll(whole)].map(([text]) => text);

test('`any` stands in type arguments alone', () => {
  const files = readdirSync(src, { recursive: true }).map(String);
  const all = files
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => found(readFileSync(new URL(name, src), 'utf8')).map((text) => `${name}: ${text}`));
  assert.ok(files.length > 50);
  assert.deepEqual(all, []);
});

test('what is looked for is found', () => {
  const bad = ['let a: any', 'f(): any {', 'x as any', '(p: any) => 1', '() => any', 'string | any', 'any[]'];
  for (const code of bad) assert.equal(found(code).length > 0, true, code);
  for (const code of [
    'Schema<any, any>',
    'Method<any, infer I>',
    '// any: any',
    'company | x',
    'anyContract',
  ])
    assert.deepEqual(found(code), [], code);
});
