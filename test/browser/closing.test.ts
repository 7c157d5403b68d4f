import { expect } from '@open-wc/testing';
import { contract, method } from '../../dist/contract/index.js';
import { connectHost } from '../../dist/guest/index.js';
import { guestUrl } from '../support/sites-url.js';
import { cleanUp, listen, mount, next, pause, rejectionOf, stateOf } from './frame-support.js';

teardown(cleanUp);

const closing = contract({
  name: 'test.closing',
  version: '1.0.0',
  guest: { leave: method(), never: method() },
});

test('a guest that asks to be closed fires oriel-close once; its peer is closed, as remote', async () => {
  const frame = mount({ contract: closing, src: guestUrl('closing.html') } as never);
  const guest = frame.guest as unknown as { leave(): Promise<void>; never(): Promise<void> };
  const closes = listen(frame, 'oriel-close');
  const errors = listen(frame, 'oriel-error');
  await frame.ready;
  const pending = rejectionOf(guest.never());
  const closed = next(frame, 'oriel-close');
  await guest.leave();
  await closed;
  expect(await pending).to.include({ code: 'closed', reason: 'remote' });
  expect(frame.peer?.state.get()).to.include({ status: 'closed', reason: 'remote' });
  expect(await rejectionOf(guest.never())).to.include({ code: 'closed', reason: 'remote' });
  expect(stateOf(frame)).to.equal('idle');
  expect([closes.length, errors.length]).to.deep.equal([1, 0]);
  frame.retry();
  await frame.ready;
  expect(stateOf(frame)).to.equal('ready');
});

test('a guest that is opened on its own says not-embedded at once, and once', async () => {
  expect(window.parent).to.equal(window); // this page is in no frame
  const errors: string[] = [];
  const peer = connectHost(closing, {
    allowOrigins: ['*'],
    timeout: 60_000,
    onError: ({ code }) => errors.push(code),
    implement: { leave() {}, never: () => new Promise(() => {}) },
  });
  expect(errors).to.deep.equal(['not-embedded']);
  const { code, name, message } = await rejectionOf(peer.ready);
  expect([code, name]).to.deep.equal(['not-embedded', 'EmbedError']);
  expect(message).to.contain('Open the page that embeds it');
  await pause(50);
  expect(errors.length).to.equal(1);
  peer.close();
});
