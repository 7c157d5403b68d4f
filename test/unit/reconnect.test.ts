// When a connection that broke is made again, on a clock of the test's own: no server, and no waiting.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { connect } from '../../dist/bridge/index.js';
import { type Dial, networked, type PipeEar } from '../../dist/channels/connection.js';
import { contract, method } from '../../dist/contract/index.js';

const any = contract({ name: 'test.any', version: '1.0.0', guest: { ask: method() } });

/** A server that a test opens and breaks, and the times of all attempts at it, in ms. */
async function clocked(run: (its: Clocked) => Promise<void>, random = 1): Promise<void> {
  let now = 1000;
  mock.timers.enable({ apis: ['setTimeout'] });
  mock.method(performance, 'now', () => now);
  mock.method(Math, 'random', () => random);
  const attempts: number[] = [];
  let ear: PipeEar | undefined;
  const dial: Dial = (_address, _token, its) => {
    attempts.push(now);
    ear = its;
    return { send() {}, expect() {}, renew() {}, close: () => its.ended({ code: 1006, reason: '' }) };
  };
  const peer = connect({
    channel: networked(dial, 'test:', { timeout: 3_600_000 }),
    contract: any,
    side: 'host',
    timeout: Number.POSITIVE_INFINITY,
    onError: () => {},
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  await settle();
  try {
    await run({
      open: () => ear?.opened(),
      async wait(ms) {
        now += ms;
        mock.timers.tick(ms);
        await settle();
      },
      async breaks(reason = '') {
        const [before, at] = [attempts.length, now];
        ear?.ended({ code: 1006, reason });
        for (let ms = 0; attempts.length === before && ms < 120_000; ms += 10) {
          now += 10;
          mock.timers.tick(10);
          await settle();
        }
        assert.equal(attempts.length, before + 1);
        return Number(attempts.at(-1)) - at;
      },
    });
  } finally {
    peer.close();
    await settle();
    mock.timers.reset();
    mock.restoreAll();
  }
}

interface Clocked {
  open(): void;
  wait(ms: number): Promise<void>;
  /** Breaks the connection, or the attempt. @returns after how many ms the next attempt is made */
  breaks(reason?: string): Promise<number>;
}

test('only a connection that held for thirty seconds makes the next wait a first one', () =>
  clocked(async ({ open, wait, breaks }) => {
    const waits: number[] = [];
    for (let i = 0; i < 5; i++) waits.push(await breaks());
    assert.deepEqual(waits, [5000, 10_000, 20_000, 30_000, 30_000]);
    open();
    await wait(29_999);
    assert.equal(await breaks(), 30_000);
    open();
    await wait(30_000);
    assert.equal(await breaks(), 5000);
    assert.equal(await breaks(), 10_000);
  }));

test('there is jitter after the longest wait too', () =>
  clocked(async ({ breaks }) => {
    for (let i = 0; i < 8; i++) assert.equal(await breaks(), [2500, 5000, 10_000][i] ?? 15_000);
  }, 0.5));

test('what a server asks for is waited for, and the jitter comes on top', () =>
  clocked(async ({ open, breaks }) => {
    open();
    assert.equal(await breaks('retry-after: 60'), 62_500);
    assert.equal(await breaks('retry-after: 60'), 65_000);
  }, 0.5));
