import { expect } from '@open-wc/testing';
import { contract, method, type } from '../../dist/contract/index.js';
import '../../dist/elements/frame/define.js';
import { guestUrl } from '../support/sites-url.js';
import { until } from '../support/wait.js';

const nested = contract({
  name: 'autosize.nested',
  version: '1.0.0',
  guest: { inner: method({ output: type<number>() }), grow: method({ input: type<number>() }) },
});

test('two levels settle: a guest in a guest grows and shrinks, and both frames fit', async () => {
  const inner = guestUrl('autosize/page.html', { site: 3, html: '<div style="height: 200px"></div>' });
  const frame = document.createElement('oriel-frame');
  frame.contract = nested as never;
  frame.src = guestUrl('autosize/nested.html', { inner });
  document.body.append(frame);
  const guest = frame.guest as unknown as { inner(): Promise<number>; grow(height: number): Promise<void> };
  try {
    await until(() => frame.offsetHeight === 250, { timeout: 10_000 });
    await guest.grow(800);
    await until(() => frame.offsetHeight === 850);
    expect(await guest.inner()).to.equal(800);
    await guest.grow(100);
    await until(() => frame.offsetHeight === 150);
  } finally {
    frame.remove();
  }
});
