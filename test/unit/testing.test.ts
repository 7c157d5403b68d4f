import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, type Peer } from '../../dist/bridge/index.js';
import { memory } from '../../dist/channels/memory.js';
import { contract, event, method, type } from '../../dist/contract/index.js';
import { faults, mockGuest, mockHost } from '../../dist/testing/index.js';

const ticket = contract({
  name: 'test.ticket',
  version: '1.0.0',
  props: type<{ theme: string }>(),
  host: { ask: method({ input: type<string>(), output: type<string>() }) },
  guest: {
    open: method({ input: type<string>(), output: type<string>() }),
    never: method(),
    solved: event(type<string>()),
  },
});
const implementation = { open: (id: string) => `opened ${id}`, never: () => new Promise<void>(() => {}) };

test('a mocked guest answers, tells events, and reloads', async () => {
  const mock = mockGuest(ticket, implementation);
  const peer = connect({ channel: mock.channel, contract: ticket, side: 'host' });
  assert.equal(await peer.remote.open('42'), 'opened 42');
  const heard = new Promise((resolve) => peer.on('solved', resolve));
  mock.peer.emit('solved', '42');
  assert.equal(await heard, '42');
  const pending = assert.rejects(peer.remote.never(), { code: 'lost', reason: 'reload' });
  mock.reload();
  await pending;
  assert.equal(await peer.remote.open('43'), 'opened 43');
  assert.equal(peer.state.get().epoch, 2);
  mock.close();
  assert.equal(await peer.remote.open('44').catch(({ code }) => code), 'closed');
});

test('a mocked host sends props and answers', async () => {
  const mock = mockHost(ticket, { ask: (question) => `${question}!` }, { props: { theme: 'dark' } });
  const peer = connect({ channel: mock.channel, contract: ticket, side: 'guest', implement: implementation });
  assert.equal(await peer.remote.ask('why'), 'why!');
  assert.deepEqual(peer.props.get(), { theme: 'dark' });
  assert.equal(await mock.peer.remote.open('1'), 'opened 1');
  mock.close();
});

test('a channel drops, doubles, swaps, delays and breaks on demand', async (t) => {
  const { host, guest } = memory();
  const faulty = faults(host);
  const heard: string[] = [];
  const far = connect({
    channel: guest,
    contract: ticket,
    side: 'guest',
    implement: {
      ...implementation,
      open: (id: string) => {
        heard.push(id);
        return id;
      },
    },
  });
  const peer: Peer<typeof ticket, 'host'> = connect({ channel: faulty, contract: ticket, side: 'host' });
  t.after(() => (peer.close(), far.close()));
  await peer.ready;
  faulty.out.drop();
  await assert.rejects(peer.remote.open('dropped', { timeout: 20 }), { code: 'timeout' });
  faulty.out.duplicate();
  assert.equal(await peer.remote.open('twice'), 'twice');
  faulty.out.reorder();
  const one = peer.remote.open('one');
  await null; // else both leave as one message
  await null;
  await new Promise(setImmediate);
  assert.deepEqual(await Promise.all([one, peer.remote.open('two')]), ['one', 'two']);
  assert.deepEqual(
    heard.filter((id) => id !== 'dropped'),
    ['twice', 'twice', 'two', 'one'],
  );
  faulty.in.delay(30);
  const start = performance.now();
  await peer.remote.open('late');
  assert.ok(performance.now() - start >= 28);
  faulty.in.delay(0);
  faulty.disconnect();
  await assert.rejects(peer.remote.open('lost', { timeout: 20 }), { code: 'timeout' });
  faulty.reconnect();
  assert.equal(await peer.remote.open('back'), 'back');
});
