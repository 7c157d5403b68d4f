// Dead letters from outside: over HTTP with a token that says so, and by the command.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SignJWT } from 'jose';
import { memory } from '../../dist/log/memory.js';
import { type WebhookStyle, webhook } from '../../dist/sources/webhook.js';
import { folderWith, nowhere, oriel } from '../support/command.js';
import { type Started, started } from '../support/gateway.js';
import { until } from '../support/wait.js';

const secret = 'a secret of more than thirty-two bytes';
const auth = { key: secret, algorithms: ['HS256'], audience: 'shop' };
const cwd = folderWith({});

const tokenOf = (...oriel: object[]) =>
  new SignJWT({ oriel })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('olga')
    .setAudience('shop')
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(secret));
const operator = await tokenOf({ contract: 'acme.shop', members: [], operate: ['paid'] });
const bearing = (token: string) => ({ authorization: `Bearer ${token}` });

/** A gateway with three letters that its sink could not deliver, and one that its source could not read. */
async function withLetters(): Promise<Started & { readonly got: string[]; mend(): void }> {
  const got: string[] = [];
  let works = false;
  const style: WebhookStyle = { verify: ({ headers }) => ({ id: headers.get('x-id') ?? '' }) };
  const its = await started({
    auth,
    log: memory(),
    sources: {
      paid: webhook({ path: '/hooks/paid', style, map: (its) => (works ? its.json() : { amount: 'much' }) }),
    },
    sinks: {
      paid: {
        name: 'till',
        retry: { first: 1, longest: 1, attempts: 1 },
        async deliver({ id }) {
          if (!works) throw new Error(`${id} is refused`);
          got.push(id);
        },
      },
    },
  });
  const hook = await its.post('/hooks/paid', { amount: 7 }, { 'x-id': 'w1' });
  assert.equal(hook.status, 202);
  for (const id of ['a', 'b', 'c']) {
    await its.gateway.emit('acme.shop/paid', { amount: 1 }, { id, subject: `customer-${id}` });
    await until(async () => (await listed(its, operator)).some(({ event }) => event === id));
  }
  return { ...its, got, mend: () => (works = true) };
}

async function listed({ url }: Started, token: string): Promise<any[]> {
  const response = await fetch(`${url}/acme.shop/paid/dead-letters`, { headers: bearing(token) });
  assert.deepEqual([response.status, response.headers.get('content-type')], [200, 'application/x-ndjson']);
  return (await items(response)) as any[];
}

const items = async (response: Response): Promise<unknown[]> =>
  (await response.text())
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).item);

test('an operator has all that was put aside, with what it says and why', async () => {
  const its = await withLetters();
  const [raw, a] = await listed(its, operator);
  assert.deepEqual([raw.event, raw.sink, raw.payload], ['w1', undefined, { amount: 'much' }]);
  assert.match(raw.reason, /amount/);
  assert.equal(Buffer.from(raw.raw.body, 'base64').toString(), '{"amount":7}');
  assert.deepEqual(
    raw.raw.headers.find(([name]: [string]) => name === 'x-id'),
    ['x-id', 'w1'],
  );
  assert.deepEqual(
    [a.event, a.sink, a.attempts, a.subject, a.payload, a.reason],
    ['a', 'till', 1, 'customer-a', { amount: 1 }, 'till: a is refused'],
  );
  await its.close();
});

test('what an operator sends again is delivered, and is no dead letter then', async () => {
  const its = await withLetters();
  const order = async (body: object, token = operator) =>
    items(await its.post('/acme.shop/paid/dead-letters', body, bearing(token)));
  const ids = Object.fromEntries((await listed(its, operator)).map(({ event, id }) => [event, id]));
  assert.deepEqual(await order({ replay: [ids['a'], 'nope'] }), [
    { id: ids['a'], outcome: 'failed', reason: 'a is refused' },
    { id: 'nope', outcome: 'unknown' },
  ]);
  its.mend();
  assert.deepEqual(await order({ replay: [ids['b'], ids['a']] }), [
    { id: ids['a'], outcome: 'replayed' },
    { id: ids['b'], outcome: 'replayed' },
  ]);
  assert.deepEqual(its.got, ['a', 'b']);
  // One that is bound to a subject has that alone.
  const bound = await tokenOf({ contract: '*', operate: ['*'], subjects: ['customer-c'] });
  assert.deepEqual(
    (await listed(its, bound)).map(({ event }) => event),
    ['c'],
  );
  assert.deepEqual(await order({ discard: [ids['w1']] }, bound), [{ id: ids['w1'], outcome: 'unknown' }]);
  assert.deepEqual(await order({ discard: '*' }, bound), [{ id: ids['c'], outcome: 'discarded' }]);
  assert.deepEqual(
    (await listed(its, operator)).map(({ event }) => event),
    ['w1'],
  );
  assert.deepEqual(its.got, ['a', 'b']);
  await its.close();
});

