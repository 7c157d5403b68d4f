import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createClient } from '@redis/client';
import type { ResetPage } from '../../dist/log/index.js';
import { redis } from '../../dist/log/redis.js';
import { all, event, logSuite, newTopic, reset, withLog } from '../contracts/log.js';
import { ok, same } from '../support/check.js';
import { programOf, redisServer, type Server } from '../support/engines.js';
import { leftOut } from '../support/left-out.js';
import { rejection } from '../support/wait.js';

const program = programOf('redis-server');
if (!program) test('the redis log', (t) => leftOut(t, 'redis-server is not installed'));
else {
  let server: Server;
  before(
    async () => void (server = await redisServer(program, '--appendonly', 'yes', '--appendfsync', 'always')),
  );
  after(() => server.stop());
  const url = () => `redis://127.0.0.1:${server.port}`;

  logSuite({
    name: 'redis',
    test: (title, run) => void test(title, { timeout: 120_000 }, run),
    open: (options) => redis({ url: url(), ...options }),
    process: () => ({ factory: 'redis', args: [{ url: url() }] }),
    server: { kill: () => server.kill(), start: () => server.start() },
  });

  const raw = async <T>(run: (client: any) => Promise<T>): Promise<T> => {
    const client = createClient({ url: url() });
    await client.connect();
    try {
      return await run(client);
    } finally {
      client.destroy();
    }
  };
  const streamOf = (topic: string) => `oriel:{${topic}}`;
  const open = () => redis({ url: url() });

  test('redis: a stream that others trim is noticed', () =>
    withLog(open(), async (log) => {
      const topic = newTopic();
      const [a] = await log.append(
        topic,
        ['a', 'b', 'c', 'd'].map((id) => event(id)),
      );
      await raw((client) => client.xTrim(streamOf(topic), 'MAXLEN', 1));
      const { reason, earliest } = await reset(log, topic, a?.cursor ?? '');
      same(reason, 'trimmed');
      same(await all(log, topic, earliest), ['d']);
      await raw((client) => client.del(streamOf(topic)));
      same((await reset(log, topic, earliest)).reason, 'trimmed');
      same(await all(log, topic), []);
      await log.append(topic, [event('e')]);
      same(await all(log, topic), ['e']);
    }));

  test('redis: who has seen what stands before an event that somebody deleted goes on after it', () =>
    withLog(open(), async (log) => {
      const topic = newTopic();
      const [a, b] = await log.append(
        topic,
        ['a', 'b', 'c'].map((id) => event(id)),
      );
      await raw((client) => client.xDel(streamOf(topic), b?.cursor.split(':')[1]));
      same(await all(log, topic, a?.cursor, 1), ['c']);
      same(await all(log, topic, 'earliest', 1), ['a', 'c']);
    }));

  test('redis: one that was emptied begins anew, in another epoch', () =>
    withLog(open(), async (log) => {
      const topic = newTopic();
      const [a] = await log.append(topic, [event('a')]);
      await raw((client) => client.flushAll());
      same((await reset(log, topic, a?.cursor ?? '')).reason, 'epoch');
    }));

  test(
    'redis: what it lost in a crash is told to who has seen it, also once it has grown',
    { timeout: 60_000 },
    () =>
      withLog(redis({ url: url(), patience: 30_000 }), async (log) => {
        const topic = newTopic();
        await log.append(topic, [event('a')]);
        const [files, copy] = [join(server.folder, 'appendonlydir'), join(server.folder, 'copy')];
        await server.kill();
        cpSync(files, copy, { recursive: true });
        await server.start();
        const [lost] = await log.append(topic, [event('lost')]);
        const pages = log.follow(topic, lost?.cursor ?? '');
        await pages.next();
        const told = pages.next();
        await server.kill();
        rmSync(files, { recursive: true });
        cpSync(copy, files, { recursive: true });
        await server.start();
        same((await reset(log, topic, lost?.cursor ?? '')).reason, 'ahead');
        same(((await told).value as ResetPage).reason, 'ahead');
        await log.append(topic, [event('b'), event('c')]);
        same((await reset(log, topic, lost?.cursor ?? '')).reason, 'ahead');
        same(await all(log, topic), ['a', 'b', 'c']);
      }),
  );

  test('redis: one that has no room says so, and loses nothing', () =>
    withLog(open(), async (log) => {
      const topic = newTopic();
      await log.append(topic, [event('a')]);
      await raw((client) => client.configSet('maxmemory', '1'));
      const error = await rejection(log.append(topic, [event('b')]));
      await raw((client) => client.configSet('maxmemory', '0'));
      same(error.code, 'log-full', error.message);
      same((await log.append(topic, [event('b')]))[0]?.duplicate, false);
      same(await all(log, topic), ['a', 'b']);
    }));

  test('redis: one that forgets at a restart is refused, unless that is what is wanted', async () => {
    const forgetful = await redisServer(program);
    const options = { url: `redis://127.0.0.1:${forgetful.port}` };
    try {
      await withLog(redis(options), async (log) => {
        const error = await rejection(log.append('t', [event('a')]));
        same(error.code, 'log-refused');
        ok(error.message.includes('appendonly'), error.message);
      });
      await withLog(redis({ ...options, volatile: true }), async (log) => {
        same(log.durable, false);
        same((await log.append('t', [event('a')])).length, 1);
      });
    } finally {
      await forgetful.stop();
    }
  });

  test('redis: one that wants a password says so', async () => {
    const closed = await redisServer(program, '--requirepass', 'secret');
    try {
      for (const user of ['', ':wrong@'])
        await withLog(
          redis({ url: `redis://${user}127.0.0.1:${closed.port}`, patience: 2000 }),
          async (log) => same((await rejection(log.head('t'))).code, 'log-refused'),
        );
    } finally {
      await closed.stop();
    }
  });
}
