// What others' tools find in the package.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { binOf, pack, root } from '../support/tarball.js';

const { tarball, remove } = pack();
after(remove);

test('publint finds nothing in it', async () => {
  const { messages, pkg } = await publint({
    strict: true,
    pack: { tarball: new Uint8Array(readFileSync(tarball)).buffer },
  });
  assert.deepEqual(
    messages.map((message) => formatMessage(message, pkg, { color: false })),
    [],
  );
});

test('each entry has types that are right, in Node and in bundlers', async () => {
  // Whether DefinitelyTyped has types too is asked of the registry, and is none of our business.
  const attw = await binOf('@arethetypeswrong/cli', 'attw');
  const args = [attw, tarball, '--profile', 'esm-only', '--no-definitely-typed', '--no-color'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /"oriel\/guest"/); // it looked
});
