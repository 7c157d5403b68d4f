import { openGuest, openHost } from '../port.mjs';
import { api } from './api.mjs';

// The floor: the least that is still a call with an answer, on a MessageChannel.
export const guest = () => openGuest((port, [id, name, input]) => port.postMessage([id, api[name](input)]));

export async function host(url, place) {
  const waiting = new Map();
  let count = 0;
  const port = await openHost(url, place, ([id, value]) => {
    waiting.get(id)(value);
    waiting.delete(id);
  });
  return (name, input) =>
    new Promise((resolve) => {
      waiting.set(++count, resolve);
      port.postMessage([count, name, input]);
    });
}
