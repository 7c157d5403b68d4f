import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { gatewayCommand } from '../../dist/cli/commands/gateway.js';
import type { CliError } from '../../dist/cli/exit.js';
import { folderWith, oriel } from '../support/command.js';
import { following } from '../support/gateway.js';

/** A config for a folder where nothing is installed. */
const config = `
import { contract, event, method, type } from 'oriel/contract';
import { gateway } from 'oriel/gateway';

const shop = contract({
  name: 'acme.shop',
  version: '1.0.0',
  guest: { now: method({ output: type() }), slow: method({ output: type() }), paid: event(type(), { retain: 'log' }) },
});
const entry = {
  name: 'entry',
  path: '/hooks/paid',
  async fetch(request, { emit }) {
    const { id, ...payload } = await request.json();
    return Response.json(await emit({ id, payload }));
  },
};
export default gateway({
  contract: shop,
  services: { now: () => Date.now(), slow: () => new Promise((resolve) => setTimeout(resolve, 300, 'done')) },
  sources: { paid: entry },
  auth: false,
  limits: { rate: 1e6, burst: 1e6 },
});
`;

const post = (url: string, path: string, body?: unknown) =>
  fetch(url + path, {
    method: 'POST',
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  });
const pay = async (url: string, id: string) => {
  const answer = await post(url, '/hooks/paid', { id, amount: 1 });
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
};

test('in an empty folder it answers, keeps its log there, and ends when it is told to', {
  timeout: 60_000,
}, async () => {
  const cwd = folderWith({ 'oriel.config.js': config });
  const its = oriel(['gateway', '--port', '0'], cwd);
  const url = await its.line();
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.equal(typeof (await (await post(url, '/acme.shop/now')).json()), 'number');
  assert.equal((await pay(url, 'a')).outcome, 'kept');
  assert.ok(existsSync(join(cwd, '.oriel', 'log.sqlite')));
  const slow = post(url, '/acme.shop/slow');
  await post(url, '/acme.shop/now'); // which is answered after the other has come in
  its.child.kill('SIGTERM');
  assert.equal(await (await slow).json(), 'done');
  const { code, stdout, stderr } = await its.ended();
  assert.deepEqual([code, stdout], [0, `${url}\n`]);
  assert.match(stderr, /ending within 10000 ms/);
});

test('a config may export what a gateway is made of', { timeout: 60_000 }, async () => {
  const its = oriel(
    ['gateway', 'plain.js', '-p', '0'],
    folderWith({
      'plain.js': config.replace('gateway({', '({').replace("import { gateway } from 'oriel/gateway';", ''),
    }),
  );
  assert.equal((await post(await its.line(), '/acme.shop/now')).status, 200);
  its.child.kill('SIGINT');
  assert.equal((await its.ended()).code, 0);
});

test('killed and started again, it has all that it took, and clients go on where they were', {
  timeout: 60_000,
}, async () => {
  const cwd = folderWith({ 'oriel.config.js': config });
  const first = oriel(['gateway', '-p', '0'], cwd);
  const url = await first.line();
  const reading = await following(url, 'topic=paid&after=earliest');
  for (const id of ['a', 'b', 'c']) await pay(url, id);
  const seen = [await reading.upTo('message'), await reading.upTo('message')].map((frames) => frames.at(-1));
  assert.deepEqual(
    seen.map((frame) => frame?.data.id),
    ['a', 'b'],
  );
  // While a sender is at it: whatever was answered is kept.
  const taken: string[] = [];
  const sending = (async () => {
    for (let i = 0; ; i++) {
      await pay(url, `more ${i}`);
      taken.push(`more ${i}`);
      if (i === 20) first.child.kill('SIGKILL');
    }
  })().catch(() => {});
  await first.ended();
  await sending;
  const second = oriel(['gateway', '-p', '0'], cwd);
  const again = await following(await second.line(), `topic=paid&after=${seen[1]?.id}`);
  const rest = (await again.upTo('live'))
    .filter(({ event }) => event === 'message')
    .map(({ data }) => data.id);
  // One more may have been kept whose answer did not come through.
  assert.deepEqual(rest.slice(0, taken.length + 1), ['c', ...taken]);
  assert.ok(rest.length <= taken.length + 2);
  assert.equal((await pay(await second.line(), 'a')).outcome, 'duplicate');
  again.close();
});

test('of two processes on one log, a client of one goes on at the other', { timeout: 60_000 }, async () => {
  const cwd = folderWith({ 'oriel.config.js': config });
  const one = oriel(['gateway', '-p', '0'], cwd);
  const url = await one.line();
  const two = oriel(['gateway', '-p', '0'], cwd);
  const other = await two.line();
  const reading = await following(url, 'topic=paid');
  await reading.upTo('live');
  await pay(url, 'a');
  await pay(other, 'b'); // which reaches clients of the first too
  assert.equal((await pay(url, 'b')).outcome, 'duplicate');
  const frames = [await reading.next(), await reading.next()];
  assert.deepEqual(
    frames.map((frame) => frame?.data.id),
    ['a', 'b'],
  );
  one.child.kill('SIGKILL');
  await one.ended();
  await pay(other, 'c');
  const again = await following(other, `topic=paid&after=${frames[1]?.id}`);
  assert.deepEqual(
    (await again.upTo('live')).map(({ data }) => data.id ?? 'live'),
    ['c', 'live'],
  );
  again.close();
});

