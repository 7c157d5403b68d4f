import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Follower } from '../../dist/channels/follower.js';
import { contract, event, type } from '../../dist/contract/index.js';
import { type EnvelopeInit, envelope } from '../../dist/events/index.js';
import type { Told } from '../../dist/events/told.js';

const desk = contract({
  name: 'test.desk',
  version: '1.0.0',
  guest: {
    opened: event(type<unknown>(), { retain: 'log' }),
    closed: event(type<unknown>(), { retain: 'log' }),
  },
});

const happened = (name: string, seq: number, init: Partial<EnvelopeInit> = {}): Told => ({
  kind: 'event',
  name,
  cursor: `a:${seq}`,
  event: envelope({ id: `${name} ${seq}`, source: '/t', type: name, ...init }),
});
const live = (name: string, seq: number): Told => ({ kind: 'live', name, cursor: `a:${seq}` });

function scene() {
  const heard: unknown[] = [];
  const errors: any[] = [];
  const hear = (name: string) => (payload: unknown) => heard.push([name, payload]);
  const listeners = { opened: hear('opened'), closed: hear('closed') };
  const follower = new Follower(desk, listeners, { onError: (error) => errors.push(error) });
  return { follower, heard, errors };
}

test('it is as fresh as what is least so, and each event has a place of its own', () => {
  const { follower } = scene();
  const seen: string[] = [];
  follower.freshness.subscribe(({ state }) => seen.push(state));
  follower.hear(live('opened', 3));
  assert.deepEqual(follower.places, { opened: 'a:3', closed: 'latest' });
  assert.deepEqual(seen, []);
  follower.hear(live('closed', 1));
  follower.lost();
  follower.connected();
  follower.hear({ kind: 'reset', name: 'closed', reason: 'trimmed', earliest: 'a:5', latest: 'a:9' });
  follower.hear(live('opened', 4));
  follower.hear(live('closed', 9));
  assert.equal(follower.freshness.get().state, 'reset');
  follower.recovered();
  assert.deepEqual(seen, ['live', 'stale', 'catching-up', 'reset', 'live']);
  assert.deepEqual(follower.places, { opened: 'a:4', closed: 'a:9' });
});

test('what can not be read, or is of no event that is followed, is told, and the rest goes on', () => {
  const { follower, heard, errors } = scene();
  const unreadable = { data: { '@': 'nothing' }, datacontenttype: 'application/vnd.oriel+json' };
  follower.hear(happened('opened', 1, unreadable));
  follower.hear(happened('moved', 1));
  follower.hear(happened('opened', 2, { data: 7 }));
  follower.hear(happened('opened', 2, { data: 7 }));
  assert.deepEqual(heard, [['opened', 7]]);
  assert.deepEqual(
    errors.map(({ code, member }) => [code, member]),
    [
      ['invalid', 'opened'],
      ['invalid', 'moved'],
    ],
  );
  assert.match(errors[0].message, /can't be read: "nothing"/);
});
