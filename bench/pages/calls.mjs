// In the host's page: how soon can a guest be called, and how fast. Peer and raw take turns in the one page.
import { inTurn, middle, within } from './time.mjs';

const mounts = 4;
const warmUp = 200;
const block = 60;
const blocks = 8;

export async function measure(pair) {
  const ready = await inTurn(pair, mounts, async (one, first) => {
    one.place?.remove();
    one.place = document.createElement('div');
    document.querySelector('main').append(one.place);
    const start = performance.now();
    await within(4000, 'connect', connect(one));
    return first ? undefined : performance.now() - start; // the first one starts a process too
  });
  const oneByOne = async ({ call }, count) => {
    for (let i = 0; i < count; i++) await call('add', [i, 1]);
  };
  const atOnce = ({ call }) => Promise.all(Array.from({ length: block }, (_, i) => call('add', [i, 1])));
  const each = (step, run) =>
    inTurn(pair, blocks, async (one, first) => {
      if (first) await within(6000, `${step}, warm-up`, run(one, warmUp));
      const start = performance.now();
      await within(4000, step, run(one, block));
      return ((performance.now() - start) * 1000) / block;
    });
  return {
    ready: middle(ready),
    roundTrip: middle(await each('one by one', oneByOne)),
    atOnce: middle(await each('at once', atOnce)),
  };
}

async function connect(one) {
  one.call = await one.host(one.url, one.place);
  if ((await one.call('add', [1, 1])) !== 2) throw new Error('connect: a wrong answer');
}
