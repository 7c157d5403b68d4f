import { expect } from '@open-wc/testing';
import type { OrielErrorEvent } from '../../dist/elements/events/error.js';
import type { OrielMessageEvent } from '../../dist/elements/events/message.js';
import type { OrielReadyEvent } from '../../dist/elements/events/ready.js';
import type { OrielResizeEvent } from '../../dist/elements/events/resize.js';
import {
  cleanUp,
  iframeOf,
  keep,
  listen,
  mount,
  next,
  originOf,
  pause,
  type RoomFrame,
  rejectionOf,
  room,
  roomUrl,
  settled,
  stateOf,
  until,
} from './frame-support.js';

teardown(cleanUp);

suite('a frame', () => {
  test('goes from loading to ready, and its guest can be called', async () => {
    const frame = mount();
    expect(stateOf(frame)).to.equal('');
    await frame.updateComplete;
    expect(stateOf(frame)).to.equal('loading');
    const { origin, reason } = await next<OrielReadyEvent>(frame, 'oriel-ready');
    expect([origin, reason]).to.deep.equal([originOf(2), 'connect']);
    expect(stateOf(frame)).to.equal('ready');
    expect(await frame.guest.ask('sure')).to.equal('sure!');
    await frame.ready;
  });

  test('answers a call made before it is in the page', async () => {
    const frame = keep(document.createElement('oriel-frame')) as RoomFrame;
    frame.contract = room;
    const boot = frame.guest.boot();
    frame.src = roomUrl();
    document.body.append(frame);
    expect(await boot).to.be.a('number');
  });

  test('sets what the guest may do before its address', async () => {
    const frame = mount({
      allow: "camera; microphone *; fullscreen 'none'",
      label: 'Room',
      credentialless: true,
    });
    await frame.updateComplete;
    const iframe = iframeOf(frame);
    const names = iframe.getAttributeNames();
    expect(names.indexOf('src')).to.be.greaterThan(
      Math.max(
        ...['sandbox', 'allow', 'referrerpolicy', 'credentialless'].map((name) => names.indexOf(name)),
      ),
    );
    expect(iframe.allow).to.equal(`camera ${originOf(2)}; microphone ${originOf(2)}; fullscreen 'none'`);
    expect(iframe.getAttribute('sandbox')).to.equal('allow-scripts allow-forms allow-same-origin');
    expect(iframe.getAttribute('referrerpolicy')).to.equal('strict-origin');
    expect(iframe.title).to.equal('Room');
  });

  test('counts a grant that was made while src was empty', async () => {
    const frame = mount({ src: undefined });
    await frame.updateComplete;
    expect(stateOf(frame)).to.equal('idle');
    frame.allow = 'clipboard-write';
    await frame.updateComplete;
    frame.src = roomUrl();
    await frame.updateComplete;
    expect(iframeOf(frame).allow).to.equal(`clipboard-write ${originOf(2)}`);
  });

  test('keeps its iframe when other attributes change, and says that sandbox waits', async () => {
    const frame = mount();
    await frame.ready;
    const [iframe, boot] = [iframeOf(frame), await frame.guest.boot()];
    const { warn } = console;
    const warned: unknown[] = [];
    console.warn = (text) => warned.push(text);
    Object.assign(frame, { label: 'Other', allow: 'camera', autosize: 'none', sandbox: 'allow-scripts' });
    await frame.updateComplete;
    console.warn = warn;
    expect(iframeOf(frame)).to.equal(iframe);
    expect(await frame.guest.boot()).to.equal(boot);
    expect(warned.join()).to.contain('reload()');
  });

  test('loads another address as a reload', async () => {
    const frame = mount();
    await frame.ready;
    const pending = frame.guest.never();
    frame.src = roomUrl({ other: 1 });
    expect(await rejectionOf(pending)).to.include({ code: 'lost', reason: 'reload' });
    expect((await next<OrielReadyEvent>(frame, 'oriel-ready')).reason).to.equal('reload');
  });

  test('without a contract takes props from its attribute and gives events as messages', async () => {
    const frame = keep(document.createElement('oriel-frame'));
    frame.setAttribute('src', roomUrl());
    frame.setAttribute('props', '{"count": 7}');
    const messages = listen<OrielMessageEvent>(frame, 'oriel-message');
    document.body.append(frame);
    await frame.ready;
    await until(() => messages.length);
    expect(messages[0]).to.include({ name: 'hello' });
    expect(messages[0]?.payload).to.deep.equal({ from: originOf(2) });
    expect(frame.guest).to.equal(undefined);

    // A contract that comes later takes over the same document.
    const iframe = iframeOf(frame);
    const late = frame as unknown as RoomFrame;
    late.contract = room;
    expect((await late.guest.seen()).at(-1)).to.deep.equal({ count: 7 });
    expect(iframeOf(frame)).to.equal(iframe);
    expect(stateOf(frame)).to.equal('ready');
  });

  test('reports props that are not JSON, and goes on', async () => {
    const frame = mount({}, {});
    const errors = listen<OrielErrorEvent>(frame, 'oriel-error');
    await frame.ready;
    frame.setAttribute('props', '{nonsense');
    expect(errors.map(({ code }) => code)).to.deep.equal(['invalid']);
    expect(stateOf(frame)).to.equal('ready');
    frame.setAttribute('props', '{"count": 2}');
    await pause(0);
    expect((await frame.guest.seen()).at(-1)).to.deep.equal({ count: 2 });
  });

  test('delivers props in one change a task', async () => {
    const frame = mount({ props: { count: 0 } });
    await frame.ready;
    for (let count = 1; count <= 100; count++) frame.props = { count };
    await pause(0);
    const seen = await frame.guest.seen();
    expect(seen[0]).to.deep.equal({ count: 0 });
    expect(seen.at(-1)).to.deep.equal({ count: 100 });
    expect(seen.length).to.equal(2);
  });

  test('looks its host up at each call', async () => {
    const frame = mount();
    await frame.ready;
    frame.host = { ask: () => 'late' };
    expect(await frame.guest.ask('?')).to.equal('late');
  });

  test('says when the guest closes itself, and can be loaded again', async () => {
    const frame = mount();
    await frame.ready;
    const closed = next(frame, 'oriel-close');
    await frame.guest.quit();
    await closed;
    expect(frame.peer?.state.get()).to.include({ status: 'closed', reason: 'remote' });
    expect(stateOf(frame)).to.equal('idle');
    frame.retry();
    await frame.ready;
    expect(stateOf(frame)).to.equal('ready');
  });

  test('is accessible in each state', async () => {
    const frame = mount({ label: 'Room' });
    await expect(frame).to.be.accessible();
    await frame.ready;
    await expect(frame).to.be.accessible();
    frame.src = 'javascript:alert(1)';
    await frame.updateComplete;
    expect(stateOf(frame)).to.equal('failed');
    await expect(frame).to.be.accessible();
    Object.assign(frame, { src: roomUrl(), loading: 'click' });
    await frame.updateComplete;
    await expect(frame).to.be.accessible();
  });
});

