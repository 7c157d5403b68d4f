import { create } from '@krakenjs/zoid/dist/zoid.js';
import { api, guestOrigin } from './api.mjs';

// Both sides define the component; what the guest exports reaches the host by zoid's own way, `getExports`.
const define = (url) =>
  create({
    tag: 'bench-frame',
    url,
    domain: guestOrigin,
    dimensions: { width: '300px', height: '150px' },
    exports: ({ getExports }) => ({ call: async (name, input) => (await getExports())[name](input) }),
  });
let component;
export function guest() {
  define(location.href);
  window.xprops.export(api);
}
export async function host(url, place) {
  component ??= define(url);
  const shown = component({});
  await shown.render(place);
  return (name, input) => shown.call(name, input);
}
