// In the host's page: a guest that says a hundred thousand things at once, and what is left to the page meanwhile.
import { pause, within } from './time.mjs';

const beat = 10;

export async function measure(pair) {
  const values = { peer: undefined, raw: undefined };
  for (const who of Math.random() < 0.5 ? ['peer', 'raw'] : ['raw', 'peer'])
    values[who] = await flooded(pair[who]);
  const both = (figure) => ({ peer: values.peer[figure], raw: values.raw[figure] });
  return { beat: both('beat'), message: both('message'), heard: both('heard') };
}

async function flooded({ host, url }) {
  const place = document.createElement('div');
  document.querySelector('main').append(place);
  const handled = timed();
  const start = await within(4000, 'connect', host(url, place));
  await pause(100); // what the handshake leaves to be done
  const gaps = await whileBeating(async () => {
    const second = pause(1000);
    await within(10_000, 'the flood', start());
    await second;
  });
  place.remove();
  await pause(500);
  return { beat: gaps[Math.floor(gaps.length * 0.95)], ...handled.end() };
}

/** How long a timer waited each time, in ms, while something goes on; the least first. */
async function whileBeating(run) {
  const gaps = [];
  let last = performance.now();
  const tick = () => {
    const now = performance.now();
    gaps.push(now - last);
    last = now;
  };
  const timer = setInterval(tick, beat);
  await run();
  clearInterval(timer);
  tick(); // the one that was still held up
  return gaps.sort((a, b) => a - b);
}

/** Times what each message of a port costs the page, in µs. */
function timed() {
  const { prototype } = MessagePort;
  const its = Object.getOwnPropertyDescriptor(prototype, 'onmessage');
  let [heard, time] = [0, 0];
  Object.defineProperty(prototype, 'onmessage', {
    ...its,
    set(handler) {
      its.set.call(this, (event) => {
        const start = performance.now();
        handler.call(this, event);
        if (event.data?.topic !== 'event') return;
        time += performance.now() - start;
        heard++;
      });
    },
  });
  return {
    end() {
      Object.defineProperty(prototype, 'onmessage', its);
      return { heard, message: (time * 1000) / heard };
    },
  };
}
