import { expect } from '@open-wc/testing';
import { connect } from '../../dist/bridge/index.js';
import { port } from '../../dist/channels/port.js';
import { worker } from '../../dist/channels/worker.js';
import { channelSuite } from '../contracts/channel.js';
import { suite } from '../contracts/suite.contract.js';
import { startGuest } from '../contracts/suite.guest.js';
import { rejection, until } from '../support/wait.js';

const mochaTest = (title: string, run: () => Promise<void>) => void test(title, run);
const fixture = (name: string, limits: object = {}) =>
  `/test/fixtures/channels/${name}?limits=${encodeURIComponent(JSON.stringify(limits))}`;

channelSuite({
  test: mochaTest,
  name: 'port',
  transfers: true,
  async open(limits) {
    const { port1, port2 } = new MessageChannel();
    const guest = startGuest(port(port2), limits);
    return { channel: port(port1), close: () => guest.close() };
  },
});

channelSuite({
  test: mochaTest,
  name: 'worker',
  transfers: true,
  async open(limits) {
    const far = new Worker(fixture('worker.js', limits), { type: 'module' });
    return { channel: worker(far), close: () => far.terminate() };
  },
});

test('a worker that a function makes is terminated with the peer', async () => {
  const made: Worker[] = [];
  const host = connect({
    channel: worker(() => {
      made.push(new Worker(fixture('worker.js'), { type: 'module' }));
      return made[0] as Worker;
    }),
    contract: suite,
    side: 'host',
  });
  await host.ready;
  expect(made.length).to.equal(1);
  let terminated = 0;
  const [own] = made as [Worker];
  own.terminate = () => {
    terminated++;
    Worker.prototype.terminate.call(own);
  };
  host.close();
  expect(terminated).to.be.above(0);
});

test('a page that goes away closes the peer at the other end of its port', async () => {
  const frame = document.createElement('iframe');
  frame.src = '/test/fixtures/channels/port.html';
  const { port1, port2 } = new MessageChannel();
  await new Promise((resolve) => {
    frame.onload = resolve;
    document.body.append(frame);
  });
  frame.contentWindow?.postMessage('port', '*', [port2]);
  const host = connect({ channel: port(port1), contract: suite, side: 'host', onError: () => {} });
  expect(await host.remote.add({ a: 1, b: 1 })).to.equal(2);
  const call = rejection(host.remote.never());
  frame.remove();
  await until(() => host.state.get().status === 'closed');
  expect((await call).code).to.equal('closed');
  expect(host.state.get().reason).to.equal('remote');
});

test('a worker whose script does not load says so at once, and not only that it is silent', async () => {
  for (const at of ['missing.js', 'port.html', 'broken-worker.js']) {
    const errors: string[] = [];
    const host = connect({
      channel: worker(() => {
        const own = new Worker(`/test/fixtures/channels/${at}`, { type: 'module' });
        own.addEventListener('error', (event) => event.preventDefault()); // else it is the page's error too
        return own;
      }),
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

test('what a worker throws once it answers is no failure of its connection', async () => {
  const own = new Worker(fixture('worker.js'), { type: 'module' });
  const errors: string[] = [];
  const host = connect({
    channel: worker(own),
    contract: suite,
    side: 'host',
    onError: ({ code }) => errors.push(code),
  });
  expect(await host.remote.add({ a: 1, b: 1 })).to.equal(2);
  own.dispatchEvent(new ErrorEvent('error', { message: 'later' }));
  expect(await host.remote.add({ a: 1, b: 2 })).to.equal(3);
  expect(errors).to.deep.equal([]);
  host.close();
  own.terminate();
});
