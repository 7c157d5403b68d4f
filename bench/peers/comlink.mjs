import { expose, windowEndpoint, wrap } from 'comlink';
import { api, frameAt, guestOrigin, hostOrigin, loaded } from './api.mjs';

export const guest = () => expose(api, windowEndpoint(parent, self, hostOrigin));
export async function host(url, place) {
  const frame = frameAt(url, place);
  await loaded(frame);
  const remote = wrap(windowEndpoint(frame.contentWindow, self, guestOrigin));
  return (name, input) => remote[name](input);
}
