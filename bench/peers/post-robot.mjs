import { on, send } from '@krakenjs/post-robot';
import { api, frameAt, guestOrigin, hostOrigin, loaded } from './api.mjs';

export function guest() {
  for (const name of Object.keys(api))
    on(name, { window: parent, domain: hostOrigin }, ({ data }) => api[name](data.input));
}
export async function host(url, place) {
  const frame = frameAt(url, place);
  await loaded(frame);
  return async (name, input) =>
    (await send(frame.contentWindow, name, { input }, { domain: guestOrigin })).data;
}
