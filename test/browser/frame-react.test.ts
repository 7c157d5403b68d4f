// React 19 around a frame: its renders never touch the guest, and it sets the frame's properties and hears its events.
import { expect } from '@open-wc/testing';
import type { OrielReadyEvent } from '../../dist/elements/events/ready.js';
import {
  Activity,
  createElement,
  createRoot,
  flushSync,
  hydrateRoot,
  type Root,
  renderToString,
  StrictMode,
  useEffect,
  useRef,
} from '../support/react.js';
import { once, until } from '../support/wait.js';
import {
  cleanUp,
  iframeOf,
  insideIs,
  listen,
  type RoomFrame,
  room,
  roomUrl,
  stateOf,
} from './frame-support.js';
import { began, box, clearing, frameIn } from './framework-support.js';

const roots: Root[] = [];
teardown(() => {
  for (const root of roots.splice(0)) root.unmount();
  cleanUp();
});

type Child = Parameters<typeof createElement>[2];
const frame = (props: object, ...children: Child[]) => createElement('oriel-frame', props, ...children);
const page = (props: object, ...children: Child[]) =>
  createElement('section', { title: 'page' }, frame({ src: roomUrl(), ...props }, ...children));
const child = createElement('p', null, 'A child');

function mounted(element: Child): { place: HTMLElement; render(element: Child): void } {
  const place = box();
  const root = createRoot(place);
  roots.push(root);
  const render = (next: Child) => flushSync(() => root.render(next));
  render(element);
  return { place, render };
}

/** Says when it has been mounted. */
function Commits({ done, children }: { done(): void; children?: Child }): Child {
  useEffect(done, []);
  return children;
}

/** Once React has taken over what a server has rendered. */
async function hydrated(place: HTMLElement, element: Child): Promise<(element: Child) => void> {
  const faults: string[] = [];
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const show = (next: Child) => createElement(Commits, { done: resolve }, next);
  const onRecoverableError = (error: unknown) => faults.push(String(error));
  const root = hydrateRoot(place, show(element), { onRecoverableError });
  roots.push(root);
  await done;
  expect(faults).to.deep.equal([]); // what can't be hydrated is rendered anew
  return (next) => flushSync(() => root.render(show(next)));
}

/** Whether an iframe has a window; that of another site is nothing for an assertion to look at. */
const lives = (iframe: HTMLIFrameElement | null): boolean => Boolean(iframe?.contentWindow);

/** Handshakes of the guests that a test has seen, by the events that each guest emits once. */
function hellos(frame: RoomFrame): { from: string }[] {
  const heard: { from: string }[] = [];
  frame.peer?.on('hello', (hello) => heard.push(hello));
  return heard;
}

test('the same and changed attributes, children to text and to nothing', async () => {
  const { place, render } = mounted(page({ label: 'one' }, child));
  const before = await began(place);
  const iframe = iframeOf(frameIn(place));
  for (const next of [
    page({ label: 'one' }, child),
    page({ label: 'two', className: 'x' }, child, child),
    page({ label: 'two' }, child),
    page({ label: 'three' }),
    page({ label: 'three' }, child, child),
    page({ label: 'four' }, 'text'),
  ]) {
    render(next);
    expect(iframeOf(frameIn(place)) === iframe).to.equal(true);
    expect(await began(place)).to.equal(before);
  }
  // React clears a text with `textContent`.
  await clearing(place, () => render(page({})));
  expect(frameIn(place).textContent).to.equal('');
});

test('hydrated: the guest that the server’s HTML loaded stays', async () => {
  const view = (label: string) => page({ label }, child);
  const place = box(renderToString(view('one')));
  const original = frameIn(place);
  const before = await began(place);
  const render = await hydrated(place, view('one'));
  expect(await began(place)).to.equal(before);
  render(view('two'));
  expect(frameIn(place) === original).to.equal(true);
  expect(original.label).to.equal('two');
  expect(await began(place)).to.equal(before);
});

test('hydrated before its guest has answered: one handshake', async () => {
  const view = () => page({ label: 'one' }, 'text');
  const place = box(renderToString(view()));
  const original = frameIn(place);
  original.contract = room;
  await original.updateComplete;
  const iframe = iframeOf(original);
  const readies = listen(original, 'oriel-ready');
  const heard = hellos(original);
  await hydrated(place, view());
  await began(place);
  await until(() => heard.length);
  expect(frameIn(place) === original && iframeOf(original) === iframe).to.equal(true);
  expect([readies.length, heard.length]).to.deep.equal([1, 1]);
});

function Declared({ effects }: { effects: string[] }): Child {
  const ref = useRef<RoomFrame>(null);
  useEffect(() => {
    effects.push('mounted');
    return () => void effects.push('unmounted');
  }, []);
  return page({ ref, contract: room });
}

function Added({ made }: { made: RoomFrame[] }): Child {
  const ref = useRef<HTMLElement>(null);
  useEffect(() => {
    const inside = document.createElement('oriel-frame') as RoomFrame;
    Object.assign(inside, { contract: room, src: roomUrl() });
    made.push(inside);
    ref.current?.append(inside);
    return () => inside.remove();
  }, []);
  return createElement('section', { ref });
}

