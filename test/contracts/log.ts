// What every log has to do. An engine is proven by pointing this suite at it.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Cursor, type Envelope, envelope, parseCursor } from '../../dist/events/index.js';
import type { EventsPage, Log, LogOptions, Page, ResetPage } from '../../dist/log/index.js';
import { ok, same } from '../support/check.js';
import { draw, type Random } from '../support/draw.js';
import { rejection, until } from '../support/wait.js';
import type { LogOrder, LogReport } from './log.process.js';

export interface LogSubject {
  readonly test: (title: string, run: () => Promise<void>) => void;
  readonly name: string;
  /** A log of the engine that all tests share; each test has topics of its own. */
  open(options?: LogOptions): Log;
  /** What a process of its own opens it with, where it can. */
  readonly process?: () => { readonly factory: string; readonly args: readonly unknown[] };
  /** Ends the server without a word, and starts it again. */
  readonly server?: { kill(): Promise<void>; start(): Promise<void> };
  /** How the engine counts what it keeps beside the JSON, in bytes an event. Default 0. */
  readonly overhead?: number;
  /** The shortest dedupe window, in ms, that it takes. */
  readonly dedupe?: number;
}

/** For what keeps a small machine at it for longer than a log would wait. */
const busy = { patience: 60_000 };

let topics = 0;
export const newTopic = () => `acme.tickets/t${process.pid}-${++topics}`;

export const event = (id: string, data: unknown = { id }): Envelope =>
  envelope({ id, source: '/test', type: 'happened', time: '2026-01-01T00:00:00Z', data });

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => event(`e${from + index}`));

export const idsOf = (page: Page) => (page as EventsPage).events.map(({ event: { id } }) => id);

/** Every event from a position to the end, by pages. */
export async function all(log: Log, topic: string, after: Cursor | 'earliest' = 'earliest', limit = 100) {
  const ids: string[] = [];
  for (let next = after; ; ) {
    const page = await log.read(topic, next, { limit });
    ok(page.answer !== 'reset', `a reset: ${JSON.stringify(page)}`);
    ids.push(...idsOf(page));
    if (page.answer === 'live') return ids;
    next = (page as EventsPage).next;
  }
}

/** Follows until it has as many events. */
export async function followed(
  log: Log,
  topic: string,
  after: Cursor | 'earliest' | 'latest',
  count: number,
) {
  const ids: string[] = [];
  for await (const page of log.follow(topic, after, { signal: AbortSignal.timeout(60_000) })) {
    ids.push(...idsOf(page));
    if (ids.length >= count) break;
  }
  return ids;
}

/** With a log that is closed at the end, whatever comes. */
export async function withLog<T>(log: Log, run: (log: Log) => Promise<T>): Promise<T> {
  try {
    return await run(log);
  } finally {
    await log.close();
  }
}

export const reset = async (log: Log, topic: string, after: string): Promise<ResetPage> => {
  const page = await log.read(topic, after);
  same(page.answer, 'reset');
  return page as ResetPage;
};

