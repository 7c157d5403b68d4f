import { createBirpc } from 'birpc';
import { api, frameAt, guestOrigin, hostOrigin, loaded } from './api.mjs';

const over = (target, origin, functions) =>
  createBirpc(functions, {
    post: (data) => target.postMessage(data, origin),
    on: (hear) =>
      addEventListener(
        'message',
        (event) => event.source === target && event.origin === origin && hear(event.data),
      ),
  });
export const guest = () => over(parent, hostOrigin, api);
export async function host(url, place) {
  const frame = frameAt(url, place);
  await loaded(frame);
  const remote = over(frame.contentWindow, guestOrigin, {});
  return (name, input) => remote[name](input);
}
