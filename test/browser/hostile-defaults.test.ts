// What a frame that is told nothing keeps from its guest, and what each opt-in gives it.
import { expect } from '@open-wc/testing';
import type { OrielErrorEvent } from '../../dist/elements/events/error.js';
import { cleanUp, iframeOf, mount, next, originOf, rejectionOf, stateOf, until } from './frame-support.js';
import { attackedBy, attackUrl } from './hostile-support.js';

teardown(cleanUp);

type Found = Record<'origin' | 'referrer' | 'opener' | 'host' | 'address' | 'frame', string> & {
  fullscreen: boolean;
};

test('a guest finds out the origin of its host and no more: no page, no opener, no permission', async () => {
  const { frame } = attackedBy('snoop');
  const { origin, referrer, opener, host, address, fullscreen, ...rest } = (await frame.guest.attack(
    0,
  )) as Found;
  expect(origin).to.equal(originOf(2));
  expect(referrer).to.equal(`${location.origin}/`);
  expect([opener, host, address]).to.deep.equal(['null', 'refused', 'refused']);
  expect(rest.frame).to.be.oneOf(['null', 'refused']);
  expect(iframeOf(frame).getAttribute('allow')).to.equal('');
  expect(fullscreen).to.equal(false);
});

test('a permission goes to the guest’s exact origin, and so does what is written for all', async () => {
  const { frame } = attackedBy('snoop', { allow: 'fullscreen *; camera' });
  const { fullscreen } = (await frame.guest.attack(0)) as Found;
  expect(iframeOf(frame).getAttribute('allow')).to.equal(`fullscreen ${originOf(2)}; camera ${originOf(2)}`);
  expect(fullscreen).to.equal(true);
});

test('a guest whose server made it opaque, which the host didn’t ask for, is refused', async () => {
  const { frame, asked } = attackedBy('snoop', { src: attackUrl('snoop', { csp: 'sandbox allow-scripts' }) });
  const { code, message } = await next<OrielErrorEvent>(frame, 'oriel-error');
  expect(code).to.equal('origin-changed');
  expect(message).to.contain('null');
  expect(asked).to.deep.equal([]);
  expect(stateOf(frame)).to.equal('failed');
});

for (const src of [
  'javascript:polluted = 1',
  '\t java\nscript:polluted = 1',
  'data:text/html,hello',
  'blob:https://guest.example/1',
  'about:blank',
  'file:///etc/passwd',
  '',
]) {
  test(`${JSON.stringify(src)} is no address, and nothing is loaded`, async () => {
    const frame = mount({ src, contract: undefined } as never);
    expect(await rejectionOf(frame.ready)).to.include({ code: 'bad-src' });
    expect(iframeOf(frame)).to.equal(null);
    expect('polluted' in window).to.equal(false);
  });
}

test('there is no srcdoc, neither as an attribute nor as a property', async () => {
  const frame = mount({}, { srcdoc: '<script>parent.polluted = 1</script>' });
  expect('srcdoc' in frame).to.equal(false);
  await frame.ready;
  expect(iframeOf(frame).hasAttribute('srcdoc')).to.equal(false);
  expect(await frame.guest.boot()).to.be.a('number');
});

test('a changed sandbox changes nothing until the next load', async () => {
  const { frame } = attackedBy('snoop');
  await frame.ready;
  const before = iframeOf(frame);
  const warned: unknown[] = [];
  const { warn } = console;
  console.warn = (text) => warned.push(text);
  frame.sandbox = 'allow-scripts';
  await frame.updateComplete;
  console.warn = warn;
  expect(before.getAttribute('sandbox')).to.contain('allow-same-origin');
  expect(iframeOf(frame)).to.equal(before);
  expect(String(warned)).to.contain('sandbox');
  frame.reload();
  const { origin } = (await frame.guest.attack(0)) as Found;
  expect(origin).to.equal('null');
});

test('a guest can’t leave its frame, open a window, or stop the page with a question', async () => {
  const { frame } = attackedBy('escape');
  const here = location.href;
  const { popup } = (await frame.guest.attack(0)) as Record<string, string>;
  expect(popup).to.be.oneOf(['null', 'refused']);
  await frame.guest.attack(0); // the guest and the page are still there
  expect(location.href).to.equal(here);
  expect(stateOf(frame)).to.equal('ready');
});

test('an error’s markup is text and stays it', async () => {
  const { frame } = attackedBy('markup');
  const error = await rejectionOf(frame.guest.attack(0));
  expect(error.message).to.equal('<script>polluted = 1</script>');
  expect(error.name).to.equal('<img src=x onerror="polluted = 1">');
  expect('polluted' in window).to.equal(false);
});

test('the link of a frame that failed opens a page without an opener, nor a referrer', async () => {
  const frame = mount({ src: `${originOf(2)}/nothing`, timeout: 300 });
  await until(() => stateOf(frame) === 'failed');
  const link = frame.shadowRoot?.querySelector('[part=link]') as HTMLAnchorElement;
  expect(link.rel).to.equal('noopener noreferrer');
  expect(frame.shadowRoot?.querySelector('[role=alert]')?.innerHTML).to.not.contain('<script');
});

test('the code of a frame that failed links to its explanation, where there is one', async () => {
  const frame = mount({ src: 'javascript:0' }, { 'error-help': 'https://docs.example/errors' });
  await until(() => stateOf(frame) === 'failed');
  await frame.updateComplete;
  const help = () => frame.shadowRoot?.querySelector('[part=help]') as HTMLAnchorElement | null;
  expect(help()?.href).to.equal('https://docs.example/errors#bad-src');
  expect(help()?.rel).to.equal('noopener');
  frame.errorHelp = '';
  await frame.updateComplete;
  expect(help()).to.equal(null);
  expect(frame.shadowRoot?.querySelector('[part=error] code')?.textContent).to.equal('bad-src');
});
