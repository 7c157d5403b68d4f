import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { envelope } from '../../dist/events/index.js';
import { Hub } from '../../dist/gateway/hub.js';
import { Mailbox } from '../../dist/gateway/mailbox.js';
import { Subscription } from '../../dist/gateway/subscription.js';
import type { Log } from '../../dist/log/log.js';

const none = { answer: 'live', events: [], next: 'e:0' } as const;

/** A log whose tail ends when it is told to, and which counts what is read. */
function ending() {
  let end = () => {};
  let reads = 0;
  const log = {
    head: async () => ({ latest: 'e:0' }),
    read: async () => {
      // The tail ends while somebody reads, as after the topic was emptied.
      if (++reads === 1) end();
      await new Promise(setImmediate);
      if (reads > 20) throw new Error('It is read without end.');
      return none;
    },
    follow: async function* () {
      yield none;
      await new Promise<void>((resolve) => {
        end = resolve;
      });
    },
  } as unknown as Log;
  return { log, end: () => end() };
}

test('whoever follows many tails in a row leaves nothing at its signal', async () => {
  const { log, end } = ending();
  const hub = new Hub(
    async () => log,
    'topic',
    () => {},
  );
  const stop = new AbortController();
  for (let i = 0; i < 3; i++) {
    const following = hub.each(() => {}, stop.signal);
    await new Promise(setImmediate);
    assert.equal(getEventListeners(stop.signal, 'abort').length, 1);
    end();
    await following;
    assert.equal(getEventListeners(stop.signal, 'abort').length, 0);
  }
});

test('a client whose topic is no longer followed while it catches up is told so', async () => {
  const { log } = ending();
  const hub = new Hub(
    async () => log,
    'topic',
    () => {},
  );
  const stop = new AbortController();
  let lost = 0;
  const subscription = new Subscription({
    log,
    teller: new Mailbox(1000),
    followed: [{ event: 'paid', topic: 'topic', hub, after: 'earliest' }],
    sees: () => true,
    signal: stop.signal,
    slow: () => {},
    lost: () => {
      lost++;
    },
  });
  await subscription.start();
  assert.equal(lost, 1);
  stop.abort();
});

test('what waits for a client on a bridge is bounded, and shows nothing of how an event came', async () => {
  const box = new Mailbox(100);
  const tell = (id: string) =>
    box.tell(
      {
        kind: 'event',
        name: 'paid',
        cursor: 'a:1',
        event: envelope({
          id,
          source: '/t',
          type: 'paid',
          extensions: { rawbody: 'c2VjcmV0', rawheaders: 'e30=' },
        }),
      },
      { json: 'x'.repeat(80) },
    );
  assert.deepEqual([tell('a'), tell('b')], [true, false]);
  const reader = box[Symbol.asyncIterator]();
  const drained = box.drained();
  const { value } = (await reader.next()) as { value: any };
  await drained;
  assert.deepEqual(
    [value.event.id, value.event.rawbody, value.event.rawheaders],
    ['a', undefined, undefined],
  );
  const next = reader.next();
  assert.equal(tell('c'), true);
  assert.equal(((await next) as { value: any }).value.event.id, 'c');
  box.end();
  assert.deepEqual([tell('d'), (await reader.next()).done], [false, true]);
});

test('what a slow client has not been given yet is in no place that it is told', async () => {
  const kept = ['a', 'b'].map((id, i) => ({
    cursor: `e:${i + 1}`,
    event: envelope({ id, source: '/test', type: 'paid' }),
    json: '{}',
  }));
  const log = {
    read: async (_: string, after: string) =>
      after === 'e:0' ? { answer: 'live', events: kept, next: 'e:2' } : { ...none, next: after },
    follow: async function* () {
      yield { ...none, next: 'e:2' };
      await new Promise(() => {});
    },
  } as unknown as Log;
  const given: string[] = [];
  const places: unknown[] = [];
  const stop = new AbortController();
  let full = true;
  const subscription = new Subscription({
    log,
    teller: {
      over: false,
      tell(told) {
        if (full && given.length === 1) return false;
        given.push(told.kind === 'event' ? told.event.id : told.kind);
        return true;
      },
      async drained() {
        if (!full || given.length !== 1) return;
        // Now another topic may say how far all have come.
        places.push(subscription.at.get('paid'));
        full = false;
      },
    },
    followed: [
      {
        event: 'paid',
        topic: 'topic',
        hub: new Hub(
          async () => log,
          'topic',
          () => {},
        ),
        after: 'e:0',
      },
    ],
    sees: () => true,
    signal: stop.signal,
    slow: () => assert.fail('it is slow, and not too slow'),
    lost: () => {}, // at its end
  });
  await subscription.start();
  stop.abort();
  assert.deepEqual([given, places], [['a', 'b', 'live'], ['e:1']]);
});
