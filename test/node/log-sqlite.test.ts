import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Log } from '../../dist/log/index.js';
import { type SqliteOptions, sqlite } from '../../dist/log/sqlite.js';
import { all, event, logSuite, reset, withLog } from '../contracts/log.js';
import { ok, same } from '../support/check.js';
import { leftOut } from '../support/left-out.js';
import { nodeOf } from '../support/nodes.js';
import { root } from '../support/tarball.js';
import { rejection } from '../support/wait.js';

const folder = mkdtempSync(join(tmpdir(), 'oriel-log-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const file = join(folder, 'shared.db');
logSuite({
  name: 'sqlite',
  test: (title, run) => void test(title, { timeout: 120_000 }, run),
  open: (options) => sqlite(file, options),
  process: () => ({ factory: 'sqlite', args: [file] }),
});

const own = (name: string) => join(folder, name);

const using = <T>(path: string, run: (log: Log) => Promise<T>, options: SqliteOptions = {}): Promise<T> =>
  withLog(sqlite(path, options), run);

test('sqlite: a file that was taken away begins anew, in another epoch', async () => {
  const path = own('gone.db');
  const cursor = await using(path, async (log) => (await log.append('t', [event('a')]))[0]?.cursor ?? '');
  for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
  await using(path, async (log) => {
    same((await reset(log, 't', cursor)).reason, 'epoch');
    same((await log.append('t', [event('a')]))[0]?.duplicate, false);
  });
});

test('sqlite: an old copy that was put back is told from what a client has seen, also once it has grown', async () => {
  const path = own('restored.db');
  await using(path, (log) => log.append('t', [event('a')]));
  copyFileSync(path, own('copy.db'));
  const cursor = await using(path, async (log) => (await log.append('t', [event('b')]))[0]?.cursor ?? '');
  copyFileSync(own('copy.db'), path);
  await using(path, async (log) => {
    same((await reset(log, 't', cursor)).reason, 'ahead');
    await log.append('t', [event('c'), event('d'), event('e')]);
    same((await reset(log, 't', cursor)).reason, 'ahead');
    same(await all(log, 't'), ['a', 'c', 'd', 'e']);
  });
});

test('sqlite: a damaged file, and one that is something else, are told so, and are left as they are', async () => {
  const path = own('damaged.db');
  await using(path, (log) =>
    log.append(
      't',
      Array.from({ length: 300 }, (_, at) => event(`e${at}`, 'x'.repeat(1000))),
    ),
  );
  const bytes = readFileSync(path);
  bytes.fill(0x55, 4096, bytes.length - 4096);
  writeFileSync(path, bytes);
  const text = own('text.db');
  writeFileSync(text, 'This is a letter to somebody, and no database at all. '.repeat(100));
  for (const file of [path, text]) {
    const before = readFileSync(file);
    await using(file, async (log) => {
      const error = await rejection(log.append('t', [event('new')]));
      same(error.code, 'log-corrupt', error.message);
      ok(error.message.includes(file) && error.message.includes('restore'), error.message);
      same((await rejection(log.read('t', 'earliest'))).code, 'log-corrupt');
    });
    ok(readFileSync(file).equals(before), 'it is as it was');
  }
});

test('sqlite: a folder that is not there, and a file that may not be written, are told so', async (t) => {
  await using(own('no/such/folder/log.db'), async (log) => {
    const error = await rejection(log.head('t'));
    same(error.code, 'log-refused', error.message);
    // Once it is there, the same log works.
    mkdirSync(own('no/such/folder'), { recursive: true });
    same((await log.append('t', [event('a')])).length, 1);
  });
  if (process.getuid?.() === 0) t.diagnostic('LEFT OUT: root may write to any file.');
  else {
    const path = own('readonly.db');
    await using(path, (log) => log.append('t', [event('a')]));
    chmodSync(path, 0o444);
    await using(path, async (log) =>
      same((await rejection(log.append('t', [event('b')]))).code, 'log-refused'),
    );
  }
});

test('sqlite: a full disk rejects what was not taken, keeps what was, and goes on once there is space', async (t) => {
  const disk = own('disk');
  mkdirSync(disk);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk]).status === 0;
  if (!mounted) return leftOut(t, 'no file system can be mounted here, which needs root');
  try {
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(1024 * 1024));
    await using(join(disk, 'log.db'), async (log) => {
      const taken: string[] = [];
      let error: any;
      for (let at = 0; at < 1000 && !error; at++) {
        const id = `e${at}`;
        await log.append('t', [event(id, 'x'.repeat(20_000))]).then(
          () => taken.push(id),
          (thrown) => (error = thrown),
        );
      }
      same(error?.code, 'log-full', String(error));
      ok(taken.length > 0, 'some were taken');
      same((await rejection(log.append('t', [event('again', 'x'.repeat(20_000))]))).code, 'log-full');
      same(await all(log, 't'), taken);
      rmSync(join(disk, 'ballast'));
      same((await log.append('t', [event('later')]))[0]?.duplicate, false);
      same(await all(log, 't'), [...taken, 'later']);
    });
  } finally {
    spawnSync('umount', ['--lazy', disk]); // one driver has it open until it is collected
  }
});

test('sqlite: appends that wait at the same time share a write', async () => {
  await using(own('group.db'), async (log) => {
    await log.head('t');
    const wal = () => statSync(own('group.db-wal')).size;
    const before = wal();
    await Promise.all(Array.from({ length: 100 }, (_, at) => log.append('t', [event(`e${at}`)])));
    // Each write of its own would be some pages of 4 kB each.
    ok(wal() - before < 100 * 4096, `${wal() - before} bytes were written`);
  });
});

test('sqlite: a driver that is not here is named', async () => {
  await using(
    own('driver.db'),
    async (log) => {
      const error = await rejection(log.head('t'));
      same(error.code, 'log-missing');
      ok(/There is no (node:sqlite|no-such-driver) here/.test(error.message), error.message);
    },
    {
      driver: Number(process.versions.node.split('.')[0]) < 22 ? 'node:sqlite' : ('no-such-driver' as never),
    },
  );
});

test('sqlite: the code of README and of docs/log.md does what it says', async () => {
  for (const [name, says] of [
    ['README.md', /^live \[/],
    ['docs/log.md', /^\w+:\d+ { amount: 12 }/],
  ] as const) {
    const text = readFileSync(join(root, name), 'utf8');
    const [, code = ''] = /^```js\n((?:(?!^```)[\s\S])*sqlite\('events\.db'\)[\s\S]*?)^```/m.exec(text) ?? [];
    // A package knows itself by its name.
    const file = join(root, `build/node/example-${process.pid}.mjs`);
    const place = mkdtempSync(join(folder, 'example-'));
    writeFileSync(file, code);
    const child = spawn(process.execPath, [file], { cwd: place, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [said] = (await once(child.stdout, 'data')) as [Buffer];
      ok(says.test(String(said)), `${name}: ${said}`);
    } finally {
      child.kill();
      rmSync(file);
    }
  }
});

test('sqlite: all of this in a Node that has SQLite itself', { timeout: 180_000 }, async (t) => {
  if (process.getBuiltinModule?.('node:sqlite')) return t.diagnostic('It ran in one.');
  const node = nodeOf('22');
  if (!node) return leftOut(t, 'npm has no Node 22 for this machine, or cannot be reached');
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(node, ['--test', fileURLToPath(import.meta.url)], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  const [code] = await once(child, 'exit');
  same(code, 0, output);
  ok(/^(# |ℹ )?.*It ran in one/m.test(output), output);
});