test('what a source could not read is not put aside a second time when it fails again', async () => {
  const its = await withLetters();
  const replay = async () =>
    items(await its.post('/acme.shop/paid/dead-letters', { replay: '*' }, bearing(operator)));
  const outcomes = (all: unknown[]) => all.map((each) => Object(each).outcome);
  assert.deepEqual(outcomes(await replay()), ['failed', 'failed', 'failed', 'failed']);
  assert.equal((await listed(its, operator)).length, 4);
  await its.close();
});

test('nobody else sees a dead letter, however much their token allows, or without any', async () => {
  const its = await started({ auth });
  const open = await started({ auth: false });
  const at = '/acme.shop/paid/dead-letters';
  const many = await tokenOf({ contract: '*' }, { contract: 'acme.shop', operate: ['shipped'] });
  const odd = await tokenOf({ contract: 'acme.shop', operate: true });
  for (const order of [undefined, { replay: '*' }, { discard: '*' }]) {
    const asked = (url: string, headers: Record<string, string> = {}) =>
      fetch(url + at, {
        ...(order && { method: 'POST', body: JSON.stringify(order) }),
        headers: { 'content-type': 'application/json', ...headers },
      });
    assert.equal((await asked(its.url)).status, 401);
    assert.equal((await asked(its.url, bearing(many))).status, 403);
    assert.equal((await asked(its.url, bearing(odd))).status, 403);
    assert.equal((await asked(open.url)).status, 403);
  }
  const all = await tokenOf({ contract: '*', operate: ['*'] });
  const refused: [path: string, body: unknown, status: number, code: string][] = [
    [at, undefined, 422, 'invalid'],
    [at, { replay: 'all' }, 422, 'invalid'],
    [at, { replay: '*', discard: '*' }, 422, 'invalid'],
    [at, { repaly: '*' }, 422, 'invalid'],
    ['/acme.shop/hint/dead-letters', { replay: '*' }, 404, 'unknown-member'],
    ['/acme.shop/price/dead-letters', { replay: '*' }, 404, 'unknown-member'],
    ['/acme.none/paid/dead-letters', { replay: '*' }, 404, 'unknown-contract'],
  ];
  for (const [path, body, status, code] of refused) {
    const answer = await its.post(path, body, bearing(all));
    assert.deepEqual([answer.status, (await answer.json()).code], [status, code], path);
  }
  const put = await fetch(its.url + at, { method: 'PUT', headers: bearing(all) });
  assert.deepEqual([put.status, put.headers.get('allow')], [405, 'GET, POST']);
  await its.close();
  await open.close();
});

test('the command lists them, and sees to them', { timeout: 120_000 }, async () => {
  const its = await withLetters();
  const env = { ORIEL_URL: its.url, ORIEL_TOKEN: operator };
  const ran = (...args: string[]) => oriel(['dead-letters', 'acme.shop/paid', ...args], cwd, env, '').ended();
  const lines = (text: string) =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  const list = await ran();
  assert.deepEqual([list.code, list.stderr], [0, '']);
  const letters = lines(list.stdout);
  assert.deepEqual(letters, await listed(its, operator));
  const [w1, a, b, c] = letters.map(({ id }) => id);
  const failed = await ran('--replay', a);
  assert.deepEqual([failed.code, lines(failed.stdout)[0].outcome], [1, 'failed']);
  assert.match(failed.stderr, /^oriel: 0 sent again, 1 not\n$/);
  const gone = await ran('--discard', `${w1},${b},0:1`);
  assert.deepEqual(
    [gone.code, lines(gone.stdout).map(({ outcome }) => outcome)],
    [1, ['discarded', 'discarded', 'unknown']],
  );
  its.mend();
  const again = await ran('--replay', '--all');
  assert.deepEqual([again.code, lines(again.stdout).map(({ id }) => id)], [0, [a, c]]);
  assert.deepEqual(its.got, ['a', 'c']);
  const none = await ran();
  assert.deepEqual([none.code, none.stdout], [0, '']);
  assert.match(none.stderr, /acme\.shop\/paid has no dead letters/);
  const wrong: [args: string[], env: Record<string, string>, code: number, says: RegExp][] = [
    [['--replay'], {}, 2, /takes ids, as the list has them, or --all/],
    [['--discard', ','], {}, 2, /takes ids/],
    [['--all'], {}, 2, /--all goes with --replay or --discard/],
    [['--replay', 'x', '--all'], {}, 2, /write one of them/],
    [['--replay', 'x', '--discard', 'x'], {}, 2, /write one of them/],
    [[], { ORIEL_TOKEN: await tokenOf({ contract: '*' }) }, 1, /unauthorized: Dead letters are for a token/],
    [[], { ORIEL_URL: await nowhere() }, 69, /nothing listens there/],
  ];
  for (const [args, more, code, says] of wrong) {
    const { stderr, ...rest } = await oriel(
      ['dead-letters', 'acme.shop/paid', ...args],
      cwd,
      { ...env, ...more },
      '',
    ).ended();
    assert.match(stderr, says);
    assert.deepEqual(rest, { code, stdout: '' }, stderr);
  }
  await its.close();
});
