// call, emit and tail: processes that speak with a gateway over sockets.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { memory } from '../../dist/log/memory.js';
import { webhook } from '../../dist/sources/webhook.js';
import { folderWith, nowhere, oriel } from '../support/command.js';
import { started } from '../support/gateway.js';
import { until } from '../support/wait.js';

const cwd = folderWith({});
const timeout = 120_000;
const lines = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

async function ran(args: readonly string[], input?: string, env: Record<string, string> = {}) {
  return oriel(args, cwd, env, input).ended();
}

test('call prints the answer, and takes its input from an option or line by line', { timeout }, async () => {
  const { url, bought } = await started();
  const at = ['--url', url];
  const one = await ran(['call', 'acme.shop/price', '--json', '{"sku":"four"}', ...at]);
  assert.deepEqual(one, { code: 0, stdout: '4\n', stderr: '' });
  const many = await ran(['call', 'acme.shop/price'], '{"sku":"a"}\n\n{"sku":"bcd"}\r\n{"sku":"ef"}', {
    ORIEL_URL: url,
  });
  assert.deepEqual(lines(many.stdout), [1, 3, 2]);
  // Whose stdin stays open, and is not waited for.
  assert.equal((await oriel(['call', 'acme.shop/who', '--no-input', ...at], cwd).ended()).code, 0);
  assert.equal((await ran(['call', 'acme.shop/who', ...at], '')).code, 0);
  for (let i = 0; i < 2; i++)
    await ran(['call', 'acme.shop/buy', '--json', '{"sku":"a"}', '--key', 'k1', ...at]);
  assert.equal(bought(), 1);
});

test('call prints a stream as it comes, and ends quietly when its reader does', { timeout }, async () => {
  const { url } = await started();
  const { stdout, code } = await ran(['call', 'acme.shop/count', '--json', '3', '--url', url]);
  assert.deepEqual([code, lines(stdout)], [0, [1, 2, 3]]);
  const failed = await ran(['call', 'acme.shop/count', '--json', '20', '--url', url]);
  assert.deepEqual([failed.code, lines(failed.stdout).length], [1, 12]);
  assert.match(failed.stderr, /oriel: invalid: /);
});

