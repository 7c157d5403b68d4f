import { expect } from '@open-wc/testing';
import { connect, control, type Peer } from '../../dist/bridge/index.js';
import { toFrame } from '../../dist/channels/window.js';
import { contract, event, method, type } from '../../dist/contract/index.js';
import { guestUrl } from '../support/sites-url.js';
import { pause, rejection, until } from '../support/wait.js';
import { telling } from './telling.js';

const bench = contract({
  name: 'test.bench',
  version: '1.0.0',
  props: type<{ count: number; list?: number[] }>(),
  host: { ask: method({ input: type<string>(), output: type<string>() }), poke: event(type<unknown>()) },
  guest: {
    add: method({ input: type<[number, number]>(), output: type<number>() }),
    boot: method({ output: type<number>() }),
    seen: method({ output: type<{ props: unknown[]; pokes: unknown[] }>() }),
    never: method(),
    throws: method(),
    odd: method({ output: type<unknown>() }),
    reload: method(),
    go: method({ input: type<string>() }),
    back: method(),
    quit: method(),
    shout: method({ input: type<unknown>() }),
    solved: event(type<{ id: string }>()),
  },
});

type HostPeer = Peer<typeof bench, 'host'>;
interface Mounted {
  frame: HTMLIFrameElement;
  peer: HostPeer;
  errors: string[];
}
const mounted: Mounted[] = [];

/** A guest in a bare iframe, so that what is tested is the bridge alone. */
function mount(
  url: string,
  { sandbox, allowOrigins = [new URL(url).origin] }: { sandbox?: string; allowOrigins?: string[] } = {},
): Mounted {
  const frame = document.createElement('iframe');
  if (sandbox) frame.setAttribute('sandbox', sandbox);
  document.body.append(frame);
  const it = hosted(frame, allowOrigins);
  frame.src = url;
  return it;
}

/** Connects to whatever is in the iframe, now or later. */
function hosted(frame: HTMLIFrameElement, allowOrigins: string[]): Mounted {
  const errors: string[] = [];
  const peer = connect({
    channel: toFrame(() => frame.contentWindow, { allowOrigins }),
    contract: bench,
    side: 'host',
    props: { count: 1 },
    implement: { ask: (question) => `${question}!` },
    onError: ({ code }) => errors.push(code),
  });
  const it = { frame, peer, errors };
  mounted.push(it);
  return it;
}

const url = (query: Record<string, string | number> = {}) => guestUrl('bridge/guest.html', query);

teardown(() => {
  for (const { frame, peer } of mounted.splice(0)) {
    peer.close('removed');
    frame.remove();
  }
});

test('a call made before the guest has loaded is answered, also by a late one', async () => {
  expect(await mount(url()).peer.remote.add([1, 2])).to.equal(3);
  expect(await mount(url({ late: 300 })).peer.remote.add([2, 2])).to.equal(4);
});

test('either side may lead the handshake: fifty in a row connect', async () => {
  for (let i = 0; i < 50; i++) {
    const { frame, peer } = mount(url());
    expect(await peer.remote.add([i, 1])).to.equal(i + 1);
    peer.close('removed');
    frame.remove();
  }
});

suite('whichever side comes first, they connect once, and the first props arrive', () => {
  const { origin } = new URL(url());
  const framed = (src?: string) => {
    const frame = document.createElement('iframe');
    if (src) frame.src = src;
    document.body.append(frame);
    return frame;
  };
  /** Waits until the guest has called, which nobody answers yet. */
  const called = (frame: HTMLIFrameElement) =>
    new Promise<void>((done) => {
      const hear = ({ source, data }: MessageEvent) => {
        if (source !== frame.contentWindow || data?.type !== 'SYN') return;
        removeEventListener('message', hear);
        done();
      };
      addEventListener('message', hear);
    });
  const orders: Record<string, () => Mounted | Promise<Mounted>> = {
    'the host, long before the guest has an address': async () => {
      const frame = framed();
      const it = hosted(frame, [origin]);
      await pause(300);
      frame.src = url();
      return it;
    },
    'the host, and the guest is late': () => mount(url({ late: 400 })),
    'the guest, which has called in vain': async () => {
      const frame = framed(url());
      await called(frame);
      await pause(300);
      return hosted(frame, [origin]);
    },
    'both, the host listening right after the address is set': () => hosted(framed(url()), [origin]),
    'both, the host so busy that it hears the guest late': async () => {
      const it = mount(url());
      await pause(0); // what is loaded is on its way
      for (const end = performance.now() + 700; performance.now() < end; );
      return it;
    },
  };
  for (const [first, come] of Object.entries(orders)) {
    test(first, async () => {
      // Chance decides which side leads the handshake.
      for (let round = 0; round < 4; round++) {
        const { peer, errors, frame } = await come();
        expect(await peer.remote.add([round, 1])).to.equal(round + 1);
        expect((await peer.remote.seen()).props).to.deep.equal([{ count: 1 }]);
        expect(peer.state.get()).to.include({ status: 'ready', epoch: 1 });
        expect(errors).to.deep.equal([]);
        peer.close('removed');
        frame.remove();
      }
    });
  }
});

test('a call in flight when the guest reloads rejects as lost, and the same remote reaches the new document', async () => {
  const { peer } = mount(url());
  const first = await peer.remote.boot();
  const pending = rejection(peer.remote.never());
  await peer.remote.reload().catch(() => {});
  expect(await pending).to.include({ code: 'lost', reason: 'reload', outcome: 'unknown' });
  expect(await peer.remote.boot()).to.be.greaterThan(first);
  expect(peer.state.get()).to.include({ status: 'ready', epoch: 2 });
});

