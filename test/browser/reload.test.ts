// One end begins anew while calls, streams and callbacks are open, over real frames.
import { expect } from '@open-wc/testing';
import { connect, control, type Peer } from '../../dist/bridge/index.js';
import { toFrame } from '../../dist/channels/window.js';
import { suite } from '../contracts/suite.contract.js';
import { guestUrl } from '../support/sites-url.js';
import { rejection, until } from '../support/wait.js';

type Host = Peer<typeof suite, 'host'>;
const nothing = { calls: 0, lent: 0, held: 0, outgoing: 0, incoming: 0 };
const url = guestUrl('bridge/suite.html');
let frame: HTMLIFrameElement;
const peers: Host[] = [];

const join = () => {
  const peer = connect({
    channel: toFrame(() => frame.contentWindow, { allowOrigins: [new URL(url).origin] }),
    contract: suite,
    side: 'host',
    onError: () => {},
  });
  peers.push(peer);
  return peer;
};

setup(() => {
  frame = document.createElement('iframe');
  frame.src = url;
  document.body.append(frame);
});
teardown(() => {
  for (const peer of peers.splice(0)) peer.close();
  frame.remove();
});

/** Opens one of each, and gives how each of them ends. */
async function openAll({ remote }: Host) {
  let finished = 0;
  let made = 0;
  async function* endless() {
    try {
      for (;;) {
        yield ++made;
        await new Promise((go) => setTimeout(go));
      }
    } finally {
      finished++;
    }
  }
  const listener = (text: string) => text;
  await remote.keep(listener);
  const { next } = await remote.counter();
  expect(await next()).to.equal(1);
  const reader = remote.slow()[Symbol.asyncIterator]();
  expect((await reader.next()).value).to.equal(0);
  const sum = rejection(remote.sum(endless()));
  await until(() => made > 2);
  const rest = (async () => {
    while (!(await reader.next()).done);
  })();
  return {
    call: rejection(remote.never()),
    sum,
    reader,
    stream: rejection(rest),
    next: next as () => Promise<number>,
    finished: () => finished,
  };
}

/** Everything works, as it does for a peer that is new. */
async function worksAnew({ remote }: Host) {
  const items: number[] = [];
  for await (const item of remote.numbers({ to: 1000 })) items.push(item);
  expect([items.length, items.at(-1)]).to.deep.equal([1000, 999]);
  const seen: number[] = [];
  expect(await remote.load({ steps: [{ on: (at) => seen.push(at) }] })).to.equal(1);
  expect(seen).to.deep.equal([1]);
  const { next } = await remote.counter();
  expect([await next(), await next()]).to.deep.equal([1, 2]);
  (next as unknown as { release(): void }).release();
}

test('a reload of the guest ends all that is open, and what is opened then works', async () => {
  const host = join();
  const open = await openAll(host);
  const told: unknown[] = [];
  host.state.subscribe(({ status, reason, epoch }) => {
    told.push({ status, reason, epoch, ...(status === 'lost' && control(host).counts) });
  });
  frame.src = url;
  for (const error of [await open.call, await open.sum, await open.stream])
    expect(error).to.include({ code: 'lost', reason: 'reload', outcome: 'unknown' });
  expect(await open.reader.next()).to.deep.equal({ done: true, value: undefined });
  expect(await rejection(open.next())).to.include({ code: 'released' });
  await until(() => open.finished() > 0);
  await until(() => host.state.get().status === 'ready');
  expect(told).to.deep.equal([
    { status: 'lost', reason: 'reload', epoch: 1, ...nothing },
    { status: 'ready', reason: 'reload', epoch: 2 },
  ]);
  expect(await host.remote.useKept('of the page before')).to.equal(undefined);
  await worksAnew(host);
  await until(() => Object.values(control(host).counts).every((count) => count === 0));
  expect(open.finished()).to.equal(1);
});

test('a host that begins anew ends all that its guest had open for it', async () => {
  const first = join();
  const open = await openAll(first);
  expect(await first.remote.counts()).to.deep.include({ held: 1, lent: 1, outgoing: 1, incoming: 1 });
  // As if its page had gone, but this one stays to hear how the guest fares.
  control(first).release();
  expect(await open.stream).to.include({ code: 'closed', reason: 'local' });
  const host = join();
  // The call that asks is open itself.
  await until(async () => {
    const counts = await host.remote.counts();
    return Object.entries({ ...nothing, calls: 1 }).every(([key, count]) => counts[key] === count);
  });
  await until(async () => (await host.remote.made()).finished === 1);
  expect((await rejection(host.remote.useKept('of the host before'))).code).to.equal('released');
  await worksAnew(host);
});