test('what is wrong is told to people, with the exit code for programs', { timeout: 60_000 }, async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const head =
    "import { contract, event, method, type } from 'oriel/contract';\nimport { gateway } from 'oriel/gateway';\n";
  const bell =
    "const bell = contract({ name: 'acme.bell', version: '1.0.0', guest: { rung: event(type(), { retain: 'log' }) } });\n";
  const cwd = folderWith({
    'right.js': config,
    'key.js': `${head}${bell}export default gateway({ contract: bell, auth: false, surces: {} });`,
    'topic.js': `${head}${bell}export default gateway({ contract: bell, auth: false, sinks: { rugn: {} } });`,
    'peer.js': `import nothing from 'no-such-package/part';\nexport default nothing;`,
    'file.js': `import './nowhere.js';`,
    'entry.js': `import 'oriel/sources/nothing';`,
    'syntax.js': 'export default {{;\n',
    'throws.js': "throw new Error('no password');",
    'empty.js': 'export const a = 1;',
    'number.js': 'export default 5;',
    'contract.js': `${head}export default gateway({ contract: contract({ name: 'a b', version: '1.0.0' }), auth: false });`,
    'memory.js': `${head}${bell}import { memory } from 'oriel/log/memory';\nexport default gateway({ contract: bell, auth: false, log: memory() });`,
    'log.js': `${head}${bell}export default gateway({ contract: bell, auth: false, log: () => { throw new Error('no disk'); } });`,
  });
  const runs: [args: string[], code: number, says: RegExp][] = [
    [[], 2, /Usage: oriel/],
    [['gatway'], 2, /Did you mean gateway\?/],
    [['gateway', '--prot', '1'], 2, /Did you mean --port\?/],
    [['gateway'], 66, /There is no oriel\.config\.js here/],
    [['gateway', 'key.js'], 78, /key\.js: surces: .*Did you mean "sources"\?/],
    [
      ['gateway', 'right.js', '--port', String(port)],
      69,
      new RegExp(`Port ${port} is in use.*--port ${port + 1}`),
    ],
  ];
  for (const [args, code, says] of runs) {
    const ran = await oriel(args, cwd).ended();
    const where = `oriel ${args.join(' ')}: ${ran.stderr}`;
    assert.match(ran.stderr, says, where);
    assert.deepEqual([ran.code, ran.stdout], [code, ''], where);
  }
  taken.close();
  // The rest in this process, as the command hands it on.
  const io = {
    print: async () => {},
    note() {},
    progress() {},
    lines: (async function* () {})(),
    interactive: false,
    cwd,
    env: {},
    signal: new AbortController().signal,
  };
  const its = { port: '0', host: '127.0.0.1', deadline: '0', proxies: '0' };
  const refused: [file: string, options: Partial<typeof its>, exit: number, says: RegExp][] = [
    ['right.js', { port: 'http' }, 2, /--port must be a number from 0 to 65535, not "http"/],
    [
      'topic.js',
      {},
      78,
      /topic\.js: sinks\.rugn: no event of "acme\.bell" is called so\. Did you mean "rung"\?/,
    ],
    ['peer.js', {}, 69, /peer\.js needs the package "no-such-package".* Run: npm install no-such-package/],
    ['file.js', {}, 78, /file\.js imports "nowhere\.js", which is not there/],
    ['entry.js', {}, 78, /there is no "oriel\/sources\/nothing"/],
    ['syntax.js', {}, 78, /syntax\.js can't be read[\s\S]*syntax\.js:1/],
    ['throws.js', {}, 78, /throws\.js throws: Error: no password/],
    ['empty.js', {}, 78, /empty\.js exports nothing/],
    ['number.js', {}, 78, /number\.js must export what gateway\(\) gives/],
    ['contract.js', {}, 78, /contract\.js: Contract: "name" must be a word/],
    ['log.js', {}, 78, /no disk/],
    ['memory.js', { host: '203.0.113.7' }, 69, /is no address of this machine/],
  ];
  for (const [file, options, exit, says] of refused)
    await assert.rejects(
      gatewayCommand.run([file], { ...its, ...options }, io),
      (error: CliError) => error.exit === exit && says.test(error.message),
      file,
    );
});

test('it teaches what it can do, on stdout', { timeout: 60_000 }, async () => {
  const cwd = folderWith({});
  for (const args of [['--help'], ['help', 'gateway'], ['gateway', '--help']]) {
    const { code, stdout, stderr } = await oriel(args, cwd).ended();
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /gateway/);
  }
  const { stdout } = await oriel(['gateway', '-h'], cwd).ended();
  for (const part of [/export default gateway\(/, /--port <number>/, /Examples:/, /2 for wrong arguments/])
    assert.match(stdout, part);
  assert.match((await oriel(['--version'], cwd).ended()).stdout, /^\d+\.\d+\.\d+/);
});