test('a reader that has enough is no error', { timeout }, async () => {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/x-ndjson');
    const more = () => {
      while (response.write(`{"item":"${'x'.repeat(1000)}"}\n`));
      response.once('drain', more);
    };
    more();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const its = oriel(
    [
      'call',
      'acme.shop/all',
      '--no-input',
      '--url',
      `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ],
    cwd,
  );
  await its.line();
  its.child.stdout.destroy();
  const { code, stderr } = await its.ended();
  assert.deepEqual([code, stderr], [0, '']);
});

test('emit sends what a page would, each id once', { timeout }, async () => {
  const { url } = await started();
  const at = ['--url', url];
  const one = await ran(['emit', 'acme.shop/seen', '--json', '{"page":"/a"}', '--id', 'first', ...at]);
  const [taken] = lines(one.stdout);
  // What is printed is the event's own, which names it for this caller alone.
  assert.match(taken.id, /^[\w-]{20,}$/);
  assert.deepEqual([one.code, taken.duplicate], [0, false]);
  const input = '{"page":"/b"}\n{"page":"/c"}\n';
  const many = await ran(['emit', 'acme.shop/seen', '--id', 'night', ...at], input);
  const ids = lines(many.stdout).map(({ id }) => id);
  assert.equal(new Set([taken.id, ...ids]).size, 3);
  const again = await ran(['emit', 'acme.shop/seen', '--id', 'night', ...at], input);
  assert.deepEqual(
    lines(again.stdout).map(({ id, duplicate }) => [id, duplicate]),
    ids.map((id) => [id, true]),
  );
  assert.ok(lines(many.stdout).every(({ duplicate }) => duplicate === false));
});

test('what is refused is told, with the line and the exit code', { timeout }, async () => {
  const { url } = await started();
  const closed = await nowhere();
  const secret = 'a secret that nobody can guess, at all';
  const guarded = await started({ auth: { key: secret, algorithms: ['HS256'], audience: 'shop' } });
  const at = ['--url', url];
  const runs: [args: string[], input: string, code: number, says: RegExp][] = [
    [['call', 'acme.shop/price', ...at], '{"sku":"a"}\n{"sku":5}\n', 1, /line 2: invalid: [\s\S]*sku/],
    [['call', 'acme.shop/odd', '--json', '"throw"', ...at], '', 1, /gone: no such thing/],
    [['call', 'acme.shop/odd', '--json', '"map"', ...at], '', 1, /not-cloneable/],
    [['call', 'acme.shop/prize', '--json', '1', ...at], '', 1, /unknown-member/],
    [['call', 'acme.shp/price', '--json', '1', ...at], '', 1, /unknown-contract/],
    [['call', 'price', ...at], '', 2, /"price" must name a contract/],
    [['call', 'acme.shop/price', '--json', '{sku', ...at], '', 2, /--json is no JSON/],
    [['call', 'acme.shop/price', ...at], '{"sku":"a"}\nnope\n', 2, /line 2 is no JSON/],
    [['call', 'acme.shop/price', '--jsn', '1', ...at], '', 2, /Did you mean --json\?/],
    [['call', 'acme.shop/price', '--json', '1', '--url', 'localhost'], '', 2, /no address of a gateway/],
    [['call', 'acme.shop/price', '--json', '1', '--url', closed], '', 69, /nothing listens there/],
    [['call', 'acme.shop/who', '--url', guarded.url], '', 1, /unauthorized: A token is needed/],
    [
      ['call', 'acme.shop/who', '--url', guarded.url, '--token', 'abc'],
      '',
      1,
      /unauthorized: The token is not valid/,
    ],
    [['emit', 'acme.shop/paid', '--json', '{"amount":1}', ...at], '', 1, /unknown-member/],
    [['emit', 'acme.shop/seen', '--json', '{"page":1}', ...at], '', 1, /invalid/],
    [['tail', 'acme.shop/pad', ...at], '', 1, /unknown-member/],
    [['tail', 'acme.shop/', ...at], '', 2, /must name a contract/],
    [['tail', 'acme.shop', '--url', closed], '', 69, /nothing listens there/],
  ];
  for (const [args, input, code, says] of runs) {
    const its = await ran(args, input);
    const where = `oriel ${args.join(' ')}: ${its.stderr}`;
    assert.match(its.stderr, says, where);
    assert.equal(its.code, code, where);
  }
});

test('tail has all that is kept, goes on from a cursor, and says where it stands', { timeout }, async () => {
  const { gateway, url } = await started();
  for (const amount of [1, 2, 3]) await gateway.emit('acme.shop/paid', { amount }, { id: `p${amount}` });
  const at = ['tail', 'acme.shop/paid', '--url', url];
  const all = await ran([...at, '--from', 'earliest', '--until-live', '--ndjson']);
  const had = lines(all.stdout);
  assert.deepEqual(
    had.map(({ event }) => event.data.amount),
    [1, 2, 3],
  );
  assert.match(all.stderr, /^oriel: paid: live at \w+:\d+\n$/);
  const rest = await ran([...at, '--from', had[0].cursor, '--count', '1']);
  assert.match(rest.stdout, /^\d{4}-\S+Z {2}paid {2}\{"amount":2\}\n$/);
  // What comes while it waits, too.
  const live = oriel([...at, '--count', '1', '--ndjson'], cwd);
  await live.says(/live at/);
  await gateway.emit('acme.shop/paid', { amount: 4 });
  assert.equal(lines((await live.ended()).stdout)[0].event.data.amount, 4);
  // Of all its events.
  await gateway.emit('acme.shop/shipped', 'x');
  const both = await ran([
    'tail',
    'acme.shop',
    '--url',
    url,
    '--from',
    'earliest',
    '--until-live',
    '--ndjson',
  ]);
  assert.equal(lines(both.stdout).length, 5);
  const stopped = oriel(at, cwd);
  await stopped.says(/live at/);
  stopped.child.kill('SIGTERM');
  assert.equal((await stopped.ended()).code, 0);
});

test('tail says a reset, and ends with it where it is told to', { timeout }, async () => {
  const { gateway, url } = await started({ log: memory({ retention: { count: 2 } }) });
  for (let amount = 0; amount < 3; amount++) await gateway.emit('acme.shop/paid', { amount });
  const at = ['tail', 'acme.shop/paid', '--url', url, '--ndjson'];
  const { stdout } = await ran([...at, '--from', 'earliest', '--count', '1']);
  for (let amount = 0; amount < 5; amount++) await gateway.emit('acme.shop/paid', { amount });
  const from = ['--from', lines(stdout)[0].cursor];
  const failed = await ran([...at, ...from, '--fail-on-reset']);
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /paid: reset \(trimmed\): events were missed/);
  const goes = await ran([...at, ...from, '--until-live']);
  assert.deepEqual([goes.code, goes.stdout], [0, '']);
  assert.match(goes.stderr, /reset \(trimmed\)[\s\S]*live at/);
});

test('over a restart of the gateway, tail goes on and has each event once', { timeout }, async () => {
  const log = memory();
  // The log outlives the gateway here, as one on disk does.
  const kept = {
    ...log,
    append: log.append.bind(log),
    read: log.read.bind(log),
    follow: log.follow.bind(log),
    head: log.head.bind(log),
    notes: log.notes,
    passing: log.passing.bind(log),
    close: async () => {},
  };
  const first = await started({ log: kept });
  const its = oriel(['tail', 'acme.shop/paid', '--url', first.url, '--ndjson', '--count', '4'], cwd);
  await its.says(/live at/);
  for (const amount of [1, 2]) await first.gateway.emit('acme.shop/paid', { amount });
  await its.says(/"amount":2/);
  await first.close({ deadline: 0 });
  await its.says(/lost: the gateway ended it: shutdown/);
  const second = await started({ log: kept }, Number(new URL(first.url).port));
  for (const amount of [3, 4]) await second.gateway.emit('acme.shop/paid', { amount });
  const { stdout, code } = await its.ended();
  assert.deepEqual([code, lines(stdout).map(({ event }) => event.data.amount)], [0, [1, 2, 3, 4]]);
});

test('what a command emits as a webhook is signed, kept once, and seen by who follows', {
  timeout,
}, async () => {
  const secret = `whsec_${Buffer.from('thirty-two bytes that stay secret').toString('base64')}`;
  const { url } = await started({ sources: { paid: webhook({ path: '/hooks/paid', secret }) } });
  const at = ['emit', '--hook', '/hooks/paid', '--url', url];
  const env = { ORIEL_SECRET: secret };
  const input = '{"amount":1}\n{"amount":2}\n';
  for (let i = 0; i < 2; i++) {
    const { code, stdout } = await ran([...at, '--id', 'run'], input, env);
    assert.equal(code, 0);
    assert.deepEqual(
      lines(stdout).map(({ id }) => id),
      ['run-1', 'run-2'],
    );
  }
  const tail = ['tail', 'acme.shop/paid', '--url', url, '--from', 'earliest', '--until-live', '--ndjson'];
  assert.deepEqual(
    lines((await ran(tail)).stdout).map(({ event }) => event.data.amount),
    [1, 2],
  );
  const runs: [args: string[], input: string, env: Record<string, string>, code: number, says: RegExp][] = [
    [at, '{"amount":"x"}', env, 1, /line 1: It stands among the dead letters: .*amount/],
    [at, '1', {}, 2, /ORIEL_SECRET: it is missing/],
    [at, '1', { ORIEL_SECRET: 'whsec_' }, 2, /ORIEL_SECRET: /],
    [at, '1', { ORIEL_SECRET: `whsec_${Buffer.alloc(32).toString('base64')}` }, 1, /line 1: /],
    [at, '', env, 2, /A webhook has a body/],
    [[...at, 'acme.shop/paid'], '1', env, 2, /write one of them/],
    [['emit', '--hook', 'hooks', '--url', url], '1', env, 2, /must be a path of the gateway/],
    [['emit', '--url', url], '1', {}, 2, /Say which event/],
  ];
  for (const [args, text, its, code, says] of runs) {
    const { stderr, ...rest } = await ran(args, text, its);
    assert.match(stderr, says);
    assert.deepEqual(rest, { code, stdout: '' }, stderr);
  }
});

test('a signal ends what waits for input, or for an answer', { timeout }, async () => {
  const { url } = await started();
  const reading = oriel(['call', 'acme.shop/price', '--url', url], cwd);
  reading.child.stdin.write('{"sku":"a"}\n');
  await reading.line();
  reading.child.kill('SIGINT');
  assert.deepEqual(await reading.ended(), { code: 130, stdout: '1\n', stderr: '' });
  const open = oriel(['call', 'acme.shop/who', '--url', url], cwd);
  await open.says(/waiting for lines on stdin\. --json gives a value, --no-input none\./);
  open.child.kill('SIGINT');
  assert.equal((await open.ended()).code, 130);
  const waiting = oriel(['call', 'acme.shop/wait', '--no-input', '--url', url], cwd);
  await until(async () => (await (await fetch(`${url}/metrics`)).text()).includes('oriel_calls_open 1'));
  waiting.child.kill('SIGTERM');
  assert.deepEqual(await waiting.ended(), { code: 143, stdout: '', stderr: '' });
});
