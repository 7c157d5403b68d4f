// What a frame listens to on the page, it stops listening to.
import { expect } from '@open-wc/testing';
import { connect } from '../../dist/bridge/index.js';
import { memory } from '../../dist/channels/memory.js';
import { autosize } from '../../dist/guest/index.js';
import { suite as contract } from '../contracts/suite.contract.js';
import { counted } from '../support/counted-signal.js';
import { cleanUp, keep, mount, next, until } from './frame-support.js';

teardown(() => {
  restore();
  cleanUp();
});

type Add = EventTarget['addEventListener'];
const targets = [window, document];
let listening: { type: string; signal: AbortSignal | undefined; removed: boolean; listener: unknown }[] = [];

/** Notes each listener of the page that is added from now on. */
function note(): void {
  for (const target of targets) {
    target.addEventListener = function (this: EventTarget, type, listener, options) {
      const { signal } = Object(options) as AddEventListenerOptions;
      listening.push({ type, listener, signal, removed: false });
      return EventTarget.prototype.addEventListener.call(this, type, listener, options);
    } as Add;
    target.removeEventListener = function (this: EventTarget, type, listener, options) {
      for (const each of listening) if (each.type === type && each.listener === listener) each.removed = true;
      return EventTarget.prototype.removeEventListener.call(this, type, listener, options);
    } as Add;
  }
}

function restore(): void {
  for (const target of targets) {
    Reflect.deleteProperty(target, 'addEventListener');
    Reflect.deleteProperty(target, 'removeEventListener');
  }
  listening = [];
}

const now = () =>
  listening
    .filter(({ signal, removed }) => !removed && !signal?.aborted)
    .map(({ type }) => type)
    .sort();

test('a move and a reload leave as many as before, and a removal none', async () => {
  note();
  const frame = mount();
  await frame.ready;
  await until(() => frame.matches(':state(ready)'));
  const before = now();
  expect(before).to.include('message');

  const elsewhere = keep(document.createElement('div'));
  document.body.append(elsewhere);
  elsewhere.append(frame);
  await next(frame, 'oriel-ready');
  expect(now()).to.deep.equal(before);

  frame.reload();
  await frame.ready;
  expect(now()).to.deep.equal(before);

  frame.remove();
  await until(() => now().length === 0);

  document.body.append(frame);
  await frame.ready;
  expect(now()).to.deep.equal(before);
  frame.remove();
  await until(() => now().length === 0);
});

test('autosize ends with its peer, or by its signal, whichever comes first', async () => {
  const { signal, count, abort } = counted();
  for (const end of ['peer', 'signal']) {
    note();
    const peer = connect({ channel: memory().guest, contract, side: 'guest', timeout: Infinity });
    autosize(peer, { signal });
    expect([count(), now().includes('resize')]).to.deep.equal([1, true]);
    if (end === 'peer') peer.close();
    else abort();
    expect([count(), now()]).to.deep.equal([0, []]);
    peer.close();
    autosize(peer, { signal });
    expect([count(), now()]).to.deep.equal([0, []]);
    restore();
  }
});
