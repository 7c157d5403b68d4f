import { expect } from '@open-wc/testing';
import * as penpal from 'penpal';
import { connect, control, type Peer } from '../../dist/bridge/index.js';
import { toFrame } from '../../dist/channels/window.js';
import { contract, event, method, stream, type } from '../../dist/contract/index.js';
import { guestUrl, origin } from '../support/sites-url.js';
import { rejection, until } from '../support/wait.js';

const stock = contract({
  name: 'test.stock',
  version: '1.0.0',
  props: type<{ count: number; onPick?: () => void }>(),
  host: {
    greet: method({ input: type<string>(), output: type<string>() }),
    refuse: method(),
    callback: method({ output: type<() => void>() }),
    ticks: stream({ output: type<number>() }),
    poke: event(type<unknown>()),
  },
  guest: {
    add: method({ input: type<[number, number]>(), output: type<number>() }),
    echo: method({ input: type<unknown>(), output: type<unknown>() }),
    later: method({ input: type<unknown>(), output: type<unknown>() }),
    never: method(),
    fail: method(),
    odd: method({ output: type<unknown>() }),
    size: method({ input: type<ArrayBuffer>(), output: type<number>() }),
    missing: method(),
    greet: method({ input: type<string>(), output: type<string>() }),
    calls: method({ input: type<string>(), output: type<Told>() }),
    asks: method({ input: type<number>(), output: type<number>() }),
    say: method({ input: type<unknown>() }),
    unhandled: method({ output: type<number>() }),
    boot: method({ output: type<number>() }),
    reload: method(),
    again: method(),
    numbers: stream({ output: type<number>() }),
  },
});
type Told = { value?: unknown; name?: string; message?: string; stack?: string };
type HostPeer = Peer<typeof stock, 'host'>;
interface Mounted {
  frame: HTMLIFrameElement;
  peer: HostPeer;
  errors: string[];
  /** Whom the guest has greeted through the host. */
  greeted: string[];
}
const mounted: Mounted[] = [];

function mount(
  version: 6 | 7,
  { sandbox, late, allowOrigins }: { sandbox?: string; late?: number; allowOrigins?: string[] } = {},
): Mounted {
  const url = guestUrl(`stock/penpal${version}.html`, { late });
  const frame = document.createElement('iframe');
  if (sandbox) frame.setAttribute('sandbox', sandbox);
  document.body.append(frame);
  const errors: string[] = [];
  const greeted: string[] = [];
  const peer = connect({
    channel: toFrame(() => frame.contentWindow, { allowOrigins: allowOrigins ?? [origin(2)] }),
    contract: stock,
    side: 'host',
    props: { count: 1 },
    implement: {
      greet: (name) => {
        greeted.push(name);
        return `Hello ${name}`;
      },
      refuse: () => {
        throw new RangeError('not today');
      },
      callback: () => () => {},
      ticks: async function* () {
        yield 1;
      },
    },
    onError: ({ code }) => errors.push(code),
  });
  frame.src = url;
  const it = { frame, peer, errors, greeted };
  mounted.push(it);
  return it;
}

const idle = (peer: HostPeer) => expect(Object.values(control(peer).counts)).to.deep.equal([0, 0, 0, 0, 0]);

teardown(() => {
  for (const { frame, peer } of mounted.splice(0)) {
    peer.close('removed');
    frame.remove();
  }
});

