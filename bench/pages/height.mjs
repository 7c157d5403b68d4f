// In the host's page: from the word to the guest to be higher, to the frame that is. Peer and raw take turns.
import { inTurn, middle, pause, within } from './time.mjs';

const changes = 12;
// A page that grows again and again right after each growth of its frame may be chasing its own tail, and is held
// back for that by some. Two changes of one guest are further apart than this, which is the common case.
const apart = 300;

export async function measure(pair) {
  let step = 0;
  const place = document.querySelector('main');
  const figures = await inTurn(pair, changes, async (one, first) => {
    if (first) one.frame = await within(4000, 'connect', mount(one, place));
    await pause(apart / 2 + Math.random() * 17); // at any point between two drawn frames
    const { frame } = one;
    const wanted = 200 + ((step++ * 37) % 400);
    const written = heightOf(frame, wanted);
    const start = performance.now();
    frame.contentWindow.postMessage(`height:${wanted}`, '*');
    const times = await within(2000, `height ${wanted}`, written);
    return { applied: times.applied - start, drawn: times.drawn - start };
  });
  const of = (figure) => middle({ peer: figures.peer.map(figure), raw: figures.raw.map(figure) });
  return { applied: of(({ applied }) => applied), drawn: of(({ drawn }) => drawn) };
}

/** The two are mounted one after the other, so whoever says `up` is the one that is waited for. */
async function mount(one, place) {
  const up = new Promise((done) => addEventListener('message', ({ data }) => data === 'up' && done()));
  const frame = await one.mount(one.url, place);
  await up;
  return frame;
}

/** When the height is written, and when the page is next drawn with it. */
function heightOf(frame, wanted) {
  return new Promise((done) => {
    let applied;
    const style = new MutationObserver(() => {
      if (Math.abs(Number.parseFloat(frame.style.height) - wanted) <= 1) applied ??= performance.now();
    });
    style.observe(frame, { attributeFilter: ['style'] });
    const box = new ResizeObserver(() => {
      if (applied === undefined) return;
      style.disconnect();
      box.disconnect();
      done({ applied, drawn: performance.now() });
    });
    box.observe(frame);
  });
}