export function logSuite(subject: LogSubject): void {
  const { name, overhead = 0, dedupe = 200, server } = subject;
  const check = (
    title: string,
    run: (log: Log, topic: string, open: (options?: LogOptions) => Log) => Promise<void>,
    options: LogOptions = {},
  ) =>
    subject.test(`${name}: ${title}`, async () => {
      const opened: Log[] = [];
      const open = (more: LogOptions = {}) => {
        const log = subject.open({ ...options, ...more });
        opened.push(log);
        return log;
      };
      try {
        await run(open(), newTopic(), open);
      } finally {
        await Promise.all(opened.map((log) => log.close()));
      }
    });

  check('what is appended is read as it was, in order', async (log, topic) => {
    const events = [
      event('plain'),
      event('ünïcødé 🎈', { text: '🎈\u2028\0"\\', deep: [[[{ a: null }]]], n: 1.5e300, ok: true }),
      envelope({ id: 'bytes', source: '/x', type: 't', data: new Uint8Array([0, 255, 128]) }),
      envelope({
        id: 'bare',
        source: '/x',
        type: 't',
        subject: 's',
        extensions: { tenant: 'a', n: 7, ok: false },
      }),
      event('large', 'x'.repeat(600_000)),
    ];
    const taken = await log.append(topic, events);
    same(
      taken.map(({ duplicate }) => duplicate),
      events.map(() => false),
    );
    const page = (await log.read(topic, 'earliest')) as EventsPage;
    same(page.answer, 'live');
    same(
      page.events.map(({ event: it }) => it),
      events,
    );
    same(
      page.events.map(({ cursor }) => cursor),
      taken.map(({ cursor }) => cursor),
    );
    same(
      page.events.map(({ json }) => JSON.parse(json)),
      events,
    );
    same(page.next, taken.at(-1)?.cursor);
  });

  check(
    'a topic that nobody has named is empty, and its cursor holds when something comes',
    async (log, topic, open) => {
      const { epoch, earliest, latest } = await log.head(topic);
      same(earliest, latest);
      same(parseCursor(latest)?.epoch, epoch);
      same(await log.read(topic, 'earliest'), { answer: 'live', events: [], next: latest });
      same(await log.read(topic, latest), { answer: 'live', events: [], next: latest });
      await open().append(topic, [event('first')]);
      same(idsOf(await log.read(topic, latest)), ['first']);
      same((await log.head(topic)).earliest, earliest);
    },
  );

  check('a page says whether there is more, and where to go on', async (log, topic) => {
    const taken = await log.append(topic, numbered(0, 5));
    const first = (await log.read(topic, 'earliest', { limit: 2 })) as EventsPage;
    same([first.answer, ...idsOf(first)], ['replayed', 'e0', 'e1']);
    const second = (await log.read(topic, first.next, { limit: 2 })) as EventsPage;
    same([second.answer, ...idsOf(second)], ['replayed', 'e2', 'e3']);
    const last = (await log.read(topic, second.next, { limit: 2 })) as EventsPage;
    same([last.answer, ...idsOf(last)], ['live', 'e4']);
    same(idsOf(await log.read(topic, taken[1]?.cursor ?? '')), ['e2', 'e3', 'e4']);
    same(await log.read(topic, 'latest'), { answer: 'live', events: [], next: last.next });
  });

  check('a page ends at 1 MiB', async (log, topic) => {
    await log.append(
      topic,
      ['a', 'b', 'c', 'd'].map((id) => event(id, 'x'.repeat(400_000))),
    );
    same(idsOf(await log.read(topic, 'earliest')), ['a', 'b']);
    same(await all(log, topic), ['a', 'b', 'c', 'd']);
  });

  check('topics know nothing of each other', async (log, topic) => {
    const others = [`${topic}.x`, `${topic}/x`, `${topic}:x`, `${topic}@x`, `${topic}-x`, `${topic}_x`];
    for (const other of [topic, ...others])
      same((await log.append(other, [event('same')]))[0]?.duplicate, false);
    for (const other of others) same(await all(log, other), ['same']);
  });

  check('an id is taken once, and its second answer names the first place', async (log, topic, open) => {
    const [first] = await log.append(topic, [event('a')]);
    const again = await open().append(topic, [event('b'), event('a'), event('b')]);
    same(
      again.map(({ duplicate }) => duplicate),
      [false, true, true],
    );
    same(again[1]?.cursor, first?.cursor);
    same(again[2]?.cursor, again[0]?.cursor);
    same(await all(log, topic), ['a', 'b']);
  });

  check('an id is taken again once its window has passed', async (_log, topic, open) => {
    const log = open({ dedupe });
    await log.append(topic, [event('a')]);
    await until(async () => !(await log.append(topic, [event('a')]))[0]?.duplicate, { timeout: 10_000 });
    same(await all(log, topic), ['a', 'a']);
  });

  check('the same ids at once by several are one each', async (log, topic, open) => {
    const logs = [log, open(), open()];
    const ids = Array.from({ length: 60 }, (_, index) => `e${index}`);
    const taken = await Promise.all(
      logs.flatMap((each) => ids.map(async (id) => ({ id, ...(await each.append(topic, [event(id)]))[0] }))),
    );
    for (const id of ids) {
      const those = taken.filter((one) => one.id === id);
      same(those.filter(({ duplicate }) => !duplicate).length, 1, `${id} is new once`);
      same(new Set(those.map(({ cursor }) => cursor)).size, 1, `${id} has one place`);
    }
    same((await all(log, topic)).sort(), [...ids].sort());
  });

  check('who follows gets what is there, then what comes', async (log, topic, open) => {
    await log.append(topic, numbered(0, 250));
    const following = followed(log, topic, 'earliest', 500);
    const writer = open();
    for (let at = 250; at < 500; at += 10) await writer.append(topic, numbered(at, at + 10));
    same(
      await following,
      numbered(0, 500).map(({ id }) => id),
    );
  });

  check('who follows from the end hears that it is live at once', async (log, topic, open) => {
    await log.append(topic, [event('old')]);
    const pages = log.follow(topic, 'latest');
    const { value: first } = await pages.next();
    same(first, { answer: 'live', events: [], next: (await log.head(topic)).latest });
    const second = pages.next();
    await open().append(topic, [event('new')]);
    same(idsOf((await second).value as Page), ['new']);
    same(await pages.return?.(), { done: true, value: undefined });
  });

  check(
    'replay joins live without hole or double, whoever reconnects',
    async (log, topic, open) => {
      const { random, seed } = draw();
      const total = 10_000;
      const expected: string[] = [];
      const writers = [log, open()];
      const logs = [log, open()];
      const writing = Promise.all(
        writers.map(async (writer, index) => {
          const mine = numbered(0, total / 2).map(({ id }) => event(`w${index}-${id}`));
          for (let at = 0; at < mine.length; at += 50) await writer.append(topic, mine.slice(at, at + 50));
        }),
      );
      const readers = Array.from({ length: 50 }, (_, index) =>
        restlessly(logs[index % 2] as Log, topic, total, random),
      );
      await writing;
      const seen = await Promise.all(readers);
      expected.push(...(await all(log, topic, 'earliest', 1000)));
      same(expected.length, total);
      for (const ids of seen)
        ok(ids.join() === expected.join(), `a reader has a hole or a double, SEED=${seed}`);
    },
    busy,
  );

  check(
    'one that stops reading costs one page, and is told when it comes too late',
    async (log, topic) => {
      const pages = log.follow(topic, 'latest', { limit: 10 });
      await pages.next();
      const before = heap();
      for (let at = 0; at < 2000; at += 50)
        await log.append(
          topic,
          numbered(at, at + 50).map(({ id }) => event(id, `${id}${'x'.repeat(16_000)}`)),
        );
      const grown = (heap() - before) / 1024 / 1024;
      ok(grown < 16, `grew by ${grown} MiB, of 32 that were appended`);
      // Its place is gone: nothing of what the tail still holds may hide that.
      const { value } = await pages.next();
      same([value?.answer, (value as ResetPage).reason], ['reset', 'trimmed']);
      same((await pages.next()).done, true);
    },
    { ...busy, retention: { count: 100 } },
  );

  check(
    'a reader that is slow but in time gets all',
    async (log, topic) => {
      const pages = log.follow(topic, 'earliest', { limit: 7 });
      await log.append(topic, numbered(0, 1500));
      const ids: string[] = [];
      for await (const page of pages) {
        ids.push(...idsOf(page));
        if (ids.length === 7) await log.append(topic, numbered(1500, 3000));
        if (ids.length === 3000) break;
      }
      same(
        ids,
        numbered(0, 3000).map(({ id }) => id),
      );
    },
    busy,
  );

  check(
    'a trimmed cursor is answered with a reset and where to begin',
    async (log, topic) => {
      const taken = await log.append(topic, numbered(0, 10));
      await log.append(topic, numbered(10, 30));
      const { reason, earliest, latest } = await reset(log, topic, taken[3]?.cursor ?? '');
      same(reason, 'trimmed');
      same(
        await all(log, topic, earliest),
        numbered(20, 30).map(({ id }) => id),
      );
      same(await all(log, topic, latest), []);
      same(await log.head(topic), { epoch: parseCursor(latest)?.epoch, earliest, latest });
      const pages = log.follow(topic, taken[3]?.cursor ?? '');
      same(((await pages.next()).value as ResetPage).reason, 'trimmed');
      same((await pages.next()).done, true);
    },
    { retention: { count: 10 } },
  );

  check('a cursor of another epoch, or from beyond the end, is answered with a reset', async (log, topic) => {
    await log.append(topic, numbered(0, 3));
    const { latest } = await log.head(topic);
    const { epoch, seq } = parseCursor(latest) as { epoch: string; seq: string };
    const other = await reset(log, topic, `another:${seq}`);
    same([other.reason, other.latest], ['epoch', latest]);
    const beyond = seq.replace(/\d+$/, (digits) => String(BigInt(digits) + 5n));
    same((await reset(log, topic, `${epoch}:${beyond}`)).reason, 'ahead');
    same((await reset(log, topic, `${epoch}:${seq.replace(/^\d+/, '9'.repeat(18))}`)).reason, 'ahead');
  });

  check('whatever is no cursor is answered with a reset', async (log, topic) => {
    await log.append(topic, numbered(0, 3));
    const { latest } = await log.head(topic);
    const garbage = [
      '',
      ':',
      'x',
      'a:b',
      `${latest}x`,
      ` ${latest}`,
      `${latest}\n`,
      '__proto__',
      "';--",
      '9'.repeat(9999),
      'a:9999999999999999999',
    ];
    const { epoch, seq } = parseCursor(latest) as { epoch: string; seq: string };
    garbage.push(seq.includes('-') ? `${epoch}:${seq.split('-')[0]}` : `${epoch}:${seq}-1`);
    for (const cursor of [...garbage, null, 7, {}] as string[]) {
      const answer = await reset(log, topic, cursor);
      same([answer.reason, answer.latest], ['malformed', latest]);
    }
  });

  check(
    'no more are kept than count says',
    async (log, topic) => {
      await log.append(topic, numbered(0, 3));
      await log.append(topic, numbered(3, 9));
      same(await all(log, topic), ['e4', 'e5', 'e6', 'e7', 'e8']);
      same((await log.append(topic, [event('e1')]))[0]?.duplicate, true);
    },
    { retention: { count: 5 } },
  );

  check(
    'no more are kept than bytes says',
    async (log, topic) => {
      for (let at = 0; at < 20; at++) await log.append(topic, [event(`e${at}`, 'x'.repeat(1000))]);
      const kept = await all(log, topic);
      ok(kept.length >= 3 && kept.length <= 10_000 / 1000, `${kept.length} are kept`);
      same(kept.at(-1), 'e19');
      ok(kept.length * (1000 + overhead) <= 10_000, `${kept.length} are kept`);
    },
    { retention: { bytes: 10_000 } },
  );

  check(
    'none are kept longer than age says, though nothing else comes',
    async (log, topic) => {
      const [taken] = await log.append(topic, [event('old')]);
      const start = (await log.read(topic, 'earliest')) as EventsPage;
      same(idsOf(start), ['old']);
      await until(async () => idsOf(await log.read(topic, 'earliest')).length === 0, { timeout: 10_000 });
      const { earliest, latest } = await log.head(topic);
      same([earliest, latest], [taken?.cursor, taken?.cursor]);
      await log.append(topic, [event('new')]);
      same(idsOf(await log.read(topic, taken?.cursor ?? '')), ['new']);
    },
    { retention: { age: 2000 }, dedupe: 2000 },
  );

  check('a signal ends what is read, and what is followed', async (log, topic) => {
    const controller = new AbortController();
    const pages = log.follow(topic, 'latest', { signal: controller.signal });
    await pages.next();
    const waiting = pages.next();
    controller.abort(new Error('enough'));
    same(await waiting, { done: true, value: undefined });
    same((await rejection(log.read(topic, 'latest', controller))).message, 'enough');
    same((await rejection(log.head(topic, controller))).message, 'enough');
    same((await rejection(log.append(topic, [event('a')], controller))).message, 'enough');
    const aborted = log.follow(topic, 'latest', controller);
    same(await aborted.next(), { done: true, value: undefined });
  });

  check('return() ends what waits', async (log, topic) => {
    const pages = log.follow(topic, 'latest');
    await pages.next();
    const waiting = pages.next();
    same(await pages.return?.(), { done: true, value: undefined });
    same(await waiting, { done: true, value: undefined });
  });

  check('close() ends everything, once what is being appended is safe', async (log, topic, open) => {
    const idle = log.follow(topic, 'latest');
    const waits = log.follow(topic, 'latest');
    await Promise.all([idle.next(), waits.next()]);
    const waiting = rejection(waits.next());
    const appending = log.append(topic, numbered(0, 20));
    await Promise.all([log.close(), log.close()]);
    same((await appending).length, 20);
    same((await waiting).code, 'log-closed');
    const late = [
      idle.next(),
      log.append(topic, [event('late')]),
      log.read(topic, 'latest'),
      log.head(topic),
      log.follow(topic, 'latest').next(),
      log.notes.get('late'),
      log.notes.put('late', '', 0),
    ];
    for (const { code } of await Promise.all(late.map(rejection))) same(code, 'log-closed');
    if (subject.process) same((await all(open(), topic)).length, 20);
  });

  check('bad input is refused, and says where', async (log, topic) => {
    const wrong = async (promise: Promise<unknown>, path: string) => {
      const error = await rejection(promise);
      same([error.code, error.path.join('.')], ['invalid', path], error.message);
    };
    for (const bad of ['', ' ', 'a b', 'ä', 'a*', 'x'.repeat(201), null, 7] as string[]) {
      await wrong(log.append(bad, []), 'topic');
      await wrong(log.read(bad, 'latest'), 'topic');
      await wrong(log.head(bad), 'topic');
      await wrong(log.notes.get(bad), 'key');
    }
    for (const limit of [0, -1, 1.5, 1001, Number.NaN, '5'] as number[])
      await wrong(log.read(topic, 'latest', { limit }), 'limit');
    const { id: _, ...nameless } = event('x');
    await wrong(log.append(topic, [nameless as Envelope]), 'id');
    await wrong(log.append(topic, [event('good'), { ...event('x'), data: { at: new Date(0) } }]), 'data.at');
    await wrong(log.notes.put('a', 'b', -1), 'version');
    same(await log.append(topic, []), []);
    same(await all(log, topic), []);
    for (const options of [
      { retention: { age: 0 } },
      { retention: { count: Number.NaN } },
      { dedupe: -1 },
      { patience: Infinity },
    ])
      same((await rejection((async () => subject.open(options))())).code, 'invalid');
  });

  check('notes that pass are as the others, and go away by time and by number', async (log, topic, open) => {
    const bounds = { time: 60_000, most: 5 };
    const [mine, others] = [log.passing(bounds), open().passing(bounds)];
    const key = `${topic}/passing`;
    const first = (await mine.put(key, 'one', 0))?.version as number;
    same(await log.notes.get(key), undefined, 'a note that stays');
    same(await others.get(key), { value: 'one', version: first });
    same(await others.put(key, 'two', 0), undefined);
    const raced = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? mine : others).put(key, `r${index}`, first)),
    );
    same(raced.filter((note) => note !== undefined).length, 1);
    // The oldest go, if not at once, then with the next that is written a second later.
    await until(async () => {
      for (let i = 0; i < 6; i++) await others.put(`${key}/${Math.random()}`, '', 0);
      return (await mine.get(key)) === undefined;
    });
    const short = open().passing({ time: 200, most: 1000 });
    const late = `${topic}/late`;
    const version = (await short.put(late, 'x', 0))?.version as number;
    await until(async () => (await short.get(late)) === undefined);
    same(await short.put(late, 'y', version), undefined, 'a change of one that has gone');
    same((await short.put(late, 'z', 0))?.value, 'z');
    for (const wrongly of [
      { time: 0, most: 1 },
      { time: 1, most: Number.NaN },
    ])
      ok(await rejection((async () => log.passing(wrongly))()), 'bounds that bound nothing');
  });

  check('a note is written by one of those who saw the same version', async (log, topic, open) => {
    const key = `${topic}/lease`;
    same(await log.notes.get(key), undefined);
    const first = (await log.notes.put(key, 'one', 0))?.version as number;
    same(await log.notes.put(key, 'two', 0), undefined);
    const other = open();
    same(await other.notes.get(key), { value: 'one', version: first });
    const raced = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? log : other).notes.put(key, `r${index}`, first)),
    );
    const won = raced.filter((note) => note !== undefined);
    same(won.length, 1);
    same(await other.notes.get(key), won[0]);
    const next = await other.notes.put(key, '', won[0]?.version ?? 0);
    same(await log.notes.get(key), next);
    same(next?.value, '');
  });

  if (subject.process) processTests(subject, check);
  if (server) serverTests(server, check);
}