for (const version of [7, 6] as const) {
  suite(`a guest that runs stock penpal ${version}`, () => {
    test('is called, also before it has loaded and when it is late', async () => {
      expect(await mount(version).peer.remote.add([1, 2])).to.equal(3);
      const { peer } = mount(version, { late: 200 });
      expect(await peer.remote.echo({ at: new Date(5), list: [1, null] })).to.deep.equal({
        at: new Date(5),
        list: [1, null],
      });
      expect(peer.state.get()).to.include({ status: 'ready', epoch: 1 });
      expect(peer.has('add')).to.equal(false);
    });

    test('gets each of many calls at once, and its answers find their calls', async () => {
      const { peer } = mount(version);
      const calls = Array.from({ length: 50 }, (_, i) => peer.remote[i % 2 ? 'later' : 'echo'](i));
      expect(await Promise.all(calls)).to.deep.equal(Array.from({ length: 50 }, (_, i) => i));
      idle(peer);
    });

    test('calls the host, and gets its answers and its errors without a stack', async () => {
      const { peer } = mount(version);
      expect(await peer.remote.greet('Ada')).to.equal('Hello Ada');
      const told = await peer.remote.calls('refuse');
      expect(told).to.include({ name: 'RangeError', message: 'not today' });
      expect(told.stack).to.equal(undefined);
    });

    test('may have a thousand calls open at once, each a message of its own', async () => {
      const { peer, errors } = mount(version);
      for (let round = 0; round < 3; round++) expect(await peer.remote.asks(1000)).to.equal(1000);
      expect(errors).to.deep.equal([]);
      idle(peer);
    });

    test('tells its errors by name and message', async () => {
      const { peer } = mount(version);
      expect(await rejection(peer.remote.fail())).to.include({ name: 'RangeError', message: 'too far' });
      expect(await rejection(peer.remote.odd())).to.include({ name: 'DataCloneError' });
      const missing = await rejection(peer.remote.missing());
      // penpal 6 only has a TypeError to say so.
      expect(missing).to.include(version === 7 ? { code: 'unknown-member' } : { name: 'TypeError' });
      idle(peer);
    });

    test('is given up when it takes too long or when the caller does, and its late answer is nobody’s', async () => {
      const { peer } = mount(version);
      await peer.ready;
      expect(await rejection(peer.remote.never(undefined, { timeout: 50 }))).to.include({ code: 'timeout' });
      expect(await rejection(peer.remote.later(1, { timeout: 5 }))).to.include({ code: 'timeout' });
      const stop = new AbortController();
      const aborted = rejection(peer.remote.never(undefined, { signal: stop.signal }));
      stop.abort('enough');
      expect(await aborted).to.equal('enough');
      expect(await peer.remote.later(2)).to.equal(2);
      idle(peer);
    });

    test('has neither streams nor callbacks: they reject at once as `unsupported-by-peer`, either way', async () => {
      const { peer } = mount(version);
      const unsupported = { code: 'unsupported-by-peer' };
      const early = rejection(peer.remote.numbers()[Symbol.asyncIterator]().next());
      const earlyCallback = rejection(peer.remote.echo({ deep: [() => {}] }));
      expect(await early).to.include(unsupported);
      expect(await earlyCallback).to.include(unsupported);
      expect(await rejection(peer.remote.numbers()[Symbol.asyncIterator]().next())).to.include(unsupported);
      expect(await rejection(peer.remote.echo(() => {}))).to.include(unsupported);
      const items = (async function* () {})();
      expect(await rejection(peer.remote.echo(items))).to.include(unsupported);
      expect(await peer.remote.calls('ticks')).to.include({ name: 'Unsupported' });
      expect(await peer.remote.calls('callback')).to.include({ name: 'Unsupported' });
      expect(await peer.remote.add([1, 1])).to.equal(2);
      idle(peer);
    });

    test('is not disturbed by props, a function among them, nor by events, which it can not hear', async () => {
      const { peer } = mount(version);
      peer.setProps({ count: 2, onPick: () => {} });
      peer.emit('poke', 1);
      expect(await peer.remote.add([1, 2])).to.equal(3);
      peer.setProps({ count: 3, onPick: () => {} });
      peer.emit('poke', 2);
      expect(await peer.remote.add([2, 2])).to.equal(4);
      expect(await peer.remote.unhandled()).to.equal(0);
      idle(peer);
    });

    test('can be moved a buffer', async () => {
      const { peer } = mount(version);
      await peer.ready;
      const bytes = new ArrayBuffer(1000);
      const answer = peer.remote.size(bytes, { transfer: [bytes] });
      expect(bytes.byteLength).to.equal(0);
      expect(await answer).to.equal(1000);
    });

    test('what it can not be sent fails that call alone', async () => {
      const { peer } = mount(version);
      await peer.ready;
      const [one, bad, two] = await Promise.allSettled([
        peer.remote.add([1, 2]),
        peer.remote.echo(document.body),
        peer.remote.add([3, 4]),
      ]);
      expect(one).to.include({ value: 3 });
      expect(bad).to.have.property('reason').that.includes({ code: 'not-cloneable' });
      expect(two).to.include({ value: 7 });
    });

    test('may reload: what was in flight is lost, and the same remote reaches the new document', async () => {
      const { peer } = mount(version);
      const first = await peer.remote.boot();
      const pending = rejection(peer.remote.never());
      await peer.remote.reload().catch(() => {});
      expect(await pending).to.include({ code: 'lost', reason: 'reload' });
      expect(await peer.remote.boot()).to.be.greaterThan(first);
      expect(peer.state.get()).to.include({ status: 'ready', epoch: 2 });
    });

    test('may end its connection and begin another', async () => {
      const { peer } = mount(version);
      await peer.ready;
      const pending = rejection(peer.remote.never());
      await peer.remote.again().catch(() => {});
      expect(await pending).to.include({ code: 'lost' });
      expect(await peer.remote.add([4, 5])).to.equal(9);
    });

    test('is refused from an origin that is not allowed', async () => {
      const { peer, errors } = mount(version, { allowOrigins: [origin(3)] });
      expect(await rejection(peer.ready)).to.include({ code: 'origin-changed' });
      expect(errors).to.deep.equal(['origin-changed']);
    });
  });
}

