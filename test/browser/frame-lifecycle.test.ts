import { expect } from '@open-wc/testing';
import type { OrielReadyEvent } from '../../dist/elements/events/ready.js';
import { OrielFrame } from '../../dist/elements/frame/frame.js';
import { suite as everything } from '../contracts/suite.contract.js';
import { guestUrl } from '../support/sites-url.js';
import {
  cleanUp,
  iframeOf,
  keep,
  listen,
  mount,
  next,
  pause,
  type RoomFrame,
  rejectionOf,
  room,
  roomUrl,
  stateOf,
  until,
} from './frame-support.js';

teardown(cleanUp);

const { userAgent } = navigator;
// It throws away the frames of a shadow tree when its host's children are replaced: the frame is loaded anew.
const isWebKit = !/Chrome|Firefox/.test(userAgent);
const canMove = 'moveBefore' in Element.prototype;

suite('reload', () => {
  test('ends what was in flight as lost, then is ready again with current props', async () => {
    const frame = mount({ props: { count: 1 } });
    await frame.ready;
    const boot = await frame.guest.boot();
    frame.props = { count: 20 };
    const pending = rejectionOf(frame.guest.never());
    frame.guest.reload();
    expect(await pending).to.include({ code: 'lost', reason: 'reload' });
    expect((await next<OrielReadyEvent>(frame, 'oriel-ready')).reason).to.equal('reload');
    expect(await frame.guest.seen()).to.deep.equal([{ count: 20 }]);
    expect(await frame.guest.boot()).to.not.equal(boot);
  });

  test('reload() does the same, and calls made at once are the new guest’s', async () => {
    const frame = mount();
    await frame.ready;
    const boot = await frame.guest.boot();
    const pending = rejectionOf(frame.guest.never());
    frame.reload();
    expect(await frame.guest.boot()).to.not.equal(boot);
    expect(await pending).to.include({ code: 'lost', reason: 'reload' });
  });

  test('a path change of its own, and back in its history, are reloads too', async () => {
    const frame = mount();
    await frame.ready;
    frame.guest.go(roomUrl({ other: 1 }));
    expect((await next<OrielReadyEvent>(frame, 'oriel-ready')).reason).to.equal('reload');
    await pause(2300);
    expect(stateOf(frame)).to.equal('ready');
  });
});

