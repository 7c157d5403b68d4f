// A new widget passes its own tests, with the package as a user installs it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { folderWith, oriel } from '../support/command.js';
import { pack } from '../support/tarball.js';

const run = promisify(execFile);

test('a new widget passes its own tests', { timeout: 300_000 }, async () => {
  const cwd = folderWith({});
  const { code, stdout, stderr } = await oriel(['init', 'acme-greeting'], cwd).ended();
  assert.equal(code, 0, stderr);
  const folder = join(cwd, 'acme-greeting');
  const files = stdout.trim().split('\n');
  for (const file of files) assert.ok(readFileSync(join(cwd, file), 'utf8').length);
  assert.ok(files.includes(join('acme-greeting', 'test', 'guest.test.js')));
  const { tarball, remove } = pack();
  after(remove);
  const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', '--omit=optional'];
  await run('npm', ['install', ...options, tarball], { cwd: folder });
  // Not as part of this run, which Node's test runner would take it for.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const tested = await run('npm', ['test'], { cwd: folder, env });
  assert.match(tested.stdout, /pass 2\b/);
  assert.match(tested.stdout, /fail 0\b/);
});

test('its names follow the folder, or what is asked for', { timeout: 60_000 }, async () => {
  const cwd = folderWith({});
  assert.equal((await oriel(['init', 'Clock'], cwd).ended()).code, 0);
  assert.equal(JSON.parse(readFileSync(join(cwd, 'Clock/package.json'), 'utf8')).name, 'my-clock');
  const named = await oriel(['init', 'w/one', '--name', 'acme.rich-clock'], cwd).ended();
  assert.equal(named.code, 0);
  assert.match(
    readFileSync(join(cwd, 'w/one/contract.js'), 'utf8'),
    /export const richClock[\s\S]*'acme\.rich-clock'/,
  );
  assert.match(readFileSync(join(cwd, 'w/one/host/index.html'), 'utf8'), /<acme-rich-clock person="Ada">/);
});

test('nothing is written over, and no wrong name is taken', { timeout: 60_000 }, async () => {
  const cwd = folderWith({ 'a.txt': 'mine', 'acme-file': 'mine' });
  const runs: [args: string[], code: number, says: RegExp][] = [
    [['.', '--name', 'acme.a'], 73, /is there already, and not empty/],
    [['acme-file'], 73, /is there already/],
    [['acme-file/greeting-card'], 73, /can't be written \(ENOTDIR/],
    [['new', '--name', 'Acme'], 2, /"Acme" can't name a contract and a tag/],
    [['new', '--name', 'acme.class'], 2, /none of them JavaScript's/],
    [['new', '--nmae', 'acme.a'], 2, /Did you mean --name\?/],
    [[], 2, /missing required argument 'folder'/],
  ];
  for (const [args, code, says] of runs) {
    const ran = await oriel(['init', ...args], cwd).ended();
    assert.match(ran.stderr, says);
    assert.deepEqual([ran.code, ran.stdout], [code, '']);
  }
  assert.deepEqual(readdirSync(cwd).sort(), ['a.txt', 'acme-file']);
});