test('StrictMode: one frame, one handshake, and nothing is left', async () => {
  const effects: string[] = [];
  const { place, render } = mounted(createElement(StrictMode, null, createElement(Declared, { effects })));
  expect(effects).to.deep.equal(['mounted', 'unmounted', 'mounted']);
  const inside = frameIn(place);
  const readies = listen(inside, 'oriel-ready');
  const heard = hellos(inside);
  await inside.ready;
  await until(() => heard.length);
  await inside.guest.boot();
  expect([readies.length, heard.length]).to.deep.equal([1, 1]);
  expect(inside.shadowRoot?.querySelectorAll('iframe').length).to.equal(1);
  const [iframe, peer] = [iframeOf(inside), inside.peer];
  render(null);
  expect(lives(iframe)).to.equal(false);
  await until(() => stateOf(inside) === 'idle');
  expect(peer?.state.get()).to.include({ status: 'closed', reason: 'removed' });
});

test('StrictMode: an effect that adds and removes the frame itself', async () => {
  const made: RoomFrame[] = [];
  const { place, render } = mounted(createElement(StrictMode, null, createElement(Added, { made })));
  await frameIn(place).ready;
  expect(made.length).to.equal(2);
  expect(made.map(stateOf)).to.deep.equal(['idle', 'ready']);
  const iframes = made.map(iframeOf);
  render(null);
  expect(iframes.map(lives)).to.deep.equal([false, false]);
});

test('mounted, unmounted and mounted by key: each a frame of its own, and the first one gone', async () => {
  const { place, render } = mounted(page({ key: 'one' }));
  const first = frameIn(place);
  await first.updateComplete;
  const iframe = iframeOf(first);
  expect(lives(iframe)).to.equal(true);
  render(null);
  render(page({ key: 'two' }));
  await began(place);
  expect(frameIn(place) === first).to.equal(false);
  expect([lives(iframe), stateOf(first)]).to.deep.equal([false, 'idle']);
});

test('a render with the same attributes leaves the height that the guest asked for', async () => {
  const view = (label: string) => page({ contract: room, label, autosize: 'height' }, child);
  const { place, render } = mounted(view('one'));
  const inside = frameIn(place);
  await inside.ready;
  await inside.guest.size(333);
  await until(() => inside.offsetHeight === 333);
  const resizes = listen(inside, 'oriel-resize');
  for (const label of ['one', 'one', 'two']) {
    render(view(label));
    expect(inside.offsetHeight).to.equal(333);
    await inside.updateComplete;
    expect(inside.offsetHeight).to.equal(333);
  }
  await insideIs(inside, 333);
  expect(resizes).to.deep.equal([]);
});

test('hidden and shown by Activity: the guest stays', async () => {
  const view = (mode: 'visible' | 'hidden') => createElement(Activity, { mode, children: page({}) });
  const { place, render } = mounted(view('visible'));
  const before = await began(place);
  render(view('hidden'));
  expect(getComputedStyle(place.firstElementChild as Element).display).to.equal('none');
  render(view('visible'));
  expect(await began(place)).to.equal(before);
});

test('sets properties: contract, host and props', async () => {
  const view = (count: number) =>
    page({ contract: room, host: { ask: (text: string) => `${text} ${count}` }, props: { count } });
  const { place, render } = mounted(view(1));
  const inside = frameIn(place);
  await inside.ready;
  expect(await inside.guest.seen()).to.deep.equal([{ count: 1 }]);
  expect(await inside.guest.ask('is')).to.equal('is 1');
  const before = await inside.guest.boot();
  render(view(2));
  expect(await inside.guest.ask('is')).to.equal('is 2');
  expect(await inside.guest.seen()).to.deep.equal([{ count: 1 }, { count: 2 }]);
  expect(await inside.guest.boot()).to.equal(before);
  expect(inside.hasAttribute('props')).to.equal(false);
});

test('hears events by `on` and their names, and the newest listener alone', async () => {
  const heard: string[] = [];
  const view = (name: string) =>
    page({
      contract: room,
      'onoriel-load': () => heard.push(`${name} load`),
      'onoriel-ready': ({ origin }: OrielReadyEvent) =>
        heard.push(`${name} ready ${new URL(origin).hostname}`),
      'onoriel-close': () => heard.push(`${name} close`),
    });
  const { place, render } = mounted(view('first'));
  await frameIn(place).ready;
  expect(heard).to.have.members(['first load', 'first ready 127.0.0.2']);
  heard.length = 0;
  render(view('second'));
  const closed = once(frameIn(place), 'oriel-close');
  frameIn(place).guest.quit();
  await closed;
  expect(heard).to.deep.equal(['second close']);
});

// React 19 hydrates neither properties nor listeners of a custom element: a ref sets them.
test('hydrated: a ref gives the frame its contract, host and props, once', async () => {
  const heard: string[] = [];
  const ref = (inside: RoomFrame | null) => {
    if (!inside) return;
    inside.addEventListener('oriel-ready', () => heard.push('ready'), { once: true });
    Object.assign(inside, { contract: room, host: { ask: () => 'hydrated' }, props: { count: 5 } });
  };
  const view = () => createElement(StrictMode, null, page({ ref }));
  const place = box(renderToString(view()));
  const iframe = iframeOf(frameIn(place));
  const render = await hydrated(place, view());
  const inside = frameIn(place);
  await inside.ready;
  expect(await inside.guest.ask('?')).to.equal('hydrated');
  expect(await inside.guest.seen()).to.deep.equal([{ count: 5 }]);
  const before = await inside.guest.boot();
  render(view());
  expect(await inside.guest.boot()).to.equal(before);
  expect(iframe === null || iframeOf(inside) === iframe).to.equal(true);
  expect(heard.length).to.be.within(1, 2); // StrictMode attaches each ref twice
});
