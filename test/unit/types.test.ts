import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../test/types', import.meta.url));
const mistakes = readdirSync(join(folder, 'must-fail'));

/** What the compiler says, by file: the lines of its errors, and all that it printed about the file. */
function compile(...options: string[]): Map<string, { lines: Set<number>; text: string }> {
  const bin = createRequire(import.meta.url).resolve('typescript/package.json');
  const { bin: bins } = JSON.parse(readFileSync(bin, 'utf8'));
  const tsc = join(dirname(bin), bins.tsc);
  const { stdout, stderr, error } = spawnSync(
    process.execPath,
    [tsc, '-p', folder, '--pretty', 'false', ...options],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  );
  assert.ifError(error);
  const found = new Map<string, { lines: Set<number>; text: string }>();
  for (const line of `${stdout}${stderr}`.split('\n')) {
    if (!line || line.startsWith(' ')) continue; // the rest of an error
    const [, file = 'the compiler', at] = /^(.+?)\((\d+),\d+\): error /.exec(line) ?? [];
    const errors = found.get(file) ?? { lines: new Set(), text: '' };
    errors.lines.add(Number(at));
    errors.text += `${line}\n`;
    found.set(file, errors);
  }
  return found;
}

for (const options of [
  ['--module', 'nodenext'],
  ['--module', 'esnext', '--moduleResolution', 'bundler'],
]) {
  describe(`types under ${options.at(-1)}`, () => {
    let found: ReturnType<typeof compile>;
    before(() => {
      found = compile(...options);
    });

    test('what is right compiles', () => {
      const wrong = [...found].filter(([file]) => !file.startsWith('must-fail/'));
      assert.equal(wrong.map(([, { text }]) => text).join(''), '');
    });

    for (const file of mistakes) {
      test(`a compile error: ${file.replace('.ts', '').replaceAll('-', ' ')}`, () => {
        const text = readFileSync(join(folder, 'must-fail', file), 'utf8').split('\n');
        const marked = text.flatMap((line, i) => (line.endsWith('// error') ? [i + 1] : []));
        assert.equal(marked.length, 1, 'one mistake a file');
        const errors = found.get(`must-fail/${file}`);
        assert.deepEqual([...(errors?.lines ?? [])], marked, errors?.text ?? 'it compiles');
      });
    }
  });
}
