// A thousand clients of one server that goes away, on a clock of their own.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Frame } from '../../dist/bridge/index.js';
import { Connection, type Dial, type PipeEar } from '../../dist/channels/connection.js';

/** Timers and `performance.now` by a clock that goes as fast as it is told. */
class Clock {
  now = 0;
  #timers = new Map<number, { at: number; run: () => void }>();
  #next = 1;
  readonly #real = { setTimeout, clearTimeout, now: performance.now };

  start(): void {
    const own = {
      setTimeout: (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
        this.#timers.set(this.#next, { at: this.now + ms, run: () => run(...args) });
        return this.#next++;
      },
      clearTimeout: (id: number) => void this.#timers.delete(id),
    };
    Object.assign(globalThis, own);
    performance.now = () => this.now;
  }

  stop(): void {
    const { now, ...timers } = this.#real;
    Object.assign(globalThis, timers);
    performance.now = now;
  }

  async advance(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      await new Promise(setImmediate);
      let first: [number, { at: number; run: () => void }] | undefined;
      for (const timer of this.#timers) if (!first || timer[1].at < first[1].at) first = timer;
      if (!first || first[1].at > end) break;
      this.#timers.delete(first[0]);
      this.now = first[1].at;
      first[1].run();
    }
    this.now = end;
  }
}

/** Numbers that look random and are the same each time. */
function seeded(seed: number): () => number {
  return () => {
    seed = (seed * 1664525 + 1013904223) % 2 ** 32;
    return seed / 2 ** 32;
  };
}

const { random } = Math;
let clock = new Clock();
after(() => {
  clock.stop();
  Math.random = random;
});

/** A server: what it does with each that comes, and when they came. */
class Server {
  at: number[] = [];
  answer: (ear: PipeEar) => void = (ear) => ear.opened();
  readonly ears = new Set<PipeEar>();
  readonly heard: unknown[] = [];
  readonly dial: Dial = (_address, _token, ear) => {
    this.at.push(clock.now);
    this.ears.add(ear);
    queueMicrotask(() => this.answer(ear));
    return {
      send: (value) => void this.heard.push(value),
      expect: () => {},
      renew: () => {},
      close: () => {},
    };
  };

  /** Ends all there are. @returns when. */
  end(reason = ''): number {
    this.at = [];
    for (const ear of [...this.ears]) {
      this.ears.delete(ear);
      ear.ended({ code: 1001, reason });
    }
    return clock.now;
  }
}

const refuse =
  (reason = '') =>
  (ear: PipeEar) =>
    ear.ended({ code: 1013, reason });

/** Runs it with a thousand clients that are connected, and `random` seeded. */
function storm(title: string, run: (server: Server) => Promise<void>, clients = 1000): void {
  test(title, async () => {
    clock = new Clock(); // nobody is left on it
    clock.start();
    Math.random = seeded(1);
    try {
      const server = new Server();
      for (let i = 0; i < clients; i++) new Connection(server.dial, 'far', {}).join();
      await clock.advance(0);
      assert.equal(server.at.length, clients);
      await run(server);
    } finally {
      clock.stop();
      Math.random = random;
    }
  });
}

const within = (at: readonly number[], from: number, to: number) =>
  at.filter((ms) => ms >= from && ms < to).length;

storm('after a restart the attempts of a thousand clients are spread over five seconds', async (server) => {
  const end = server.end();
  await clock.advance(10_000);
  assert.equal(server.at.length, 1000);
  for (let second = 0; second < 5; second++) {
    const count = within(server.at, end + second * 1000, end + (second + 1) * 1000);
    assert.ok(count > 140 && count < 260, `${count} in second ${second}`);
  }
});

storm('while the server stays away they come less and less, and never together', async (server) => {
  server.answer = refuse();
  const end = server.end();
  await clock.advance(300_000);
  const minutes = [0, 1, 2, 3, 4].map((minute) =>
    within(server.at, end + minute * 60_000, end + (minute + 1) * 60_000),
  );
  assert.ok((minutes[0] as number) > (minutes[2] as number), String(minutes));
  // From the longest wait on: one of up to 30 s after the other, spread evenly.
  for (let at = end + 120_000; at < end + 300_000; at += 10_000) {
    const count = within(server.at, at, at + 10_000);
    assert.ok(count > 500 && count < 850, `${count} in ten seconds`);
  }
});

storm('what the server asks for is waited for by all, and spread after it', async (server) => {
  const end = server.end('retry-after: 20');
  await clock.advance(60_000);
  assert.equal(within(server.at, 0, end + 20_000), 0);
  for (let second = 20; second < 25; second++)
    assert.ok(within(server.at, end + second * 1000, end + (second + 1) * 1000) > 140);
});

storm('a server that lets them in and drops them at once is not stormed', async (server) => {
  server.answer = (ear) => {
    ear.opened();
    setTimeout(() => ear.ended({ code: 1001, reason: '' }), 1000);
  };
  const end = server.end();
  await clock.advance(300_000);
  const late = within(server.at, end + 240_000, end + 300_000);
  assert.ok(late < 5000, `${late} attempts in a minute`);
  // One that has held for half a minute begins anew.
  server.answer = (ear) => ear.opened();
  await clock.advance(120_000);
  const again = server.end();
  await clock.advance(5000);
  assert.equal(within(server.at, again, again + 5001), 1000);
});

storm(
  'a client that is offline for long queues nothing twice',
  async (server) => {
    const connection = new Connection(server.dial, 'far', {});
    const bus = connection.join();
    await clock.advance(0);
    server.answer = refuse();
    server.end();
    const ask: Frame = { oriel: 'bus', type: 'ask', side: 'host', from: 'a', session: 's' };
    bus.post(ask);
    bus.post({ ...ask, type: 'say', n: 1 });
    await clock.advance(3_600_000);
    assert.ok(server.at.length > 150, `${server.at.length} attempts in an hour`);
    assert.deepEqual(server.heard, []);
    server.answer = (ear) => ear.opened();
    await clock.advance(60_000);
    assert.deepEqual(server.heard, [ask], 'who asked asks once, and what was said to nobody is not said');
  },
  1,
);
