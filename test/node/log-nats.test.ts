import { after, before, test } from 'node:test';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Page } from '../../dist/log/index.js';
import { nats } from '../../dist/log/nats.js';
import { all, event, idsOf, logSuite, newTopic, reset, withLog } from '../contracts/log.js';
import { ok, same } from '../support/check.js';
import { natsServer, programOf, type Server } from '../support/engines.js';
import { leftOut } from '../support/left-out.js';
import { rejection } from '../support/wait.js';

const program = programOf('nats-server');
if (!program) test('the nats log', (t) => leftOut(t, 'nats-server is not installed'));
else {
  let server: Server;
  before(async () => void (server = await natsServer(program)));
  after(() => server.stop());
  const url = () => `nats://127.0.0.1:${server.port}`;

  logSuite({
    name: 'nats',
    test: (title, run) => void test(title, { timeout: 120_000 }, run),
    open: (options) => nats({ url: url(), ...options }),
    process: () => ({ factory: 'nats', args: [{ url: url() }] }),
    // Headers and the subject count too.
    overhead: 150,
    server: { kill: () => server.kill(), start: () => server.start() },
  });

  const raw = async <T>(run: (connection: NatsConnection) => Promise<T>): Promise<T> => {
    const connection = await connect({ servers: url() });
    try {
      return await run(connection);
    } finally {
      await connection.close();
    }
  };
  const open = () => nats({ url: url() });
  /** Topics here have no characters that a stream's name lacks. */
  const plain = () => newTopic().replace(/\W/g, '-');
  const streamOf = (topic: string) => `oriel-t-${topic}`;

  test('nats: a stream that was purged, and one that was made anew, are noticed', () =>
    withLog(open(), async (log) => {
      const topic = plain();
      const [a] = await log.append(
        topic,
        ['a', 'b', 'c'].map((id) => event(id)),
      );
      await raw(async (connection) =>
        (await jetstreamManager(connection)).streams.purge(streamOf(topic), { keep: 1 }),
      );
      const { reason, earliest } = await reset(log, topic, a?.cursor ?? '');
      same(reason, 'trimmed');
      same(await all(log, topic, earliest), ['c']);
      await raw(async (connection) => (await jetstreamManager(connection)).streams.delete(streamOf(topic)));
      same((await reset(log, topic, a?.cursor ?? '')).reason, 'epoch');
      same((await log.append(topic, [event('a')]))[0]?.duplicate, false);
      same(await all(log, topic), ['a']);
    }));

  test('nats: an event that somebody deleted stands nowhere, and hides no other', () =>
    withLog(open(), async (log) => {
      const topic = plain();
      const [a] = await log.append(
        topic,
        ['a', 'b', 'c'].map((id) => event(id)),
      );
      await raw(async (connection) =>
        (await jetstreamManager(connection)).streams.deleteMessage(streamOf(topic), 2),
      );
      same(await all(log, topic, a?.cursor, 1), ['c']);
      same(await all(log, topic, 'earliest', 1), ['a', 'c']);
    }));

  test('nats: what others publish reaches who follows', () =>
    withLog(open(), async (log) => {
      const topic = plain();
      const pages = log.follow(topic, 'latest');
      await pages.next();
      const page = pages.next();
      await raw((connection) =>
        jetstream(connection).publish(streamOf(topic), JSON.stringify(event('theirs'))),
      );
      same(idsOf((await page).value as Page), ['theirs']);
      await pages.return?.();
    }));

  test('nats: an event that is too large for the server is refused, and says what to do', () =>
    withLog(open(), async (log) => {
      const topic = plain();
      const error = await rejection(log.append(topic, [event('large', 'x'.repeat(1_100_000))]));
      same(error.code, 'log-refused', error.message);
      ok(error.message.includes('max_payload'), error.message);
      await log.append(topic, [event('small')]);
      same(await all(log, topic), ['small']);
    }));

  test('nats: a server without JetStream, and a topic whose name is too long, are told so', async () => {
    const bare = await natsServer(program, false);
    try {
      await withLog(nats({ url: `nats://127.0.0.1:${bare.port}`, patience: 2000 }), async (log) => {
        const error = await rejection(log.head('t'));
        same(error.code, 'log-refused', error.message);
        ok(error.message.includes('JetStream'), error.message);
      });
    } finally {
      await bare.stop();
    }
    await withLog(open(), async (log) =>
      same((await rejection(log.head('/'.repeat(200)))).code, 'log-refused'),
    );
  });
}
