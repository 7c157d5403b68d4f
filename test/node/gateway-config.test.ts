import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contract, event, method, type } from '../../dist/contract/index.js';
import { ConfigError, gateway, plan } from '../../dist/gateway/index.js';
import { memory } from '../../dist/log/memory.js';

const bell = contract({
  name: 'acme.bell',
  version: '1.0.0',
  guest: {
    ring: method({ input: type<number>() }),
    rung: event(type<number>(), { retain: 'log' }),
    near: event(type<number>()),
  },
});
const right = { contract: bell, services: { ring: () => {} }, log: memory(), auth: false } as const;
const source = { name: 'a source', path: '/hooks/bell', fetch: async () => new Response() };
const sink = { name: 'a sink', deliver: async () => {} };

/** What a gateway is told wrongly, the key that is named, and what its message says. */
const wrong: [title: string, options: object, key: string, message: RegExp][] = [
  ['a wrong key', { ...right, servces: {} }, 'servces', /Did you mean "services"\?/],
  ['a key that is like nothing', { ...right, zzz: 1 }, 'zzz', /There are: contract, services/],
  ['no contract', { ...right, contract: undefined }, 'contract', /must be a contract/],
  ['a service that is missing', { ...right, services: {} }, 'services.ring', /needs a service/],
  [
    'a service of nothing',
    { ...right, services: { ring: () => {}, rnig: () => {} } },
    'services.rnig',
    /"ring"\?/,
  ],
  [
    'an unknown topic of a source',
    { ...right, sources: { rugn: source } },
    'sources.rugn',
    /no event of "acme\.bell" is called so\. Did you mean "rung"\?/,
  ],
  ['an unknown topic of a sink', { ...right, sinks: { ring: sink } }, 'sinks.ring', /no event/],
  ['what is no source', { ...right, sources: { rung: [source, {}] } }, 'sources.rung[1]', /must be a source/],
  ['what is no sink', { ...right, sinks: { rung: () => {} } }, 'sinks.rung', /must be a sink/],
  ['a sink of what nobody keeps', { ...right, sinks: { near: sink } }, 'sinks.near', /retain: 'log'/],
  ['two sinks of one name', { ...right, sinks: { rung: [sink, sink] } }, 'sinks.rung', /name of its own/],
  [
    'two sources on one path',
    { ...right, sources: { rung: [source, source] } },
    'sources.rung.path',
    /already/,
  ],
  [
    'a path of the gateway itself',
    { ...right, sources: { rung: { ...source, path: '/acme.bell/x' } } },
    'sources.rung.path',
    /own/,
  ],
  [
    'a path that is none',
    { ...right, sources: { rung: { ...source, path: 'hooks' } } },
    'sources.rung.path',
    /such as/,
  ],
  ['a wrong limit', { ...right, limits: { bodi: 1 } }, 'limits.bodi', /"body"\?/],
  ['a limit of nothing', { ...right, limits: { body: 0 } }, 'limits.body', /above 0/],
  [
    'less time for a connection than for a call',
    { ...right, limits: { idleTime: 1000 } },
    'limits.idleTime',
    /longer than callTime/,
  ],
  ['an origin with a path', { ...right, cors: ['https://crm.example/'] }, 'cors', /no origin/],
  ['origins that are no list', { ...right, cors: '*' }, 'cors', /list/],
  ['a path to mount at that is none', { ...right, path: 'api/' }, 'path', /such as/],
  ['no word on tokens', { ...right, auth: undefined }, 'auth', /auth: false/],
  ['no plans', { contracts: [], auth: false }, 'contracts', /one plan or more/],
  ['a plan beside plans', { ...right, contracts: [right] }, 'contract', /no option/],
  [
    'a contract twice',
    {
      contracts: [
        plan({ contract: bell, services: { ring: () => {} } }),
        plan({ contract: bell, services: { ring: () => {} } }),
      ],
      auth: false,
    },
    'contracts[1].contract',
    /already/,
  ],
];

for (const [title, options, key, message] of wrong)
  test(`${title} is named, with what to do`, () => {
    assert.throws(
      () => gateway(options as never),
      (error) =>
        error instanceof ConfigError &&
        error.code === 'bad-config' &&
        error.key === key &&
        message.test(error.message),
    );
  });

test('a name on both sides can not be served, since an address means one', () => {
  const both = contract({
    name: 'acme.both',
    version: '1.0.0',
    guest: { a: method() },
    host: { a: event() },
  });
  assert.throws(() => gateway({ contract: both, services: { a: () => {} }, auth: false }), /on both sides/);
});

test('several contracts are served by one gateway', async () => {
  const clock = contract({
    name: 'acme.clock',
    version: '1.0.0',
    guest: { now: method({ output: type<number>() }) },
  });
  const its = gateway({
    contracts: [
      plan({ contract: bell, services: { ring: () => {} } }),
      plan({ contract: clock, services: { now: () => 5 } }),
    ],
    log: memory(),
    auth: false,
  });
  const now = await its.fetch(new Request('http://gateway/acme.clock/now', { method: 'POST' }));
  assert.equal(await now.json(), 5);
  await its.close();
});

test('why a log can not be opened is told to whoever waits and the operator, and to no client', async () => {
  const told: string[] = [];
  const its = gateway({
    ...right,
    log: () => Promise.reject(new Error('no disk')),
    onError: (error, where) => told.push(`${where}: ${(error as Error).message}`),
  });
  await assert.rejects(its.ready, /no disk/);
  const health = await its.fetch(new Request('http://gateway/healthz'));
  assert.deepEqual([health.status, await health.json()], [503, { ok: false }]);
  const call = await its.fetch(new Request('http://gateway/acme.bell/ring', { method: 'POST' }));
  const { code, detail } = await call.json();
  assert.deepEqual([call.status, code], [503, 'not-ready']);
  assert.doesNotMatch(detail, /no disk/);
  assert.deepEqual(told, ['start: no disk']);
  await its.close();
});