test('a sibling’s messages of penpal 6 have no effect', async () => {
  const { peer, errors, greeted } = mount(6);
  await peer.ready;
  const sibling = document.createElement('iframe');
  document.body.append(sibling);
  const forge = (data: object) =>
    (sibling.contentWindow as unknown as { eval(code: string): void }).eval(
      `parent.postMessage(${JSON.stringify(data)}, '*')`,
    );
  const heard = new Promise<void>((done) => {
    const seen: unknown[] = [];
    const listen = ({ source, data }: MessageEvent) => {
      if (source !== sibling.contentWindow || seen.push(data) < 3) return;
      removeEventListener('message', listen);
      done();
    };
    addEventListener('message', listen);
  });
  forge({ penpal: 'syn' });
  forge({ penpal: 'ack' });
  forge({ penpal: 'call', id: 1, methodName: 'greet', args: ['Eve'] });
  await heard;
  sibling.remove();
  expect(await peer.remote.greet('Ada')).to.equal('Hello Ada');
  expect(greeted).to.deep.equal(['Ada']);
  expect(errors).to.deep.equal([]);
  expect(peer.state.get()).to.include({ status: 'ready', epoch: 1 });
});

test('calls of penpal 6 reach nothing from a guest that shook hands as 7', async () => {
  const { peer, frame, greeted } = mount(7);
  const heard = new Promise<void>((done) => {
    const listen = ({ source, data }: MessageEvent) => {
      if (source !== frame.contentWindow || data?.penpal !== 'call') return;
      removeEventListener('message', listen);
      done();
    };
    addEventListener('message', listen);
  });
  await peer.remote.say({ penpal: 'call', id: 1, methodName: 'greet', args: ['Eve'] });
  await heard;
  expect(await peer.remote.greet('Ada')).to.equal('Hello Ada');
  expect(greeted).to.deep.equal(['Ada']);
});

test('an opaque guest connects with penpal 7, and not with 6, which could not prove who it is', async () => {
  const sandbox = 'allow-scripts';
  const seven = mount(7, { sandbox, allowOrigins: ['*'] });
  expect(await seven.peer.remote.add([1, 2])).to.equal(3);
  const six = mount(6, { sandbox, allowOrigins: ['*'] });
  const said = await new Promise((done) => {
    addEventListener('message', ({ source, data }) => {
      if (source === six.frame.contentWindow && data?.penpal) done(data.penpal);
    });
  });
  expect(said).to.equal('syn');
  expect(await rejection(six.peer.remote.add([1, 2], { timeout: 100 }))).to.include({ code: 'timeout' });
  expect(six.peer.state.get().status).to.equal('connecting');
});

test('a host that runs stock penpal 7 calls this kit’s guest, also after a reload', async () => {
  const frame = document.createElement('iframe');
  document.body.append(frame);
  const messenger = new penpal.WindowMessenger({
    remoteWindow: frame.contentWindow as Window,
    allowedOrigins: [origin(2)],
  });
  const connection = penpal.connect<{
    add(pair: [number, number]): Promise<number>;
    throws(): Promise<void>;
    boot(): Promise<number>;
    reload(): Promise<void>;
    shout(data: unknown): Promise<void>;
  }>({ messenger, methods: {} });
  frame.src = guestUrl('bridge/guest.html');
  try {
    const remote = await connection.promise;
    expect(await remote.add([1, 2])).to.equal(3);
    const error = await remote.throws().catch((thrown) => thrown);
    expect(error).to.be.instanceOf(Error);
    expect(error).to.include({ name: 'RangeError', message: 'too far' });
    const first = await remote.boot();
    remote.reload().catch(() => {});
    const second = await until(
      async () =>
        (await Promise.race([
          remote.boot().catch(() => first),
          new Promise<number>((go) => setTimeout(go, 100, first)),
        ])) > first,
    );
    expect(second).to.equal(true);
  } finally {
    connection.destroy();
    frame.remove();
  }
});