type Check = (
  title: string,
  run: (log: Log, topic: string, open: (options?: LogOptions) => Log) => Promise<void>,
  options?: LogOptions,
) => void;

function processTests(subject: LogSubject, check: Check): void {
  check('two processes share it', async (log, topic) => {
    await using other = far(subject);
    const following = followed(log, topic, 'earliest', 200);
    other.order({ append: topic, ids: numbered(0, 100).map(({ id }) => id) });
    for (let at = 0; at < 150; at++) await log.append(topic, numbered(at, at + 1));
    other.order({ append: topic, ids: numbered(150, 200).map(({ id }) => id) });
    const seen = await following;
    same(
      [...seen].sort(),
      numbered(0, 200)
        .map(({ id }) => id)
        .sort(),
    );
    same(await all(log, topic), seen);
  });

  check(
    'kill -9 of who appends loses nothing that was confirmed, and a retry makes exactly one',
    async (log, topic) => {
      const ids = numbered(0, 2000).map(({ id }) => id);
      const confirmed = new Set<string>();
      const other = far(subject);
      other.heard((report) => {
        if (report.taken) confirmed.add(report.taken);
        if (confirmed.size === 20) other.kill();
      });
      other.order({ append: topic, ids });
      await other.ended;
      const kept = await all(log, topic);
      const missing = [...confirmed].filter((id) => !kept.includes(id));
      same(missing, []);
      await log.append(
        topic,
        ids.map((id) => event(id)),
      );
      same((await all(log, topic, 'earliest', 1000)).sort(), [...ids].sort());
    },
  );

  check('a process that closes its log ends by itself', async (_log, topic) => {
    await using other = far(subject);
    other.order({ follow: topic });
    await other.first(({ page }) => page === 'live');
    other.order({ close: true });
    same(await other.ended, 0);
  });
}

