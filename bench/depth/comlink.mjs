import { expose, proxy, transfer, windowEndpoint, wrap } from 'comlink';
import { frameAt, guestOrigin, hostOrigin, loaded } from '../peers/api.mjs';

export const guest = () =>
  expose(
    {
      add: ([a, b]) => a + b,
      clone: (bytes) => bytes,
      move: (bytes) => transfer(bytes, [bytes.buffer]),
      tell: (fn) => fn(1),
    },
    windowEndpoint(parent, self, hostOrigin),
  );

export async function host(url, place) {
  const frame = frameAt(url, place);
  await loaded(frame);
  const remote = wrap(windowEndpoint(frame.contentWindow, self, guestOrigin));
  return {
    add: (pair) => remote.add(pair),
    clone: (bytes) => remote.clone(bytes),
    move: (bytes) => remote.move(transfer(bytes, [bytes.buffer])),
    tell: (fn) => remote.tell(proxy(fn)),
  };
}
