import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { connect, control } from '../../dist/bridge/index.js';
import { contract, event, method, type } from '../../dist/contract/index.js';
import { pair } from '../support/pair.js';
import { rejection } from '../support/wait.js';

const ticket = contract({
  name: 'acme.ticket',
  version: '1.3.0',
  props: v.object({ id: v.string(), page: v.optional(v.number(), 1) }),
  host: { confirm: method({ input: type<string>(), output: type<boolean>() }), saved: event(type<number>()) },
  guest: {
    open: method({ input: v.object({ id: v.string() }), output: v.string() }),
    fails: method(),
    never: method(),
    odd: method({ output: type<unknown>() }),
    solved: event(v.object({ id: v.string() })),
    closed: event(),
  },
});

type Guest = Parameters<typeof connect<typeof ticket, 'guest'>>[0]['implement'];

const implement = {
  open: ({ id }: { id: string }) => `opened ${id}`,
  fails: () => {
    throw Object.assign(new RangeError('too far', { cause: new Error('why') }), {
      code: 'E_FAR',
      data: { at: 3 },
      bad: () => 1,
    });
  },
  never: () => new Promise<void>(() => {}),
  odd: (): unknown => ({ rows: [1, new WeakMap()] }),
};

function connected(options: { version?: string; guest?: Partial<typeof implement> } = {}) {
  const channels = pair();
  const errors: { host: Error[]; guest: Error[] } = { host: [], guest: [] };
  const asked: string[] = [];
  const host = connect({
    channel: channels.host,
    contract: ticket,
    side: 'host',
    props: { id: 'a' },
    implement: { confirm: (question) => asked.push(question) > 0 },
    timeout: 500,
    onError: (error) => errors.host.push(error),
  });
  const startGuest = () =>
    connect({
      channel: channels.guest,
      contract: options.version ? { ...ticket, version: options.version } : ticket,
      side: 'guest',
      implement: { ...implement, ...options.guest } as Guest,
      timeout: 500,
      onError: (error) => errors.guest.push(error),
    });
  return { host, guest: startGuest(), startGuest, errors, asked, log: channels.log };
}

test('a call made before the handshake is answered once it is done, whichever side leads', async () => {
  for (let i = 0; i < 50; i++) {
    const { host, guest } = connected();
    assert.equal(await host.remote.open({ id: String(i) }), `opened ${i}`);
    assert.equal(await guest.remote.confirm('sure?'), true);
    host.close();
    guest.close();
  }
});

test('the handshake says no name, version or props before the origin is known', async () => {
  const { host, guest, log } = connected();
  await host.ready;
  const syn = log.filter(({ type }) => type === 'SYN');
  assert.ok(syn.length >= 2);
  for (const { oriel } of syn) assert.deepEqual(Object.keys(oriel ?? {}).sort(), ['f', 'v']);
  host.close();
  guest.close();
});

test('events go both ways, and are checked before a listener sees them', async () => {
  const { host, guest, errors } = connected();
  const heard: unknown[] = [];
  const saved: unknown[] = [];
  host.on('solved', (payload) => heard.push(payload));
  host.on('closed', () => heard.push('closed'));
  guest.on('saved', (at) => saved.push(at));
  guest.emit('solved', { id: 'x' });
  guest.emit('solved', { id: 1 } as never);
  guest.emit('closed');
  host.emit('saved', 7);
  await host.remote.open({ id: 'flush' });
  await guest.remote.confirm('flush');
  assert.deepEqual(heard, [{ id: 'x' }, 'closed']);
  assert.deepEqual(saved, [7]);
  assert.equal(errors.host.length, 1);
  assert.equal((errors.host[0] as unknown as { code: string }).code, 'invalid');
  host.close();
  guest.close();
});

test('an unknown event name throws at the side that emits it', () => {
  const { host, guest } = connected();
  assert.throws(() => guest.emit('constructor' as never), { code: 'unknown-member' });
  assert.throws(() => guest.emit('open' as never), { code: 'unknown-member' });
  host.close();
  guest.close();
});

test('an input that its schema refuses rejects with member and path, and the handler does not run', async () => {
  const { host, guest } = connected();
  const error = await rejection(host.remote.open({ id: 5 } as never));
  assert.equal(error['code'], 'invalid');
  assert.equal(error['member'], 'open');
  assert.deepEqual(error['path'], ['id']);
  host.close();
  guest.close();
});

test('an output that its schema refuses rejects at the caller', async () => {
  const { host, guest } = connected({ guest: { open: () => 5 as never } });
  assert.equal((await rejection(host.remote.open({ id: 'x' })))['code'], 'invalid');
  host.close();
  guest.close();
});

test('an error arrives with name, message, code, data and cause, and no stack', async () => {
  const { host, guest } = connected();
  const error = await rejection(host.remote.fails());
  assert.equal(error.name, 'RangeError');
  assert.equal(error.message, 'too far');
  assert.equal(error['code'], 'E_FAR');
  assert.deepEqual(error['data'], { at: 3 });
  assert.equal((error.cause as Error).message, 'why');
  host.close();
  guest.close();
});

test('a result that cannot be cloned rejects the caller alone', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  const { host, guest } = connected();
  const theirs = await rejection(host.remote.odd());
  assert.equal(theirs['code'], 'not-cloneable');
  assert.deepEqual(theirs['path'], ['rows', 1]);
  const ours = await rejection(host.remote.open({ id: new WeakMap() } as never));
  assert.equal(ours['code'], 'not-cloneable');
  assert.deepEqual(ours['path'], ['id']);
  assert.equal(await host.remote.open({ id: 'still' }), 'opened still');
  process.off('unhandledRejection', note);
  assert.deepEqual(unhandled, []);
  host.close();
  guest.close();
});