function serverTests(server: NonNullable<LogSubject['server']>, check: Check): void {
  check(
    'a restart of the server loses nothing, and who follows goes on',
    async (log, topic) => {
      await log.append(topic, numbered(0, 50));
      const before = await log.head(topic);
      const following = followed(log, topic, 'earliest', 100);
      await server.kill();
      await server.start();
      await log.append(topic, numbered(50, 100));
      same(
        await following,
        numbered(0, 100).map(({ id }) => id),
      );
      same((await log.head(topic)).epoch, before.epoch);
      same(
        await all(log, topic, before.latest),
        numbered(50, 100).map(({ id }) => id),
      );
    },
    { patience: 30_000 },
  );

  check(
    'while the server is away everything says so in time',
    async (log, topic) => {
      await log.append(topic, [event('before')]);
      const pages = log.follow(topic, 'latest');
      await pages.next();
      const waiting = rejection(pages.next());
      await server.kill();
      try {
        const late = [
          log.append(topic, [event('during')]),
          log.read(topic, 'earliest'),
          log.head(topic),
          log.notes.get('x'),
        ];
        for (const { code } of await Promise.all(late.map(rejection))) same(code, 'log-unavailable');
      } finally {
        await server.start();
      }
      // Whether it was noticed in that time or not, nothing is lost.
      const retried = until(() => log.append(topic, [event('after')]).catch(() => false), {
        timeout: 30_000,
      });
      await retried;
      const outcome = (await waiting.catch((error) => error)).code ?? 'came';
      ok(['came', 'log-unavailable'].includes(outcome), outcome);
      const kept = await all(log, topic);
      same([kept[0], kept.at(-1)], ['before', 'after']);
    },
    { patience: 1500 },
  );
}

