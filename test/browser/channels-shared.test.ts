// Channels that more than two share: a bus, a SharedWorker, a service worker.
import { expect } from '@open-wc/testing';
import { client, connect, type Frame } from '../../dist/bridge/index.js';
import { broadcast } from '../../dist/channels/broadcast.js';
import { port } from '../../dist/channels/port.js';
import { serviceWorker } from '../../dist/channels/service-worker.js';
import { busSuite } from '../contracts/bus.js';
import { channelSuite } from '../contracts/channel.js';
import { counted } from '../contracts/counted.contract.js';
import { suite } from '../contracts/suite.contract.js';
import { startGuest } from '../contracts/suite.guest.js';
import { rejection, until } from '../support/wait.js';

const mochaTest = (title: string, run: () => Promise<void>) => void test(title, run);
const fixture = (name: string, limits: object = {}) =>
  `/test/fixtures/channels/${name}?limits=${encodeURIComponent(JSON.stringify(limits))}`;
let names = 0;

channelSuite({
  test: mochaTest,
  name: 'broadcast',
  transfers: false,
  async open(limits) {
    const name = `suite ${names++}`;
    const guest = startGuest(broadcast(name), limits);
    return { channel: broadcast(name), close: () => guest.close() };
  },
});

busSuite({
  test: mochaTest,
  name: 'broadcast',
  join() {
    const name = `bus ${names++}`;
    return () => broadcast(name);
  },
  overhear(frames) {
    const bus = new BroadcastChannel(`bus ${names - 1}`);
    bus.onmessage = ({ data }) => frames.push(data);
    return { post: (frame) => bus.postMessage(frame), close: () => bus.close() };
  },
});

test('broadcast: a guest’s page that goes away ends the epoch, and the next page begins another', async () => {
  const name = `pages ${names++}`;
  const open = () => {
    const frame = document.createElement('iframe');
    frame.src = `/test/fixtures/channels/broadcast.html?name=${encodeURIComponent(name)}`;
    document.body.append(frame);
    return frame;
  };
  const first = open();
  const host = connect({ channel: broadcast(name), contract: suite, side: 'host', onError: () => {} });
  expect(await host.remote.add({ a: 1, b: 1 })).to.equal(2);
  const call = rejection(host.remote.never());
  first.remove();
  const { code, reason } = await call;
  expect([code, reason]).to.deep.equal(['lost', 'reload']);
  const second = open();
  expect(await host.remote.add({ a: 1, b: 2 })).to.equal(3);
  expect(host.state.get().epoch).to.equal(2);
  host.close();
  second.remove();
});