test('a call that is not answered in time rejects, and leaves nothing behind', async () => {
  const { host, guest } = connected();
  const error = await rejection(host.remote.never(undefined, { timeout: 20 }));
  assert.equal(error['code'], 'timeout');
  const stopped = new AbortController();
  const pending = host.remote.never(undefined, { signal: stopped.signal });
  stopped.abort(new Error('enough'));
  assert.equal((await rejection(pending)).message, 'enough');
  assert.equal((await rejection(host.remote.never(undefined, { signal: stopped.signal }))).message, 'enough');
  host.close();
  guest.close();
});

test('the remote has the members of the contract and nothing else', () => {
  const { host, guest } = connected();
  assert.deepEqual(Object.keys(host.remote).sort(), ['fails', 'never', 'odd', 'open']);
  assert.equal(Object.getPrototypeOf(host.remote), null);
  assert.ok(Object.isFrozen(host.remote));
  host.close();
  guest.close();
});

test('a new document of the guest ends what was in flight, and the same remote reaches it', async () => {
  const { host, guest, startGuest } = connected();
  await host.ready;
  const seen: unknown[] = [];
  host.state.subscribe(({ status, epoch, reason }) => seen.push([status, epoch, reason]));
  const pending = rejection(host.remote.never());
  await guest.ready;
  control(guest).tell('bye');
  const next = startGuest();
  const error = await pending;
  assert.equal(error['code'], 'lost');
  assert.equal(error['reason'], 'reload');
  assert.equal(error['outcome'], 'unknown');
  assert.equal(await host.remote.open({ id: 'two' }), 'opened two');
  assert.deepEqual(seen, [
    ['lost', 1, 'reload'],
    ['ready', 2, 'reload'],
  ]);
  host.close();
  next.close();
});

test('a new document connects even where the old one had only half shaken hands', async () => {
  for (let i = 0; i < 50; i++) {
    const { host, guest, startGuest } = connected();
    await host.ready; // the guest may not be: an acknowledgement for it is under way to its successor
    const next = startGuest();
    const first = await host.remote.open({ id: 'one' }, { timeout: 2000 }).catch((error) => error.code);
    assert.ok(['opened one', 'lost'].includes(first), first);
    assert.equal(await host.remote.open({ id: 'two' }, { timeout: 2000 }), 'opened two');
    host.close();
    guest.close();
    next.close();
  }
});

test('incompatible versions refuse each other at once, on both sides', async () => {
  const { host, guest } = connected({ version: '2.0.0' });
  const [one, two] = await Promise.all([rejection(host.ready), rejection(guest.ready)]);
  assert.equal(one['code'], 'version-mismatch');
  assert.equal(two['code'], 'version-mismatch');
  assert.match(one.message, /1\.3\.0.*2\.0\.0/);
  host.close();
  guest.close();
});

test('a newer minor connects, and has() tells what the other side lacks', async () => {
  const { host, guest } = connected({ version: '1.9.0' });
  assert.equal(host.has('open'), false);
  await host.ready;
  assert.equal(host.has('open'), true);
  assert.equal(host.has('rows'), false);
  host.close();
  guest.close();
});

test('props arrive with the handshake, then by what changed, the newest value once', async () => {
  const { host, guest } = connected();
  await guest.ready;
  assert.deepEqual(guest.props.get(), { id: 'a', page: 1 });
  const seen: unknown[] = [];
  guest.props.subscribe((props) => seen.push(props));
  for (let page = 1; page <= 100; page++) host.setProps({ id: 'a', page });
  host.setProps({ id: 'a', page: 100 });
  await host.remote.open({ id: 'flush' });
  host.setProps({ id: 'a', page: 100 });
  await host.remote.open({ id: 'flush' });
  assert.deepEqual(seen, [{ id: 'a', page: 100 }]);
  assert.throws(() => host.setProps({ id: 5 } as never), { code: 'invalid' });
  assert.throws(() => host.setProps({ id: 'a', page: () => 1 } as never), { code: /invalid|not-cloneable/ });
  assert.deepEqual(host.props.get(), { id: 'a', page: 100 });
  host.close();
  guest.close();
});

test('nobody there rejects ready as silent, and a late other side still connects', async () => {
  const channels = pair();
  const host = connect({
    channel: channels.host,
    contract: ticket,
    side: 'host',
    props: { id: 'a' },
    implement: { confirm: () => true },
    timeout: 20,
    onError: () => {},
  });
  assert.equal((await rejection(host.ready))['code'], 'silent');
  assert.equal(host.state.get().status, 'connecting');
  const guest = connect({ channel: channels.guest, contract: ticket, side: 'guest', implement });
  assert.equal(await host.remote.open({ id: 'late' }), 'opened late');
  await host.ready;
  host.close();
  guest.close();
});

test('closing rejects what waits and what is in flight, and tells the other side', async () => {
  const { host, guest } = connected();
  await host.ready;
  const pending = rejection(host.remote.never());
  guest.close();
  assert.equal((await pending)['code'], 'closed');
  assert.equal(host.state.get().status, 'closed');
  assert.equal(host.state.get().reason, 'remote');
  assert.equal((await rejection(host.remote.open({ id: 'x' })))['code'], 'closed');
  assert.equal((await rejection(host.ready))['code'], 'closed');
});