suite('moves and removals', () => {
  test('append is one lost and one ready', async () => {
    const frame = mount();
    await frame.ready;
    const states: string[] = [];
    frame.peer?.state.subscribe(({ status, reason }) => states.push(`${status} ${reason}`));
    const target = keep(document.createElement('div'));
    document.body.append(target);
    target.append(frame);
    await next(frame, 'oriel-ready');
    expect(states).to.deep.equal(['lost moved', 'ready moved']);
    expect(await frame.guest.ask('here')).to.equal('here!');
  });

  test('moveBefore keeps the guest where the browser does', async function () {
    if (!canMove) this.skip();
    const frame = mount();
    await frame.ready;
    const boot = await frame.guest.boot();
    const target = keep(document.createElement('div'));
    document.body.append(target);
    (target as unknown as { moveBefore(node: Node, child: null): void }).moveBefore(frame, null);
    if (userAgent.includes('Firefox')) await next(frame, 'oriel-ready');
    else expect(await frame.guest.boot()).to.equal(boot);
    expect(await frame.guest.ask('here')).to.equal('here!');
    expect(stateOf(frame)).to.equal('ready');
  });

  test('removed in the middle of the handshake: ready rejects as closed', async () => {
    const unhandled: unknown[] = [];
    const hear = (event: PromiseRejectionEvent) => unhandled.push(event.reason);
    addEventListener('unhandledrejection', hear);
    const frame = mount();
    const { ready } = frame;
    frame.remove();
    expect(await rejectionOf(ready)).to.include({ code: 'closed', reason: 'removed' });
    expect(stateOf(frame)).to.equal('idle');
    const silent = mount();
    silent.ready;
    silent.remove();
    await pause(50);
    removeEventListener('unhandledrejection', hear);
    expect(unhandled).to.deep.equal([]);
  });

  test('removed in the middle of a call, and put back: a new guest, the same properties', async () => {
    const frame = mount({ props: { count: 3 } });
    await frame.ready;
    const boot = await frame.guest.boot();
    const pending = rejectionOf(frame.guest.never());
    frame.remove();
    expect(await pending).to.include({ code: 'closed', reason: 'removed' });
    expect(iframeOf(frame)?.contentWindow ?? null).to.equal(null);
    document.body.append(frame);
    await frame.ready;
    expect(await frame.guest.boot()).to.not.equal(boot);
    expect(await frame.guest.seen()).to.deep.equal([{ count: 3 }]);
  });

  test('removed in the middle of a stream: its reader is told, and no call of a callback hangs', async () => {
    const frame = mount({
      src: guestUrl('bridge/suite.html'),
      contract: everything,
    } as never) as unknown as OrielFrame<typeof everything>;
    await frame.ready;
    const { next } = await frame.guest.counter();
    const numbers = frame.guest.slow()[Symbol.asyncIterator]();
    await numbers.next();
    frame.remove();
    const reading = rejectionOf(
      (async () => {
        while (!(await numbers.next()).done);
      })(),
    );
    expect(await reading).to.include({ code: 'closed', reason: 'removed' });
    expect((await rejectionOf(Promise.resolve(next()))).code).to.equal('released');
  });

  test('mounted, unmounted and mounted in one go: one frame, one handshake', async () => {
    const frame = mount();
    frame.remove();
    document.body.append(frame);
    const readies = listen(frame, 'oriel-ready');
    await frame.ready;
    await pause(300);
    expect(readies.length).to.equal(1);
    expect(frame.shadowRoot?.querySelectorAll('iframe').length).to.equal(1);
  });
});

suite('where it stands', () => {
  const inside: [string, (frame: Element) => Element][] = [
    ['an open shadow root', (frame) => shadow('open', frame)],
    ['a closed shadow root', (frame) => shadow('closed', frame)],
    ['a dialog', (frame) => wrap('dialog', frame)],
    ['a closed details', (frame) => wrap('details', frame)],
    ['a hidden tab', (frame) => Object.assign(wrap('div', frame), { style: 'display: none' })],
  ];
  for (const [where, put] of inside) {
    test(`works in ${where}`, async () => {
      const frame = document.createElement('oriel-frame') as RoomFrame;
      Object.assign(frame, { contract: room, src: roomUrl() });
      document.body.append(keep(put(frame)));
      await frame.ready;
      expect(await frame.guest.boot()).to.be.a('number');
    });
  }

  const markup = `<oriel-frame src="PLACE" props='{"count":5}' label="Room"></oriel-frame>`;
  test('works out of a cloned template', async () => {
    const template = document.createElement('template');
    template.innerHTML = markup.replace('PLACE', roomUrl());
    document.body.append(template.content.cloneNode(true));
    await keep(document.body.lastElementChild as RoomFrame).ready;
  });

  test('works out of a document made by DOMParser, and after a stay in another document', async () => {
    const other = new DOMParser().parseFromString(markup.replace('PLACE', roomUrl()), 'text/html');
    const frame = keep(document.adoptNode(other.body.firstElementChild as RoomFrame));
    document.body.append(frame);
    await frame.ready;
    other.body.append(frame);
    document.body.append(frame);
    await frame.ready;
    expect(frame.shadowRoot?.adoptedStyleSheets.length).to.equal(1);
    expect(getComputedStyle(iframeOf(frame)).borderTopWidth).to.equal('0px');
  });

  test('properties that were set before the tag is defined count', async () => {
    const frame = keep(document.createElement('late-frame')) as RoomFrame;
    Object.assign(frame, {
      contract: room,
      props: { count: 9 },
      host: { ask: () => 'early' },
      src: roomUrl(),
    });
    document.body.append(frame);
    customElements.define('late-frame', class extends OrielFrame {});
    expect(await frame.guest.ask('?')).to.equal('early');
    expect(await frame.guest.seen()).to.deep.equal([{ count: 9 }]);
  });

  test('a clone and outerHTML carry no iframe; renders of attributes and children keep the guest', async () => {
    const frame = mount();
    frame.setAttribute('src', roomUrl());
    await frame.ready;
    const boot = await frame.guest.boot();
    expect(frame.outerHTML).to.not.contain('iframe');
    const clone = frame.cloneNode(true) as RoomFrame;
    expect(clone.shadowRoot?.querySelector('iframe') ?? null).to.equal(null);
    frame.append('text', document.createElement('b'));
    frame.setAttribute('label', 'Other');
    frame.setAttribute('class', 'x');
    await frame.updateComplete;
    expect(await frame.guest.boot()).to.equal(boot);
    frame.replaceChildren();
    if (isWebKit) await next(frame, 'oriel-ready');
    else expect(await frame.guest.boot()).to.equal(boot);
    expect(await frame.guest.ask('still')).to.equal('still!');
    document.body.append(keep(clone));
    await clone.ready;
  });
});

