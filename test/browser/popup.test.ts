// A guest in a window of its own.
import { expect } from '@open-wc/testing';
import { connect } from '../../dist/bridge/index.js';
import { toPopup } from '../../dist/channels/window.js';
import { channelSuite } from '../contracts/channel.js';
import { suite } from '../contracts/suite.contract.js';
import { guestUrl } from '../support/sites-url.js';
import { rejection, until } from '../support/wait.js';
import { telling } from './telling.js';

const opened: Window[] = [];
const openWindow = (url: string): Window => {
  const popup = window.open(url, '_blank', 'popup,width=400,height=300');
  if (!popup) throw new Error('The browser opens no window.');
  opened.push(popup);
  return popup;
};
const closeAll = () => {
  for (const popup of opened.splice(0)) popup.close();
};
teardown(async () => {
  closeAll();
  await new Promise(requestAnimationFrame); // which a page behind a window may not get, and the next test needs
});

const url = guestUrl('bridge/suite.html');
const allowOrigins = [new URL(url).origin];

/** A host of whatever stands in a window. */
function hostOf(target: () => Window | null | undefined, timeout = 10_000) {
  const errors: string[] = [];
  const states: string[] = [];
  const host = connect({
    channel: toPopup(target, { allowOrigins }),
    contract: suite,
    side: 'host',
    timeout,
    onError: ({ code }) => errors.push(code),
  });
  host.state.subscribe(({ status, reason }) => states.push(reason ? `${status} ${reason}` : status));
  return { host, errors, states };
}

const may = window.open('about:blank', '_blank', 'popup,width=400,height=300');
may?.close();

if (!may) console.log('LEFT OUT: a guest in a window of its own: this engine opens no window by script.');
else {
  channelSuite({
    test: (title, run) => void test(title, run),
    name: 'a window of its own',
    transfers: true,
    async open(limits) {
      const popup = openWindow(
        guestUrl('bridge/suite.html', limits ? { limits: JSON.stringify(limits) } : {}),
      );
      return { channel: toPopup(() => popup, { allowOrigins }), close: () => popup.close() };
    },
  });

  test('a window that is closed closes its peer, and is no error; one that is opened again is another', async () => {
    for (let turn = 0; turn < 2; turn++) {
      const popup = openWindow(url);
      const { host, errors, states } = hostOf(() => popup);
      expect(await host.remote.add({ a: 1, b: turn })).to.equal(1 + turn);
      const call = rejection(host.remote.never());
      popup.close();
      expect((await call).code).to.be.oneOf(['lost', 'closed']);
      await until(() => states.at(-1) === 'closed remote');
      expect((await rejection(host.remote.add({ a: 1, b: 1 }))).code).to.equal('closed');
      expect(errors).to.deep.equal([]);
    }
  });

  test('a window that is closed before its page has answered is no error', async () => {
    const popup = openWindow(guestUrl('silent.html'));
    const { host, errors, states } = hostOf(() => popup);
    const call = rejection(host.remote.add({ a: 1, b: 1 }));
    const ready = rejection(host.ready);
    popup.close();
    const { code, reason } = await ready;
    expect([code, reason, (await call).code]).to.deep.equal(['closed', 'remote', 'closed']);
    expect([states, errors]).to.deep.equal([['closed remote'], []]);
  });

  test('a page that cuts itself off is told by both sides, long before the time is up', async () => {
    const { url: alone, told } = telling({ coop: 'same-origin' });
    const popup = openWindow(alone);
    const { host } = hostOf(() => popup);
    const { code, cause } = await rejection(host.ready);
    expect([code, cause.message]).to.match(/^closed,.*Cross-Origin-Opener-Policy/);
    await told('not-embedded');
  });

  test('the next page of a window begins the next epoch', async () => {
    const popup = openWindow(url);
    const { host, states } = hostOf(() => popup);
    await host.ready;
    const call = rejection(host.remote.never());
    popup.location.href = `${url}?again`;
    const { code, reason } = await call;
    expect([code, reason]).to.deep.equal(['lost', 'reload']);
    expect(await host.remote.add({ a: 1, b: 2 })).to.equal(3);
    expect([states, host.state.get().epoch]).to.deep.equal([['ready', 'lost reload', 'ready reload'], 2]);
    host.close();
  });

  test('a guest whose opener is gone is closed', async () => {
    const { url: left, told } = telling();
    const frame = document.createElement('iframe');
    document.body.append(frame);
    const opener = frame.contentWindow as Window & { popup?: Window };
    // By a task of its own: else whoever calls is the opener.
    opener.setTimeout(`popup = open('${left}')`);
    opened.push(await until(() => opener.popup));
    await told('begun');
    frame.remove();
    await told('closed remote');
  });
}

test('a window that the browser did not open is told at once; one that nobody has asked for is waited for', async () => {
  const { host, errors } = hostOf(() => null);
  expect((await rejection(host.ready)).code).to.equal('never-loaded');
  expect(errors).to.deep.equal(['never-loaded']);
  host.close();
  const later = hostOf(() => undefined, 20);
  expect((await rejection(later.host.ready)).code).to.equal('silent');
  later.host.close();
});
