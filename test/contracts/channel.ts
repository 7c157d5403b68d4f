// What every channel has to do. A channel is proven by pointing this suite at it.
import { type Channel, connect, control, type Limits, type Peer } from '../../dist/bridge/index.js';
import { ok, same } from '../support/check.js';
import { rejection, until } from '../support/wait.js';
import { suite } from './suite.contract.js';

/** One pair of ends: the far one runs `startGuest` wherever the channel leads. */
interface Ends {
  readonly channel: Channel;
  /** The far end's peer, where it can be reached from here. */
  readonly guest?: Peer<typeof suite, 'guest'>;
  close(): void | Promise<void>;
}

export interface Subject {
  /** The function that registers a test: node:test's or mocha's. */
  readonly test: (title: string, run: () => Promise<void>) => void;
  readonly name: string;
  /** Whether buffers are moved. */
  readonly transfers: boolean;
  open(limits?: Partial<Limits>): Promise<Ends>;
}

type Host = Peer<typeof suite, 'host'>;

export function channelSuite({ test, name, transfers, open }: Subject): void {
  const check = (title: string, run: (host: Host, ends: Ends) => Promise<void>, limits?: Partial<Limits>) =>
    test(`${name}: ${title}`, async () => {
      const ends = await open(limits);
      const host = connect({
        channel: ends.channel,
        contract: suite,
        side: 'host',
        props: { count: 1 },
        implement: { ask: (question) => `${question}!` },
        onError: () => {},
        ...(limits && { limits }),
      });
      try {
        await run(host, ends);
      } finally {
        host.close();
        await ends.close();
      }
    });

  /** Nothing is open any more, on this side. */
  const idle = (host: Host) =>
    until(() => Object.values(control(host).counts).every((count) => count === 0), { timeout: 3000 });

  check('a call that is made at once is answered once', async (host) => {
    same(await host.remote.add({ a: 2, b: 3 }), 5);
    same(host.state.get().status, 'ready');
    same(host.state.get().epoch, 1);
  });

  check('what structuredClone carries arrives as it left', async (host) => {
    const value = {
      date: new Date(5),
      map: new Map<unknown, unknown>([['a', new Set([1, { deep: [undefined, null, Number.NaN] }])]]),
      bytes: new Uint8Array([1, 2, 3]),
      big: 10n,
      text: 'ü\0"',
      holes: Object.assign([1], { 2: 3 }),
    };
    same(await host.remote.echo(value), value);
    const cycle: Record<string, unknown> = { name: 'round' };
    cycle['self'] = cycle;
    const back = (await host.remote.echo(cycle)) as typeof cycle;
    ok(back['self'] === back, 'a cycle stays one');
  });

  check('user data that has the kit’s own key arrives untouched', async (host) => {
    const value = { '@oriel': 'fn', i: 1, inner: [{ '@oriel': { '@oriel': 'esc', v: 1 } }] };
    same(await host.remote.echo(value), value);
    const proto = JSON.parse('{"__proto__":{"a":1},"constructor":2}');
    const back = (await host.remote.echo(proto)) as object;
    same(Object.keys(back).sort(), ['__proto__', 'constructor']);
    same(({} as { a?: number }).a, undefined);
  });

  check('an input that is changed right after the call arrives as it was', async (host) => {
    await host.ready;
    const first = { n: 1, list: [1] };
    const second = { n: 1, list: [1], map: new Map([['k', { v: 1 }]]) };
    const calls = [host.remote.echo(first), host.remote.echo(second)];
    first.n = second.n = 2;
    first.list.push(2);
    second.list.push(2);
    (second.map.get('k') as { v: number }).v = 2;
    same(await Promise.all(calls), [
      { n: 1, list: [1] },
      { n: 1, list: [1], map: new Map([['k', { v: 1 }]]) },
    ]);
    const before = { n: 1 };
    const early = connect({ channel: silent, contract: suite, side: 'host', timeout: 1, onError: () => {} });
    const waiting = early.remote.echo(before).catch(() => {});
    before.n = 2;
    early.close();
    await waiting;
  });

  check('calls of one microtask are answered in order, and one bad one sinks no other', async (host) => {
    await host.ready;
    const bad = rejection(host.remote.echo({ rows: [1, { at: new WeakMap() }] }));
    const [three, error, seven] = await Promise.all([
      host.remote.add({ a: 1, b: 2 }),
      bad,
      host.remote.add({ a: 3, b: 4 }),
    ]);
    same([three, seven], [3, 7]);
    same(error.code, 'not-cloneable');
    same([error.member, error.path], ['echo', ['rows', 1, 'at']]);
    same(await Promise.all(['a', 'b', 'c'].map((at) => host.remote.order(at))), [
      ['a'],
      ['a', 'b'],
      ['a', 'b', 'c'],
    ]);
  });

  check('a thousand calls at once are each answered', async (host) => {
    await host.ready;
    const calls = Array.from({ length: 999 }, (_, i) => host.remote.add({ a: i, b: 1 }));
    same(
      await Promise.all(calls),
      Array.from({ length: 999 }, (_, i) => i + 1),
    );
    await idle(host);
  });

  check('errors arrive whole', async (host) => {
    const declined = await rejection(host.remote.fail('declined'));
    same([declined.name, declined.message, declined.code], ['Declined', 'not today', 'E_DECLINED']);
    same(declined.data, { at: 3 });
    same(
      [declined.cause.name, declined.cause.message, declined.cause.cause.data],
      ['TypeError', 'why', 'deep'],
    );
    const many = await rejection(host.remote.fail('many'));
    same([many.name, many.message], ['AggregateError', 'both']);
    same([many.errors[0].name, many.errors[0].message, many.errors[1].data], ['RangeError', 'one', 'two']);
    same((await rejection(host.remote.fail('dom'))).name, 'AbortError');
    const odd = await rejection(host.remote.fail('odd'));
    same([odd.message, odd.data], ['odd', undefined]);
    const bare = await rejection(host.remote.fail('just text'));
    same([bare.message, bare.data], ['just text', 'just text']);
    same((await rejection(host.remote.fail('null'))).data, 'null');
  });

  check('the stack of a failed call shows where it was made', async (host) => {
    const here = async function callSite() {
      await host.remote.fail('declined');
    };
    const { stack } = await rejection(here());
    ok(/callSite/.test(stack) || !/\n.*\n/.test(stack), `${stack} names the caller`);
  });

  check('functions arrive as functions, wherever they stand, and one stays one', async (host) => {
    const seen: number[] = [];
    const steps = [{ on: (at: number) => seen.push(at) }, { on: (at: number) => seen.push(at * 10) }];
    same(await host.remote.load({ steps }), 2);
    same(seen, [1, 20]);
    const both = () => {};
    same(await host.remote.same({ one: both, two: both }), true);
    same(await host.remote.same({ one: both, two: () => {} }), false);
    const echoed = await host.remote.echo(both);
    ok(echoed === both, 'a function that comes home is itself');
    await idle(host);
  });

  check('a callback ends with its call, unless it is retained', async (host) => {
    const seen: string[] = [];
    const listener = (text: string) => {
      seen.push(text);
      return seen.length;
    };
    await host.remote.borrow(listener);
    const gone = await rejection(host.remote.useKept('borrowed'));
    same(gone.code, 'released');
    ok(/when "borrow" was answered/.test(gone.message), `${gone.message} says when`);
    await host.remote.keep(listener);
    same(await host.remote.useKept('kept'), 1);
    same(seen, ['kept']);
    same(control(host).counts.lent, 1);
  });

  check('a function in a result lives until it is released', async (host) => {
    const { next } = await host.remote.counter();
    same([await next(), await next()], [1, 2]);
    const callback = next as unknown as { (): Promise<number>; release(): void };
    callback.release();
    const error = await rejection(callback());
    same(error.code, 'released');
    ok(error.cause instanceof Error, 'it says where it was released');
    await idle(host);
  });

  check('ten thousand callbacks that were lent leave an empty table', async (host) => {
    for (let round = 0; round < 100; round++) {
      const steps = Array.from({ length: 100 }, () => ({ on: () => 1 }));
      await host.remote.echo({ steps: steps.length });
      await host.remote.same({ one: () => {}, two: () => {} });
      void steps;
    }
    await idle(host);
  });

  check('props may hold functions, until others take their place', async (host) => {
    const picked: string[] = [];
    host.setProps({ count: 2, onPick: (id) => picked.push(`one ${id}`) });
    same(await host.remote.pick('a'), 1);
    host.setProps({ count: 2, onPick: (id) => picked.push(`two ${id}`) });
    await host.remote.pick('b');
    same(picked, ['one a', 'two b']);
    same(control(host).counts.lent, 1);
  });

  check('a stream gives its items in order, and ends once', async (host) => {
    const items: number[] = [];
    for await (const item of host.remote.numbers({ to: 1000 })) items.push(item);
    same(items.length, 1000);
    same(items[999], 999);
    same(await host.remote.made(), { made: 1000, finished: 1 });
    await idle(host);
  });

  check('a reader that stops bounds the producer and runs its finally', async (host) => {
    let read = 0;
    for await (const _ of host.remote.numbers({ to: 1_000_000 }, { credit: 50 })) if (++read === 100) break;
    const { made, finished } = await until(async () => {
      const now = await host.remote.made();
      return now.finished && now;
    });
    ok(made <= 250, `${made} were made`);
    same(finished, 1);
    await idle(host);
  });

  check('an error comes after the items before it', async (host) => {
    const items: number[] = [];
    const error = await rejection(
      (async () => {
        for await (const item of host.remote.numbers({ to: 10, fail: true })) items.push(item);
      })(),
    );
    same(items, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    same([error.name, error.message], ['RangeError', 'no more']);
    await idle(host);
  });

  check(
    'a slow stream gives each item when it is there, and aborting ends it on both sides',
    async (host) => {
      const stop = new AbortController();
      const items: number[] = [];
      const error = await rejection(
        (async () => {
          for await (const item of host.remote.slow(undefined, { signal: stop.signal })) {
            items.push(item);
            if (items.length === 3) stop.abort(new Error('enough'));
          }
        })(),
      );
      same(error.message, 'enough');
      same(items, [0, 1, 2]);
      await until(async () => (await host.remote.made()).finished);
      same(await host.remote.aborted(), 'stream');
      await idle(host);
    },
  );

  check('a stream is a ReadableStream too', async (host) => {
    const reader = host.remote.numbers({ to: 5 }).readable().getReader();
    same(await reader.read(), { done: false, value: 0 });
    await reader.cancel();
    await until(async () => (await host.remote.made()).finished);
    await idle(host);
  });

  check('an async iterable in an input arrives as one', async (host) => {
    let ended = false;
    async function* numbers() {
      try {
        for (let i = 1; i <= 600; i++) yield i;
      } finally {
        ended = true;
      }
    }
    same(await host.remote.sum(numbers()), 180_300);
    ok(ended, 'it ended');
    await idle(host);
  });

  check('bytes are moved where they are listed, and order is kept', async (host) => {
    await host.ready;
    const bytes = new Uint8Array(100_000).fill(3);
    const order = [
      host.remote.order('a'),
      host.remote.echo(bytes, { transfer: [bytes.buffer] }),
      host.remote.order('c'),
    ];
    if (transfers) same(bytes.byteLength, 0, 'what was moved is gone at once');
    const [first, echoed, last] = await Promise.all(order);
    same((echoed as Uint8Array).length, 100_000);
    same([first, last], [['a'], ['a', 'c']]);
    same((await host.remote.bytes(1000))[999], 7);
    let all = 0;
    for await (const chunk of host.remote.chunks(20)) all += chunk.byteLength;
    same(all, 20 * 65_536);
    await idle(host);
  });

  check('aborting rejects at once, and the callee hears why', async (host) => {
    await host.ready;
    const stop = new AbortController();
    const call = rejection(host.remote.never(undefined, { signal: stop.signal }));
    stop.abort('changed my mind');
    same(await call, 'changed my mind');
    same(await until(async () => (await host.remote.aborted()) !== 'not yet'), true);
    same(await host.remote.aborted(), 'changed my mind');
    const timedOut = await rejection(host.remote.never(undefined, { timeout: 10 }));
    same(timedOut.code, 'timeout');
    await until(async () => (await host.remote.aborted()) !== 'changed my mind');
    await idle(host);
  });

  check('an event that was emitted before an answer is heard before it', async (host) => {
    const heard: unknown[] = [];
    host.on('heard', (payload) => heard.push(payload));
    await host.remote.emit('first');
    same(heard, ['first']);
  });

  check(
    'what is over a limit is refused, and nothing else',
    async (host) => {
      await host.ready;
      const start = performance.now();
      const calls = Array.from({ length: 200 }, () =>
        host.remote.add({ a: 1, b: 1 }).catch((error) => error.code),
      );
      const results = await Promise.all(calls);
      const refused = results.filter((result) => result === 'limit').length;
      const passed = 100 + ((performance.now() - start) / 1000) * 100;
      ok(refused <= 100 && 200 - refused <= passed + 1, `${refused} of 200 were refused`);
      same(results.filter((result) => result === 2).length, 200 - refused);
      same((await rejection(host.remote.echo('x'.repeat(60_000)))).code, 'limit');
      let deep: unknown = 1;
      for (let i = 0; i < 20; i++) deep = [deep];
      same((await rejection(host.remote.echo(deep))).code, 'limit');
    },
    { rate: 100, burst: 100, bytes: 50_000, depth: 10 },
  );

  check('tracing tells what crosses, without payloads unless they are asked for', async (host) => {
    await host.ready;
    const records: unknown[] = [];
    const off = host.trace((record) => records.push(record));
    await host.remote.add({ a: 1, b: 2 });
    off();
    await host.remote.add({ a: 1, b: 2 });
    same(
      records.map((record) => {
        const { direction, type, member, outcome } = record as Record<string, unknown>;
        return [direction, type, member, outcome];
      }),
      [
        ['out', 'call', 'add', undefined],
        ['in', 'answer', 'add', 'ok'],
      ],
    );
    const [call, answer] = records as { payload?: unknown; duration?: number; size: number }[];
    ok(!('payload' in (call as object)), 'no payload');
    ok((answer?.duration ?? -1) >= 0 && (call?.size ?? 0) > 0, 'sizes and times');
  });

  check('closing rejects what is open, and leaves nothing', async (host) => {
    await host.ready;
    const call = rejection(host.remote.never());
    const reader = host.remote.slow()[Symbol.asyncIterator]();
    await reader.next();
    const { next } = await host.remote.counter();
    host.close();
    same((await call).code, 'closed');
    same((await rejection(readAll(reader))).code, 'closed');
    same((await rejection(Promise.resolve(next()))).code, 'released');
    same((await rejection(host.remote.add({ a: 1, b: 1 }))).code, 'closed');
    await idle(host);
  });
}

async function readAll(reader: AsyncIterator<unknown>): Promise<void> {
  while (!(await reader.next()).done);
}

/** Leads nowhere. */
const silent: Channel = { clones: 'structured', transfers: true, open: () => undefined };
