// Guests that have much to say and mean no harm, and a page that has other things to do: none is taken for a flood.
import { expect } from '@open-wc/testing';
import { contract, event, method, stream, type } from '../../dist/contract/index.js';
import type { OrielErrorEvent } from '../../dist/elements/events/error.js';
import type { OrielFrame } from '../../dist/elements/frame/frame.js';
import { guestUrl } from '../support/sites-url.js';
import { cleanUp, listen, mount, until } from './frame-support.js';

teardown(cleanUp);

const eager = contract({
  name: 'test.eager',
  version: '1.0.0',
  host: { ask: method({ input: type<number>(), output: type<number>() }) },
  guest: {
    atOnce: method({ input: type<number>() }),
    oneByOne: method({ input: type<number>() }),
    forLong: method({ input: type<number>(), output: type<number>() }),
    asks: method({ input: type<number>(), output: type<number[]>() }),
    chunks: stream({ input: type<number>(), output: type<Uint8Array>() }),
    said: event(type<number>()),
  },
});

/** A frame that is ready, and what its guest has said so far. */
async function listening() {
  const frame = mount({
    contract: eager,
    src: guestUrl('eager.html'),
    host: { ask: (number: number) => number },
  } as never) as unknown as OrielFrame<typeof eager>;
  const errors = listen<OrielErrorEvent>(frame, 'oriel-error');
  const said: number[] = [];
  frame.peer?.on('said', (number) => said.push(number));
  await frame.ready;
  return { frame, guest: frame.guest, said, errors };
}

/** Keeps the page from everything else. */
function busy(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; );
}

const counted = (count: number) => Array.from({ length: count }, (_, i) => i);

for (const how of ['atOnce', 'oneByOne'] as const) {
  test(`a burst of 10,000 events, ${how}, is heard whole and in order`, async () => {
    const { guest, said, errors } = await listening();
    await guest[how](9_990); // what is asked for it counts too
    await until(() => said.length >= 9_990);
    expect(said).to.deep.equal(counted(9_990));
    expect(errors).to.deep.equal([]);
  });
}

test('what came while the page was busy for two seconds is heard after', async function () {
  this.timeout(60_000);
  const { frame, guest, said, errors } = await listening();
  const done = guest.forLong(4000);
  await until(() => said.length);
  busy(2000);
  const count = await done;
  await until(() => said.length >= count, 20_000);
  expect(said).to.deep.equal(counted(count));
  expect(errors).to.deep.equal([]);
  expect(frame.peer?.state.get()).to.include({ status: 'ready', epoch: 1 });
});

test('a page that takes its time with each of them still hears all', async function () {
  this.timeout(60_000);
  const { frame, guest, said, errors } = await listening();
  frame.peer?.on('said', () => busy(2));
  const count = await guest.forLong(1500);
  await until(() => said.length >= count, 40_000);
  expect(said).to.deep.equal(counted(count));
  expect(errors).to.deep.equal([]);
});

test('a thousand calls at once, either way, and again', async () => {
  const { guest, errors } = await listening();
  for (let round = 0; round < 3; round++) {
    const both = [guest.asks(500), ...counted(400).map(() => guest.asks(1))] as const;
    const [asked, ...singles] = await Promise.all(both);
    expect(asked).to.deep.equal(counted(500));
    expect(singles.length).to.equal(400);
  }
  expect(errors).to.deep.equal([]);
});

test('a stream of large chunks arrives whole, in spite of a page that is busy now and then', async function () {
  this.timeout(60_000);
  const { guest, errors } = await listening();
  let bytes = 0;
  for await (const chunk of guest.chunks(400)) {
    if (bytes % (100 * 65_536) === 0) busy(200);
    bytes += chunk.byteLength;
  }
  expect(bytes).to.equal(400 * 65_536);
  expect(errors).to.deep.equal([]);
});
