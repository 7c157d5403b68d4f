import { after, before, test } from 'node:test';
import pg from 'pg';
import type { EventsPage, Page } from '../../dist/log/index.js';
import { postgres } from '../../dist/log/postgres.js';
import { all, event, followed, idsOf, logSuite, newTopic, reset, withLog } from '../contracts/log.js';
import { ok, same } from '../support/check.js';
import { postgresServer, programOf, type Server } from '../support/engines.js';
import { leftOut } from '../support/left-out.js';
import { rejection } from '../support/wait.js';

const program = programOf('postgres');
if (!program) test('the postgres log', (t) => leftOut(t, 'postgres is not installed'));
else {
  let server: Server;
  before(async () => void (server = await postgresServer(program)));
  after(() => server.stop());
  const url = () => `postgres://postgres@127.0.0.1:${server.port}/postgres`;

  logSuite({
    name: 'postgres',
    test: (title, run) => void test(title, { timeout: 120_000 }, run),
    open: (options) => postgres({ url: url(), ...options }),
    process: () => ({ factory: 'postgres', args: [{ url: url() }] }),
    server: { kill: () => server.kill(), start: () => server.start() },
  });

  const raw = async <T>(run: (client: pg.Client) => Promise<T>, at = url()): Promise<T> => {
    const client = new pg.Client(at);
    await client.connect();
    try {
      return await run(client);
    } finally {
      await client.end();
    }
  };
  const open = () => postgres({ url: url() });
  const add = 'SELECT oriel_append($1, $2) AS added';

  test('postgres: a transaction that began first and ends last is neither missed nor overtaken', () =>
    withLog(open(), async (log) => {
      const topic = newTopic();
      await log.head(topic);
      const following = followed(log, topic, 'earliest', 3);
      await raw((a) =>
        raw(async (b) => {
          await a.query('BEGIN');
          await a.query(add, [topic, JSON.stringify(event('a'))]);
          await b.query('BEGIN');
          await b.query(add, [topic, JSON.stringify(event('b'))]);
          await b.query('COMMIT');
          const [own] = await log.append(topic, [event('c')]);
          // What is later than one that still runs isn't in order yet, and nobody is told that it is.
          same(await log.read(topic, 'earliest').then(idsOf), []);
          const page = (await log.read(topic, own?.cursor ?? '')) as EventsPage;
          same([page.answer, page.events.length, page.next], ['live', 0, own?.cursor]);
          await a.query('COMMIT');
        }),
      );
      same(await following, ['a', 'b', 'c']);
    }));

  test('postgres: what is appended in a transaction of the user comes when that commits, and not if it does not', () =>
    withLog(open(), async (log) => {
      const topic = newTopic();
      const pages = log.follow(topic, 'latest');
      await pages.next();
      const page = pages.next();
      await raw(async (client) => {
        await client.query('BEGIN');
        await client.query(add, [topic, JSON.stringify(event('undone'))]);
        await client.query('ROLLBACK');
        await client.query('BEGIN');
        same((await client.query(add, [topic, JSON.stringify(event('done'))])).rows, [{ added: true }]);
        same((await client.query(add, [topic, JSON.stringify(event('done'))])).rows, [{ added: false }]);
        await client.query('COMMIT');
        const { message } = await rejection(client.query(add, [topic, '{"id":"x"}']));
        ok(message.includes('CloudEvents'), message);
      });
      same(idsOf((await page).value as Page), ['done']);
      await pages.return?.();
      same(
        (await log.append(topic, [event('done'), event('undone')])).map(({ duplicate }) => duplicate),
        [true, false],
      );
    }));

  test('postgres: who follows hears of it though its connection was ended', () =>
    withLog(open(), async (log) => {
      const topic = newTopic();
      const pages = log.follow(topic, 'latest');
      await pages.next();
      const page = pages.next();
      await raw(async (client) => {
        await client.query(
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()',
        );
        await client.query(add, [topic, JSON.stringify(event('a'))]);
      });
      same(idsOf((await page).value as Page), ['a']);
      await pages.return?.();
    }));

  test('postgres: tables that were dropped are made anew, in another epoch', () =>
    withLog(open(), async (log) => {
      const topic = newTopic();
      const [a] = await log.append(topic, [event('a')]);
      const tables = ['meta', 'events', 'ids', 'trimmed', 'notes'].map((name) => `oriel_${name}`);
      await raw((client) => client.query(`DROP TABLE ${tables}`));
      same((await reset(log, topic, a?.cursor ?? '')).reason, 'epoch');
      await log.append(topic, [event('a')]);
      same(await all(log, topic), ['a']);
    }));

  test('postgres: a dump that was restored elsewhere is read whole, in another epoch', async () => {
    const topic = newTopic();
    const prefix = 'moved';
    const at = () => postgres({ url: url(), prefix });
    const cursor = await withLog(at(), async (log) => {
      await log.append(
        topic,
        ['a', 'b'].map((id) => event(id)),
      );
      return (await log.append(topic, [event('c')]))[0]?.cursor ?? '';
    });
    // As a dump has it from another cluster, whose transactions were many more.
    await raw(async (client) => {
      await client.query("UPDATE moved_meta SET value = '7' WHERE key = 'cluster'");
      await client.query('UPDATE moved_events SET xid = (xid::text::bigint + 1000000)::text::xid8');
    });
    await withLog(at(), async (log) => {
      same((await reset(log, topic, cursor)).reason, 'epoch');
      same(await all(log, topic), ['a', 'b', 'c']);
      await log.append(topic, [event('d'), event('a')]);
      same(await all(log, topic), ['a', 'b', 'c', 'd']);
    });
  });

  test('postgres: an ordinary user is enough', async () => {
    await raw(async (client) => {
      await client.query('CREATE ROLE clerk LOGIN');
      await client.query('CREATE SCHEMA clerk AUTHORIZATION clerk');
    });
    await withLog(postgres({ url: url().replace('postgres@', 'clerk@'), prefix: 'clerks' }), async (log) => {
      await log.append('t', [event('a')]);
      same(await all(log, 't'), ['a']);
    });
  });

  test('postgres: one that refuses is told so at once', async () => {
    for (const wrong of [url().replace('postgres@', 'nobody@'), `${url()}-that-is-not-there`])
      await withLog(postgres({ url: wrong }), async (log) =>
        same((await rejection(log.head('t'))).code, 'log-refused'),
      );
    same((await rejection((async () => postgres({ url: url(), prefix: 'a; DROP' }))())).code, 'invalid');
  });
}
