// In the host's page: a hundred guests at once.
import { pause, within } from './time.mjs';

const add = ({ host, url }) => {
  const place = document.createElement('div');
  document.querySelector('main').append(place);
  return host(url, place);
};

/** One guest beforehand, so that neither a process nor code that is loaded once is counted for a frame. */
export async function prepare({ peer }) {
  await within(4000, 'connect', add(peer));
  await collect();
}

export async function measure({ peer }, count) {
  const start = performance.now();
  await within(15_000, `${count} frames`, Promise.all(Array.from({ length: count }, () => add(peer))));
  const time = (performance.now() - start) / count;
  await collect();
  return time;
}

// Only where the browser was started so that it can be asked to.
async function collect() {
  await pause(300);
  for (let i = 0; i < 2; i++) {
    globalThis.gc?.();
    frames[0]?.postMessage('gc', '*');
    frames[frames.length - 1]?.postMessage('gc', '*');
    await pause(150);
  }
}