suite('loading', () => {
  test('click waits for the button, which is named by the label', async () => {
    const frame = mount({ loading: 'click', label: 'Show the room' });
    await frame.updateComplete;
    expect(stateOf(frame)).to.equal('idle');
    const button = frame.shadowRoot?.querySelector('button');
    expect(button?.getAttribute('aria-label')).to.equal('Show the room');
    button?.click();
    await frame.ready;
    expect(stateOf(frame)).to.equal('ready');
  });

  test('a button that shows a placeholder is named by its words, and a picture by the label', async () => {
    const frame = mount({ loading: 'click', label: 'Tickets' });
    frame.innerHTML = '<p slot="placeholder">Show what is open</p>';
    await frame.updateComplete;
    const button = frame.shadowRoot?.querySelector('button');
    expect(button?.hasAttribute('aria-label')).to.equal(false); // so the name is what it shows
    await expect(frame).to.be.accessible();
    frame.innerHTML = '<svg slot="placeholder" width="9" height="9"></svg>';
    frame.requestUpdate();
    await frame.updateComplete;
    expect(button?.getAttribute('aria-label')).to.equal('Tickets');
  });

  test('lazy waits until it is near', async () => {
    const spacer = keep(document.createElement('div'));
    spacer.style.height = '5000px';
    document.body.append(spacer);
    const frame = mount({ loading: 'lazy' });
    await pause(100);
    expect(stateOf(frame)).to.equal('idle');
    frame.scrollIntoView();
    await frame.ready;
  });

  test('idle comes by itself', async () => {
    await mount({ loading: 'idle' }).ready;
  });
});

suite('autosize', () => {
  const heightOf = (frame: Element) => iframeOf(frame).getBoundingClientRect().height;

  test('follows the content, within limits, and says so', async () => {
    const frame = mount({ minHeight: 100, maxHeight: 500 });
    const sizes = listen<OrielResizeEvent>(frame, 'oriel-resize');
    await frame.ready;
    await until(() => heightOf(frame) === 200);
    await frame.guest.size(450);
    await until(() => heightOf(frame) === 450);
    await frame.guest.size(900);
    await until(() => heightOf(frame) === 500);
    await frame.guest.size(20);
    await until(() => heightOf(frame) === 100);
    expect(sizes.at(-1)).to.include({ height: 100, width: undefined });
  });

  test('refuses what is not a size, and keeps the last one', async () => {
    const frame = mount();
    const errors = listen<OrielErrorEvent>(frame, 'oriel-error');
    await frame.ready;
    await until(() => heightOf(frame) === 200);
    for (const height of [10_000_000, Number.NaN, -1, '300px', Number.POSITIVE_INFINITY, null])
      await frame.guest.raw({ height });
    expect(await settled(() => heightOf(frame))).to.equal(200);
    expect(errors.map(({ code }) => code)).to.deep.equal(Array(6).fill('invalid'));
    expect(stateOf(frame)).to.equal('ready');
  });

  test('writes at most once a frame, the last value', async () => {
    const frame = mount();
    await frame.ready;
    await until(() => heightOf(frame) === 200);
    let writes = 0;
    const observer = new MutationObserver((records) => (writes += records.length));
    observer.observe(iframeOf(frame), { attributeFilter: ['style'] });
    let frames = 0;
    let running = true;
    const count = () => running && (frames++, requestAnimationFrame(count));
    count();
    await Promise.all(Array.from({ length: 300 }, (_, i) => frame.guest.raw({ height: 300 + i })));
    await until(() => heightOf(frame) === 599);
    running = false;
    observer.disconnect();
    expect(writes).to.be.at.most(frames + 1);
  });

  test('none leaves the height alone, and may be turned on later', async () => {
    const frame = mount({ autosize: 'none' });
    frame.style.height = '333px';
    await frame.ready;
    await frame.guest.size(700);
    expect(await settled(() => heightOf(frame))).to.equal(333);
    frame.style.height = '';
    frame.autosize = 'height';
    await until(() => heightOf(frame) === 700);
  });

  test('a render with the same attributes keeps the height', async () => {
    const frame = mount();
    await frame.ready;
    await until(() => heightOf(frame) === 200);
    frame.setAttribute('src', frame.src as string);
    frame.setAttribute('autosize', 'height');
    frame.requestUpdate();
    await frame.updateComplete;
    expect(heightOf(frame)).to.equal(200);
  });
});
