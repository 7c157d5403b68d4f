// The guest's own history: going back in it is a reload to its host.
import { expect } from '@open-wc/testing';
import { contract, method, type } from '../../dist/contract/index.js';
import type { OrielReadyEvent } from '../../dist/elements/events/ready.js';
import type { OrielFrame } from '../../dist/elements/frame/frame.js';
import { guestUrl } from '../support/sites-url.js';
import { cleanUp, iframeOf, listen, mount, next, pause, rejectionOf, stateOf } from './frame-support.js';

teardown(cleanUp);

/** As much as is asked here of fixtures/bridge/guest.html. */
const bench = contract({
  name: 'test.bench',
  version: '1.0.0',
  props: type<{ count: number }>(),
  guest: {
    boot: method({ output: type<number>() }),
    seen: method({ output: type<{ props: { count: number }[] }>() }),
    never: method(),
    go: method({ input: type<string>() }),
    back: method(),
  },
});

test('back in the guest’s own history is a reload: the element, its iframe and the host’s page stay', async () => {
  const here = location.href;
  const frame = mount({
    contract: bench,
    src: guestUrl('bridge/guest.html', { page: 1 }),
    props: { count: 1 },
  } as never) as unknown as OrielFrame<typeof bench>;
  await frame.ready;
  const iframe = iframeOf(frame);
  const first = await frame.guest.boot();
  let ready = next<OrielReadyEvent>(frame, 'oriel-ready');
  await frame.guest.go(guestUrl('bridge/guest.html', { page: 2 }));
  expect((await ready).reason).to.equal('reload');
  const second = await frame.guest.boot();
  expect(second).to.be.greaterThan(first);
  frame.props = { count: 7 };

  const pending = rejectionOf(frame.guest.never());
  ready = next<OrielReadyEvent>(frame, 'oriel-ready');
  await frame.guest.back();
  expect(await pending).to.include({ code: 'lost', reason: 'reload' });
  expect((await ready).reason).to.equal('reload');
  const errors = listen(frame, 'oriel-error');
  expect(await frame.guest.boot()).to.be.greaterThan(second);
  // The newest props, not those that this address had before.
  expect((await frame.guest.seen()).props).to.deep.equal([{ count: 7 }]);
  expect(iframeOf(frame)).to.equal(iframe);
  expect(location.href).to.equal(here);
  await pause(2300); // longer than the grace time after a `load`
  expect(stateOf(frame)).to.equal('ready');
  expect(errors.length).to.equal(0);
});
