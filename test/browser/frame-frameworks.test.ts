// A framework's render never touches the guest: its document is the same after whatever the framework did around it.
import { expect } from '@open-wc/testing';
import { Idiomorph } from 'idiomorph/dist/idiomorph.esm.js';
import { html, nothing, render } from 'lit';
import morphdom from 'morphdom/dist/morphdom-esm.js';
import { createApp, h, reactive } from 'vue/dist/vue.runtime.esm-browser.prod.js';
import { cleanUp, keep, next, type RoomFrame, room, roomUrl } from './frame-support.js';

teardown(cleanUp);

/** Gives the frame in a root its contract, and when its guest's document began. */
async function began(root: Element): Promise<number> {
  const frame = root.querySelector('oriel-frame') as RoomFrame;
  if (!frame.contract) {
    frame.contract = room;
    await frame.ready;
  }
  return frame.guest?.boot() as Promise<number>;
}

function box(): HTMLElement {
  const root = keep(document.createElement('div'));
  document.body.append(root);
  return root as HTMLElement;
}

test('Lit: the same and changed attributes, children to text and to nothing', async () => {
  const root = box();
  const show = (label: string, child: unknown) =>
    render(
      html`<section><oriel-frame src=${roomUrl()} label=${label}>${child}</oriel-frame></section>`,
      root,
    );
  show('one', html`<p>A child</p>`);
  const before = await began(root);
  show('one', html`<p>A child</p>`);
  show('two', 'text');
  show('three', nothing);
  expect(await began(root)).to.equal(before);
});

/** Whether an iframe in a shadow tree outlives the clearing of its host's children. */
function clearingKeepsFrames(): boolean {
  const probe = box();
  probe.append(document.createElement('p'), document.createElement('p'));
  const frame = document.createElement('iframe');
  probe.attachShadow({ mode: 'open' }).append(frame);
  const before = frame.contentWindow;
  probe.textContent = 'text';
  return before !== null && frame.contentWindow === before;
}

test('Vue: the same and changed attributes, children to text and to nothing', async () => {
  const root = box();
  const state = reactive({ label: 'one', child: 'p' as 'p' | 'text' | 'none' });
  const children = () => ({ p: [h('p', 'A child')], text: 'text', none: [] })[state.child];
  const app = createApp({
    render: () => h('section', [h('oriel-frame', { src: roomUrl(), label: state.label }, children())]),
  });
  app.mount(root);
  const before = await began(root);
  // Vue clears children with `textContent`, which takes the frame of a shadow tree away in WebKitGTK; the frame then
  // loads its guest again, as frame-lifecycle.test.ts has it.
  const kept = clearingKeepsFrames();
  if (!kept)
    console.log(
      'LEFT OUT: children to text; this engine drops the iframes of a shadow tree when children are cleared',
    );
  const steps = [
    ['two', 'p'],
    ['two', 'text'],
    ['three', 'none'],
  ] as const;
  for (const [label, step] of steps) {
    const child = kept ? step : 'p';
    Object.assign(state, { label, child });
    await new Promise((go) => queueMicrotask(() => queueMicrotask(() => go(undefined))));
  }
  expect((root.querySelector('oriel-frame') as RoomFrame).label).to.equal('three'); // Vue sets properties
  expect(await began(root)).to.equal(before);
  app.unmount();
});

for (const [name, morph] of [
  ['idiomorph', (root: Element, to: string) => Idiomorph.morph(root, to, { morphStyle: 'innerHTML' })],
  ['morphdom', (root: Element, to: string) => morphdom(root, `<div>${to}</div>`)],
] as const) {
  test(`${name}: the same and changed attributes, children to text and to nothing`, async () => {
    const root = box();
    const page = (label: string, child: string) =>
      `<section><oriel-frame src="${roomUrl()}" label="${label}">${child}</oriel-frame></section>`;
    root.innerHTML = page('one', '<p>A child</p>');
    const before = await began(root);
    morph(root, page('one', '<p>A child</p>'));
    morph(root, page('two', 'text'));
    morph(root, page('three', ''));
    expect(root.querySelector('oriel-frame')?.getAttribute('label')).to.equal('three');
    expect(await began(root)).to.equal(before);
  });
}

test('what a framework moves keeps its element, and is ready again', async () => {
  const root = box();
  const state = reactive({ order: ['a', 'frame'] });
  const app = createApp({
    render: () =>
      h(
        'ul',
        state.order.map((key) =>
          h('li', { key }, key === 'frame' ? [h('oriel-frame', { src: roomUrl() })] : key),
        ),
      ),
  });
  app.mount(root);
  await began(root);
  const frame = root.querySelector('oriel-frame') as RoomFrame;
  state.order = ['frame', 'a'];
  await new Promise((go) => setTimeout(go)); // Vue renders in a microtask; a move is noticed in the next
  if (!frame.matches(':state(ready)')) await next(frame, 'oriel-ready');
  expect(await frame.guest?.boot()).to.be.a('number');
  app.unmount();
});
