import { openGuest, openHost } from '../port.mjs';
import { flood } from './api.mjs';

// The floor: whoever has a port hears all of it, and the page waits.
export const guest = () => openGuest((port) => flood((message) => port.postMessage(message)));

export async function host(url, place) {
  let over;
  const port = await openHost(url, place, (message) => message.end && over());
  return () =>
    new Promise((resolve) => {
      over = () => resolve('heard');
      port.postMessage('flood');
    });
}