if (typeof SharedWorker === 'undefined') console.log('left out: this engine has no SharedWorker');
else {
  channelSuite({
    test: mochaTest,
    name: 'SharedWorker',
    transfers: true,
    async open(limits) {
      const far = new SharedWorker(fixture('shared-worker.js', limits), { type: 'module' });
      return { channel: port(far), close: () => {} };
    },
  });

  test('SharedWorker: two peers of one worker do not hear each other', async () => {
    const open = () => {
      const far = new SharedWorker(fixture('shared-worker.js'), { type: 'module', name: 'two' });
      return connect({ channel: port(far), contract: suite, side: 'host', onError: () => {} });
    };
    const [one, two] = [open(), open()];
    const heard: unknown[] = [];
    one.on('heard', (payload) => heard.push(['one', payload]));
    two.on('heard', (payload) => heard.push(['two', payload]));
    await Promise.all([one.remote.emit(1), two.remote.emit(2)]);
    expect(heard).to.have.deep.members([
      ['one', 1],
      ['two', 2],
    ]);
    one.close();
    expect(await two.remote.add({ a: 1, b: 1 })).to.equal(2);
    two.close();
  });

  test('SharedWorker: a script that does not load, or fails at once, is told at once', async () => {
    for (const at of ['missing.js', 'port.html', 'broken-worker.js']) {
      const errors: string[] = [];
      const host = connect({
        channel: port(new SharedWorker(`/test/fixtures/channels/${at}`, { type: 'module' })),
        contract: suite,
        side: 'host',
        onError: ({ code }) => errors.push(code),
      });
      const { code, message } = await rejection(host.ready);
      expect([code, errors]).to.deep.equal(['never-loaded', ['never-loaded']]);
      if (at === 'broken-worker.js') expect(message).to.match(/nothing to serve.*broken-worker\.js:2/);
      else expect(message).to.match(/did not load/);
      host.close();
    }
  });

  test('SharedWorker: what is thrown once it answers is no failure of its connection', async () => {
    const far = new SharedWorker(fixture('shared-worker.js'), { type: 'module', name: 'throws' });
    const errors: string[] = [];
    const host = connect({
      channel: port(far),
      contract: suite,
      side: 'host',
      onError: ({ code }) => errors.push(code),
    });
    expect(await host.remote.add({ a: 1, b: 1 })).to.equal(2);
    far.dispatchEvent(new ErrorEvent('error', { message: 'later' }));
    expect(await host.remote.add({ a: 1, b: 2 })).to.equal(3);
    expect(errors).to.deep.equal([]);
    host.close();
  });

  for (const quiet of ['', '&quiet'])
    test(`SharedWorker: a page that goes away${quiet && ' without a word'} is no client any more, and what it was asked rejects`, async () => {
      const desk = client(
        counted,
        port(
          new SharedWorker(`/test/fixtures/channels/counted.shared.js`, {
            type: 'module',
            name: `counted${quiet}`,
          }),
        ),
      );
      expect(await desk.clients()).to.equal(1);
      const frame = document.createElement('iframe');
      frame.src = `/test/fixtures/channels/counted.html?${quiet.slice(1)}`;
      document.body.append(frame);
      await until(async () => (await desk.clients()) === 2);
      const asked = desk.askTheOther();
      await until(() => (frame.contentWindow as { asked?: boolean } | null)?.asked);
      frame.remove();
      await until(async () => (await desk.clients()) === 1, { timeout: 20_000 });
      expect(await asked).to.match(/^(lost|closed)$/);
      desk.close();
    });
}

const registered: ServiceWorkerRegistration[] = [];
const register = async (limits?: object) => {
  const url = fixture('service-worker.js', limits);
  const scope = `/test/fixtures/channels/${limits ? 'limited' : 'plain'}/`;
  const registration = await navigator.serviceWorker.register(url, { type: 'module', scope });
  registered.push(registration);
  return registration;
};
const lacks = await register().then(
  () => undefined,
  (error) => error,
);
if (lacks) console.log(`left out: no module as a service worker in this engine (${lacks})`);
else {
  suiteTeardown(async () => {
    for (const registration of registered) await registration.unregister();
  });

  channelSuite({
    test: mochaTest,
    name: 'service worker',
    transfers: false,
    open: async (limits) => ({ channel: serviceWorker(await register(limits)), close: () => {} }),
  });

  test('service worker: a session that it has forgotten is over', async () => {
    const registration = await register();
    const frames: Frame[] = [];
    const hear = ({ data }: MessageEvent) => frames.push(data);
    navigator.serviceWorker.addEventListener('message', hear);
    const said = { namespace: 'penpal', type: 'CALL' };
    registration.active?.postMessage({
      oriel: 'bus',
      type: 'say',
      side: 'host',
      from: 'me',
      session: 'old',
      n: 7,
      message: said,
    });
    // Without its name, nobody answers: it was addressed to another.
    const host = connect({
      channel: serviceWorker(registration),
      contract: suite,
      side: 'host',
      onError: () => {},
    });
    await host.ready;
    const { from } = (await until(() => frames.find(({ side }) => side === 'guest'))) as Frame;
    registration.active?.postMessage({
      oriel: 'bus',
      type: 'say',
      side: 'host',
      from: 'me',
      to: from,
      session: 'old',
      n: 7,
      message: said,
    });
    await until(() => frames.some(({ type, to }) => type === 'end' && to === 'me'));
    navigator.serviceWorker.removeEventListener('message', hear);
    host.close();
  });
}