test('sixty calls across a reload all settle', async () => {
  const { peer } = mount(url());
  await peer.ready;
  const calls: Promise<unknown>[] = [];
  for (let i = 0; i < 60; i++) {
    if (i === 10) peer.remote.reload().catch(() => {});
    calls.push(peer.remote.add([i, i], { timeout: 4000 }).catch((error) => error));
    await new Promise((go) => requestAnimationFrame(go));
  }
  const results = await Promise.all(calls);
  expect(results.filter((value) => typeof value === 'number').length).to.be.greaterThan(20);
  for (const value of results) {
    if (typeof value !== 'number') expect(value).to.include({ code: 'lost' });
  }
});

test('a page of another origin in the guest’s place is refused, and a page that comes back connects', async () => {
  const { peer, errors } = mount(url());
  await peer.ready;
  await peer.remote.go(guestUrl('bridge/guest.html', { site: 3 }));
  await until(() => errors.includes('origin-changed'));
  expect(peer.state.get().status).to.equal('lost');
  expect(await rejection(peer.remote.add([1, 1], { timeout: 300 }))).to.include({ code: 'timeout' });
});

test('an opaque guest is bound by its first handshake: a reload of its own ends it', async () => {
  const { peer, errors } = mount(url(), { sandbox: 'allow-scripts', allowOrigins: ['*'] });
  expect(await peer.remote.add([1, 2])).to.equal(3);
  peer.remote.reload().catch(() => {});
  await until(() => errors.includes('origin-changed'));
  expect(peer.state.get().status).to.equal('lost');
});

test('a star does not let a guest with an origin in', async () => {
  const { peer, errors } = mount(url(), { allowOrigins: ['*'] });
  expect(await rejection(peer.ready)).to.include({ code: 'origin-changed' });
  expect(errors).to.deep.equal(['origin-changed']);
});

test('props and events: the newest props once a task, an event to whoever listens', async () => {
  const { peer } = mount(url());
  const solved: string[] = [];
  peer.on('solved', ({ id }) => solved.push(id));
  await peer.ready;
  for (let count = 2; count <= 100; count++) peer.setProps({ count });
  peer.emit('poke', { a: 1 });
  const { props, pokes } = await peer.remote.seen();
  expect(props).to.deep.equal([{ count: 1 }, { count: 100 }]);
  expect(pokes).to.deep.equal([{ a: 1 }]);
  await until(() => solved.length > 0);
  expect(solved).to.deep.equal(['first']);
});

test('errors arrive with name, message, code and data; what cannot be cloned fails that call alone', async () => {
  const { peer } = mount(url());
  expect(await rejection(peer.remote.throws())).to.deep.include({
    name: 'RangeError',
    message: 'too far',
    code: 'E_FAR',
    data: { at: 3 },
  });
  expect(await rejection(peer.remote.odd())).to.include({ code: 'not-cloneable' });
  expect(await rejection(peer.remote.add([document.body, 1] as never))).to.include({ code: 'not-cloneable' });
  expect(await peer.remote.add([3, 4])).to.equal(7);
});

test('a guest that does not list its host says so when the time is up, and names the host', async () => {
  const { url: strict, told } = telling({ allow: 'https://host.example', timeout: 300 });
  const { peer } = mount(strict);
  await told('bad-origin');
  await told(`${location.origin} tried to connect and is not in allowOrigins. Add it if it may.`);
  expect(peer.state.get().status).to.equal('connecting');
});

test('two majors refuse each other at once', async () => {
  const { peer } = mount(url({ version: '2.0.0' }));
  expect(await rejection(peer.ready)).to.include({ code: 'version-mismatch' });
});

test('a guest that closes its end closes ours as remote', async () => {
  const { peer } = mount(url());
  const pending = rejection(peer.remote.never());
  await peer.remote.quit();
  expect(await pending).to.include({ code: 'closed', reason: 'remote' });
  expect(peer.state.get().status).to.equal('closed');
});

test('an iframe with a new window is asked again, behind the same remote', async () => {
  const { frame, peer } = mount(url());
  await peer.ready;
  const pending = rejection(peer.remote.never());
  document.body.append(frame); // a move: the browser loads the guest into a new window
  control(peer).reopen('moved');
  expect(await pending).to.include({ code: 'lost', reason: 'moved' });
  expect(await peer.remote.add([5, 5])).to.equal(10);
});

test('rubbish, and well-formed messages from a sibling, change nothing', async () => {
  const { peer } = mount(url());
  await peer.ready;
  const before = peer.state.get();
  const sibling = mount(url());
  await sibling.peer.ready;
  const rubbish = [
    'text',
    null,
    { jsonrpc: '2.0' },
    '[iFrameSizer]x:1:2:init',
    { namespace: 'penpal', channel: 'other', type: 'SYN' },
    { namespace: 'penpal', type: 'CALL', id: '1', methodPath: ['constructor'], args: [] },
    { namespace: 'penpal', type: 'ACK2' },
    { big: 'x'.repeat(5_000_000) },
    // Last, since a new handshake ends the sibling's own epoch (and nothing of ours).
    { namespace: 'penpal', type: 'SYN', participantId: 'zzz' },
  ];
  for (const data of rubbish) {
    window.postMessage(data, '*');
    await sibling.peer.remote.shout(data).catch(() => {});
  }
  // From the guest's own window all but a new handshake, which would be one.
  for (const data of rubbish.filter((data) => (data as { type?: string } | null)?.type !== 'SYN'))
    await peer.remote.shout(data);
  expect(await peer.remote.add([1, 1])).to.equal(2);
  expect(peer.state.get()).to.deep.equal(before);
});
