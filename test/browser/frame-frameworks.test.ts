// A framework's render never touches the guest: its document is the same after whatever the framework did around it.
import { expect } from '@open-wc/testing';
import { renderToString } from '@vue/server-renderer/dist/server-renderer.esm-browser.prod.js';
import { Idiomorph } from 'idiomorph/dist/idiomorph.esm.js';
import { html, nothing, render } from 'lit';
import morphdom from 'morphdom/dist/morphdom-esm.js';
import { createApp, createSSRApp, h, nextTick, reactive } from 'vue/dist/vue.runtime.esm-browser.prod.js';
import { once, until } from '../support/wait.js';
import { cleanUp, iframeOf, insideIs, listen, room, roomUrl } from './frame-support.js';
import { began, box, clearing, frameIn } from './framework-support.js';

teardown(cleanUp);

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

test('Lit: a render with the same attributes leaves the height that the guest asked for', async () => {
  const root = box();
  const show = (label: string) =>
    render(html`<oriel-frame src=${roomUrl()} autosize="height" label=${label}>A child</oriel-frame>`, root);
  show('one');
  await began(root);
  const frame = frameIn(root);
  await frame.guest?.size(333);
  await until(() => frame.offsetHeight === 333);
  const resizes = listen(frame, 'oriel-resize');
  for (const label of ['one', 'one', 'two']) {
    show(label);
    expect(frame.offsetHeight).to.equal(333);
    await frame.updateComplete;
    expect(frame.offsetHeight).to.equal(333);
  }
  await insideIs(frame, 333);
  expect(resizes).to.deep.equal([]);
});

test('Vue: the same and changed attributes, children to text and to nothing', async () => {
  const root = box();
  const state = reactive({ label: 'one', child: 'p' as 'p' | 'text' | 'none' });
  const children = () => ({ p: [h('p', 'A child')], text: 'text', none: [] })[state.child];
  const app = createApp({
    render: () => h('section', [h('oriel-frame', { src: roomUrl(), label: state.label }, children())]),
  });
  app.mount(root);
  const before = await began(root);
  const frame = frameIn(root);
  const change = (to: Partial<typeof state>) => (Object.assign(state, to), nextTick());
  await change({ label: 'two' });
  expect(await began(root)).to.equal(before);
  // Vue clears children with `textContent`.
  await clearing(root, () => change({ child: 'text' }));
  expect(frame.textContent).to.equal('text');
  await clearing(root, () => change({ label: 'three', child: 'none' }));
  expect(frame.textContent).to.equal('');
  expect(frame.label).to.equal('three'); // Vue sets properties
  app.unmount();
});

test('replaceChildren(): the guest stays or, where the browser drops it, is ready again', async () => {
  const root = box(`<oriel-frame src="${roomUrl()}"><p>A child</p></oriel-frame>`);
  await clearing(root, () => frameIn(root).replaceChildren('text'));
  await clearing(root, () => frameIn(root).replaceChildren());
  expect(frameIn(root).childNodes.length).to.equal(0);
  expect(await frameIn(root).guest?.boot()).to.be.a('number');
});

test('Vue, hydrated: the guest that the server’s HTML loaded stays, and gets its properties', async () => {
  const heard: string[] = [];
  const state = reactive({ count: 5, label: 'one' });
  const view = {
    render: () =>
      h('section', [
        h(
          'oriel-frame',
          {
            src: roomUrl(),
            label: state.label,
            '.contract': room,
            '.props': { count: state.count },
            'onOriel-ready': () => heard.push('ready'),
          },
          [h('p', 'A child')],
        ),
      ]),
  };
  const root = box(await renderToString(createSSRApp(view)));
  const frame = frameIn(root);
  await frame.updateComplete;
  const iframe = iframeOf(frame);
  const app = createSSRApp(view);
  app.mount(root);
  expect(frameIn(root) === frame).to.equal(true);
  await frame.ready;
  const before = await began(root);
  Object.assign(state, { count: 6, label: 'two' });
  await nextTick();
  expect(await frame.guest?.seen()).to.deep.equal([{ count: 5 }, { count: 6 }]);
  expect(await began(root)).to.equal(before);
  expect(iframeOf(frame) === iframe).to.equal(true);
  expect(heard).to.deep.equal(['ready']);
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
  const frame = frameIn(root);
  const states: string[] = [];
  frame.peer?.state.subscribe(({ status, reason }) => states.push(`${status} ${reason}`));
  state.order = ['frame', 'a'];
  await once(frame, 'oriel-ready');
  expect(states).to.deep.equal(['lost moved', 'ready moved']);
  expect(frameIn(root) === frame).to.equal(true);
  expect(await frame.guest?.boot()).to.be.a('number');
  app.unmount();
});
