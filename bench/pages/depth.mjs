// In the host's page: what a bridge does in bulk. Peer and raw take turns in the one page.
import { inTurn, middle, within } from './time.mjs';

const many = 1000;
const mebibyte = 2 ** 20;
const blocks = 5;

export async function prepare(pair) {
  for (const one of Object.values(pair)) {
    const place = document.createElement('div');
    document.querySelector('main').append(place);
    one.does = await within(4000, 'connect', one.host(one.url, place));
  }
}

/** One figure; `undefined` where the peer has nothing of the kind. */
export async function measure(pair, figure) {
  const { needs, run, times, beside = 'raw' } = all[figure];
  if (!pair.peer.does[needs]) return;
  // The same peer's plain call, or another peer's callbacks, where raw has nothing of the kind.
  const two = { peer: { does: pair.peer.does, run }, raw: besides[beside](pair, run) };
  const values = await inTurn(two, blocks, async (one) => {
    const start = performance.now();
    await within(8000, figure, one.run(one.does));
    return ((performance.now() - start) * 1000) / times;
  });
  return middle(values);
}

const besides = {
  raw: ({ raw }, run) => ({ does: raw.does, run }),
  itself: ({ peer }) => ({ does: peer.does, run: plain }),
  comlink: ({ comlink }, run) => ({ does: comlink.does, run }),
};

const times = (count, run) => Promise.all(Array.from({ length: count }, (_, i) => run(i)));
const inRow = async (count, run) => {
  for (let i = 0; i < count; i++) await run(i);
};
const plain = ({ add }) => inRow(60, (i) => add([i, 1]));
const right = (is, should) => {
  if (is !== should) throw new Error(`${is} came, and not ${should}`);
};

const all = {
  pipelined: {
    needs: 'add',
    times: many,
    run: async ({ add }) => right((await times(many, (i) => add([i, 1])))[many - 1], many),
  },
  moved: {
    needs: 'move',
    times: 5,
    run: ({ move }) =>
      inRow(5, async (i) => right((await move(new Uint8Array(mebibyte).fill(i)))[mebibyte - 1], i)),
  },
  cloned: {
    needs: 'clone',
    times: 5,
    run: ({ clone }) =>
      inRow(5, async (i) => right((await clone(new Uint8Array(mebibyte).fill(i)))[mebibyte - 1], i)),
  },
  item: {
    needs: 'items',
    times: 10 * many,
    run: async ({ items }) => right(await items(10 * many), 10 * many),
  },
  chunk: { needs: 'chunks', times: 50, run: async ({ chunks }) => right(await chunks(50), 50) },
  callback: {
    needs: 'tell',
    beside: 'itself',
    times: 60,
    run: ({ tell }) => inRow(60, async (i) => right(await tell((n) => n + i), i + 1)),
  },
  callbacks: {
    needs: 'tell',
    beside: 'comlink',
    times: many,
    run: async ({ tell }) => right((await times(many, (i) => tell((n) => n + i)))[many - 1], many),
  },
};
