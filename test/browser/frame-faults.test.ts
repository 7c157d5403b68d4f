// Whatever becomes of a frame's page and place: each call settles, each stream ends, and nothing is kept.
import { expect } from '@open-wc/testing';
import fc from 'fast-check';
import '../../dist/elements/frame/define.js';
import { control, type Peer } from '../../dist/bridge/index.js';
import type { OrielFrame } from '../../dist/elements/frame/frame.js';
import { suite as contract } from '../contracts/suite.contract.js';
import { type Use, type UseOptions, Uses, usesOf } from '../contracts/uses.js';
import { restUntil, watchLeaks } from '../support/leaks.js';
import { runsOr, seed } from '../support/seed.js';
import { guestUrl } from '../support/sites-url.js';
import { iframeOf } from './frame-support.js';

type Frame = OrielFrame<typeof contract>;
type Host = Peer<typeof contract, 'host'>;

/** Of fifty in all, what falls to one of three engines. */
const numRuns = runsOr(17);
const url = guestUrl('bridge/suite.html');
const silent = guestUrl('silent.html');
/** That a handler of the test's waits, in ms. */
const longest = 6;

/** What a user or a page does to a frame. */
const deeds = {
  reload: (frame: Frame) => frame.reload(),
  leave: (frame: Frame) => void iframeOf(frame)?.setAttribute('src', silent),
  back: (frame: Frame) => void iframeOf(frame)?.setAttribute('src', url),
  move: (frame: Frame) => void other(frame).append(frame),
  moveBefore: (frame: Frame) => {
    const place = other(frame) as HTMLElement & { moveBefore?(node: Node, before: Node | null): void };
    if (place.moveBefore && frame.isConnected) place.moveBefore(frame, null);
    else place.append(frame);
  },
  replace: async (frame: Frame) => {
    const place = other(frame);
    frame.remove();
    await Promise.resolve();
    place.append(frame);
  },
  remove: async (frame: Frame) => {
    const place = other(frame);
    frame.remove();
    await task();
    place.append(frame);
  },
};
type Deed = keyof typeof deeds;

interface Step extends UseOptions {
  readonly kind: Use | Deed | 'task' | 'ready' | 'emit' | 'props';
}
const used = { take: fc.nat(6), to: fc.nat(8), fail: fc.boolean() };
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom(...usesOf.short, ...usesOf.lasting), ...used }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('task', 'ready', 'ready', 'emit', 'props') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom(...(Object.keys(deeds) as Deed[])) }) },
) as fc.Arbitrary<Step>;

let places: HTMLElement[] = [];
const other = (frame: Frame) => places.find((place) => !place.contains(frame)) as HTMLElement;
const task = () => new Promise((go) => setTimeout(go));

setup(() => {
  places = [document.createElement('div'), document.createElement('div')];
  document.body.append(...places);
});
teardown(() => {
  for (const place of places) place.remove();
});

test(`${numRuns} random sequences of what may become of a frame leave nothing open, and nothing behind`, async function () {
  this.timeout(60_000 + numRuns * 4000);
  const unhandled: unknown[] = [];
  const listen = (event: PromiseRejectionEvent) => unhandled.push(event.reason);
  addEventListener('unhandledrejection', listen);
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
        await run(steps);
        expect(unhandled.splice(0)).to.deep.equal([]);
      }),
      { seed, numRuns, includeErrorInReport: true },
    );
  } finally {
    removeEventListener('unhandledrejection', listen);
  }
});

async function run(steps: readonly Step[]): Promise<void> {
  const page = new AbortController();
  const leaks = watchLeaks(window, page.signal);
  try {
    await play(steps, page);
    expect(leaks.listeners, 'listeners').to.equal(0);
    // Short ones are those that the test's own handlers wait for.
    expect(
      leaks.timers.filter((ms) => ms > longest),
      'timers of the kit',
    ).to.deep.equal([]);
    expect(await restUntil(() => !leaks.timers.length), 'all timers fire').to.equal(true);
  } finally {
    leaks.stop();
    for (const place of places) place.replaceChildren();
  }
}

async function play(steps: readonly Step[], page: AbortController): Promise<void> {
  const frame = Object.assign(document.createElement('oriel-frame') as Frame, {
    contract,
    src: url,
    host: { ask: (question: string) => question },
  });
  const peers = new Set<Host>();
  const uses = new Uses(
    {
      get remote() {
        return frame.guest;
      },
    } as Host,
    page.signal,
  );
  places[0]?.append(frame);
  await frame.ready;
  for (const [at, { kind, ...options }] of steps.entries()) {
    if (kind === 'task') await task();
    else if (kind === 'ready') await ready(frame);
    else if (kind === 'emit') frame.peer?.emit('noted', at);
    else if (kind === 'props') frame.props = { count: at, onPick: () => at };
    else if (kind in deeds) await deeds[kind as Deed](frame);
    else uses.begin(kind as Use, options);
    peers.add(frame.peer as Host);
  }
  if (isSilent(frame)) deeds.back(frame);
  const answer = await sum(frame);
  page.abort('enough');
  const settled = await restUntil(() => uses.open.size === 0, 8000);
  const left = [...uses.open];
  peers.add(frame.peer as Host);
  frame.remove();
  await restUntil(() => uses.open.size === 0 && uses.producing === 0);
  expect(answer).to.equal(7);
  expect(left, 'never settled').to.deep.equal([]);
  expect(settled).to.equal(true);
  expect([...uses.wrong], 'went wrong').to.deep.equal([]);
  expect(uses.producing, 'producers without their end').to.equal(0);
  for (const peer of peers) {
    expect(peer.state.get().status).to.equal('closed');
    expect(Object.values(control(peer).counts), 'kept').to.deep.equal([0, 0, 0, 0, 0]);
  }
}

const isSilent = (frame: Frame) => iframeOf(frame)?.getAttribute('src') === silent;

/** Until the guest is there; a page that says nothing never is. */
async function ready(frame: Frame): Promise<void> {
  if (!isSilent(frame)) await restUntil(() => frame.peer?.state.get().status === 'ready', 8000);
}

/** What the guest answers, whatever of its pages. */
async function sum(frame: Frame): Promise<unknown> {
  for (;;) {
    try {
      return await frame.guest.add({ a: 3, b: 4 }, { timeout: 8000 });
    } catch (error) {
      // A page that is on its way out may have taken the call.
      if ((error as { code?: string }).code !== 'lost') return error;
    }
  }
}