test('the kit patches nothing, and listens to nothing that keeps a page out of the back/forward cache', async () => {
  const added: string[] = [];
  const { addEventListener } = window;
  window.addEventListener = function (this: Window, type: string, ...rest: unknown[]) {
    added.push(type);
    return (addEventListener as (...all: unknown[]) => void).call(this, type, ...rest);
  } as typeof addEventListener;
  const shape = () =>
    [window, document, history, Window.prototype, Document.prototype, History.prototype].map((each) =>
      Object.getOwnPropertyNames(each)
        .filter((name) => !/^\d+$/.test(name)) // its frames
        .sort()
        .join(),
    );
  const before = shape();
  const frame = mount();
  await frame.ready;
  const after = shape();
  window.addEventListener = addEventListener;
  expect(after.map((names, index) => names === before[index])).to.deep.equal(Array(6).fill(true));
  expect(added.filter((type) => /unload/.test(type))).to.deep.equal([]);
});

const events: Record<string, (frame: RoomFrame) => void> = {
  'a reload': (frame) => frame.guest.reload(),
  'a navigation': (frame) => frame.guest.go(roomUrl({ other: 1 })),
  'a move by append': (frame) => keep(document.body.appendChild(document.createElement('div'))).append(frame),
  'a removal': (frame) => frame.remove(),
};
for (const [event, happen] of Object.entries(events)) {
  test(`sixty calls across ${event} all settle`, async () => {
    const frame = mount();
    await frame.ready;
    const calls: Promise<unknown>[] = [];
    for (let i = 0; i < 60; i++) {
      if (i === 20) happen(frame);
      const call = frame.guest.boot(undefined, { timeout: frame.isConnected ? 10_000 : 200 });
      calls.push(call.catch((error: Error & { code: string }) => error.code));
      await pause(4);
    }
    const results = await Promise.all(calls);
    // Whoever asks a frame that is out of the page waits for the next guest, and none comes.
    const may = frame.isConnected ? ['lost'] : ['closed', 'timeout'];
    expect(results.length).to.equal(60);
    expect(results.filter((each) => typeof each === 'string' && !may.includes(each))).to.deep.equal([]);
    if (frame.isConnected) await until(() => stateOf(frame) === 'ready');
  });
}

test('a second copy of the kit warns and throws nothing', async () => {
  const { warn } = console;
  const warned: string[] = [];
  console.warn = (text) => warned.push(text);
  const again = '../../dist/elements/frame/define.js?copy';
  await import(again);
  console.warn = warn;
  expect(warned.length).to.equal(1);
  expect(warned[0]).to.contain('oriel-frame');
});

function wrap(tag: string, child: Element): HTMLElement {
  const parent = document.createElement(tag);
  parent.append(child);
  return parent;
}

function shadow(mode: ShadowRootMode, child: Element): Element {
  const parent = document.createElement('div');
  parent.attachShadow({ mode }).append(child);
  return parent;
}