/** Reads with breaks: after some pages, often in the midst, it begins anew from the last cursor it has. */
async function restlessly(log: Log, topic: string, total: number, random: Random): Promise<string[]> {
  const ids: string[] = [];
  let next: Cursor | 'earliest' = 'earliest';
  while (ids.length < total) {
    let left = 1 + Math.floor(random() * 20);
    const limit = 1 + Math.floor(random() * 200);
    for await (const page of log.follow(topic, next, { limit })) {
      ok(page.answer !== 'reset', 'nothing is trimmed');
      for (const one of (page as EventsPage).events) ids.push(one.event.id);
      next = (page as EventsPage).next;
      if (--left === 0 || ids.length >= total) break;
    }
  }
  return ids;
}

/** Another process with a log of its own on the engine. */
function far({ process: it }: LogSubject) {
  const child = fork(new URL('./log.process.js', import.meta.url), [JSON.stringify(it?.())]);
  const listeners = new Set<(report: LogReport) => void>();
  child.on('message', (report: LogReport) => {
    for (const listener of listeners) listener(report);
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return {
    ended,
    order: (order: LogOrder) => void child.send(order),
    heard: (listener: (report: LogReport) => void) => void listeners.add(listener),
    first: (fits: (report: LogReport) => boolean) =>
      new Promise<void>((resolve, reject) => {
        listeners.add((report) => fits(report) && resolve());
        child.once('exit', (code) => reject(new Error(`It ended with ${code}.`)));
      }),
    kill: () => void child.kill('SIGKILL'),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Bytes in use, after what is gone is gone. */
function heap(): number {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  gc();
  return process.memoryUsage().heapUsed;
}
