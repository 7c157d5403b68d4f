// A guest that shows what it was given: `?show=props,origin,referrer,…`; and that tells how fresh it is: `?fresh=stale,live`.
import { connectHost, contract, showFreshness, type } from '/oriel-guest.js';

const given = document.querySelector('.given');
const names = new URLSearchParams(location.search).get('show')?.split(',') ?? ['props'];
const peer = connectHost(contract({ name: 'demo.mirror', version: '1.0.0', props: type() }), {
  allowOrigins: [given.dataset.host],
});

const facts = {
  props: () => JSON.stringify(peer.props.get() ?? {}, null, 1).replace(/\s+/g, ' '),
  origin: () => self.origin,
  address: () => location.origin,
  referrer: () => document.referrer || 'none',
  fullscreen: () => (document.fullscreenEnabled ? 'allowed' : 'not allowed'),
  credentialless: () => window.credentialless ?? 'unknown to this browser',
};

function show() {
  given.replaceChildren(...names.flatMap((name) => [element('dt', name), element('dd', facts[name]?.())]));
}
const element = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });

const [first, ...later] = new URLSearchParams(location.search).get('fresh')?.split(',') ?? [];
if (first) {
  let value = { state: first, since: Date.now() };
  let changed;
  showFreshness(peer, {
    get: () => value,
    subscribe(listener) {
      changed = listener;
      return () => {};
    },
  });
  // One after the other, as on a line that breaks and comes back.
  peer.ready.then(
    () => {
      for (const state of later) changed((value = { state, since: Date.now() }));
    },
    () => {}, // not in a frame
  );
}

show();
peer.props.subscribe(show);
if (names.includes('field')) {
  const field = Object.assign(document.createElement('input'), { name: 'field' });
  field.setAttribute('aria-label', 'A field that takes the focus');
  given.replaceWith(field);
  field.focus();
}
