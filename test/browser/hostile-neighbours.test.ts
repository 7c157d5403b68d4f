// Pages that are not the guest, or no longer, and say what only the guest may.
import { expect } from '@open-wc/testing';
import type { OrielErrorEvent } from '../../dist/elements/events/error.js';
import { guestUrl } from '../support/sites-url.js';
import {
  cleanUp,
  iframeOf,
  keep,
  listen,
  mount,
  next,
  originOf,
  type RoomFrame,
  rejectionOf,
  roomUrl,
  stateOf,
  until,
} from './frame-support.js';
import { attackUrl, uncaughtIn } from './hostile-support.js';

teardown(cleanUp);

/** What another frame of this page says: the next message from its window that `wanted` takes. */
function said<T = unknown>(from: Window | null | undefined, wanted: (data: any) => unknown): Promise<T> {
  return new Promise((resolve) => {
    const hear = ({ source, data }: MessageEvent) => {
      if ((from && source !== from) || !wanted(data)) return;
      removeEventListener('message', hear);
      resolve(data);
    };
    addEventListener('message', hear);
  });
}

/** A frame of the page beside the guest's, which has posted all it has when this resolves. */
async function neighbour(site: number, sandbox?: string): Promise<HTMLIFrameElement> {
  const frame = keep(document.createElement('iframe'));
  if (sandbox) frame.setAttribute('sandbox', sandbox);
  frame.src = attackUrl('neighbour', { site });
  document.body.append(frame);
  await said(frame.contentWindow, (data) => data === 'done');
  return frame;
}

async function heardBy(window: Window | null | undefined): Promise<unknown[]> {
  const answer = said<{ heard: unknown[] }>(window, (data) => data?.heard);
  window?.postMessage('what did you hear?', '*');
  return (await answer).heard;
}

/** A frame that is ready, and what reaches its host. */
async function watched(set: Partial<RoomFrame> = {}) {
  const asked: string[] = [];
  const frame = mount({
    props: { count: 1 },
    host: { ask: (question: string) => (asked.push(question), `${question}!`) },
    ...set,
  });
  const errors = listen<OrielErrorEvent>(frame, 'oriel-error');
  const solved: unknown[] = [];
  frame.peer?.on('solved', (payload) => solved.push(payload));
  await frame.ready;
  await until(() => iframeOf(frame).getBoundingClientRect().height === 200);
  return { frame, asked, errors, solved };
}

async function unharmed({ frame, asked, errors, solved }: Awaited<ReturnType<typeof watched>>) {
  expect(frame.peer?.state.get()).to.include({ status: 'ready', epoch: 1 });
  expect(stateOf(frame)).to.equal('ready');
  expect(await frame.guest.ask('still')).to.equal('still!');
  expect(asked).to.deep.equal(['still']);
  expect([errors, solved]).to.deep.equal([[], []]);
  expect(await frame.guest.seen()).to.deep.equal([{ count: 1 }]);
  expect(iframeOf(frame).getBoundingClientRect().height).to.equal(200);
}

test('a sibling frame of the guest’s own origin is not the guest, and the trace tells of it once', async () => {
  const target = await watched();
  const refused: unknown[] = [];
  target.frame.peer?.trace(({ type, outcome }) => type === 'refused' && refused.push(outcome));
  const uncaught = await uncaughtIn(async () => {
    const sibling = await neighbour(2);
    expect(new URL(sibling.src).origin).to.equal(originOf(2));
    expect(refused).to.deep.equal([originOf(2)]);
    await unharmed(target);
    expect(await heardBy(sibling.contentWindow)).to.deep.equal([]);
    await neighbour(2);
    await neighbour(3);
    expect(refused).to.deep.equal([originOf(2), originOf(3)]);
  });
  expect(uncaught).to.deep.equal([]);
});

test('a sibling that speaks before the guest does is not taken for it', async () => {
  const frame = mount({ src: roomUrl({ late: 600 }) });
  const errors = listen(frame, 'oriel-error');
  await neighbour(2);
  expect(stateOf(frame)).to.not.equal('ready');
  await frame.ready;
  expect(await frame.guest.ask('sure')).to.equal('sure!');
  expect(errors.length).to.equal(0);
});

test('a second opaque frame is not the opaque guest', async () => {
  const target = await watched({ sandbox: 'allow-scripts' });
  const uncaught = await uncaughtIn(async () => {
    const second = await neighbour(2, 'allow-scripts');
    await unharmed(target);
    expect(await heardBy(second.contentWindow)).to.deep.equal([]);
  });
  expect(uncaught).to.deep.equal([]);
});

test('two opaque guests beside each other each have their own host', async () => {
  const first = await watched({ sandbox: 'allow-scripts' });
  const second = await watched({ sandbox: 'allow-scripts' });
  await unharmed(first);
  await unharmed(second);
});

test('a page above the host reaches neither the host nor its guest', async () => {
  const { forge } = (await import(guestUrl('hostile/forged.js'))) as { forge(target: Window): void };
  const { formats } = (await import(guestUrl('hostile/formats.js'))) as { formats: unknown[] };
  // This page is the one above; the host is of site 3, and its guest of site 2 has given its window away.
  const host = keep(document.createElement('iframe'));
  let guest: Window | undefined;
  const hear = ({ source, data }: MessageEvent) => {
    if (data === 'a guest') guest = source as Window;
  };
  addEventListener('message', hear);
  host.src = guestUrl('hostile/host.html', { site: 3, guest: guestUrl('hostile/exposed.html') });
  document.body.append(host);
  await said(host.contentWindow, (data) => data === 'ready');
  await until(() => guest);
  removeEventListener('message', hear);
  for (const target of [host.contentWindow, guest] as Window[]) {
    forge(target);
    for (const each of formats) target.postMessage(each, '*');
    target.postMessage({ big: 'x'.repeat(5_000_000) }, '*');
  }
  const became = said<Record<string, unknown>>(host.contentWindow, (data) => data?.status);
  host.contentWindow?.postMessage('what became of you?', '*');
  expect(await became).to.deep.equal({
    status: 'ready',
    epoch: 1,
    height: 200,
    answer: 'still!',
    asked: ['still'],
    errors: [],
    solved: [],
    seen: [{ count: 1 }],
    uncaught: [],
  });
});

suite('a page of another origin in the guest’s place', () => {
  test('is told apart at once when it speaks, reaches nothing, and is told nothing', async () => {
    const { frame, asked, errors, solved } = await watched();
    const error = next<OrielErrorEvent>(frame, 'oriel-error');
    const pending = rejectionOf(frame.guest.never());
    const window = iframeOf(frame).contentWindow;
    const done = said(window, (data) => data === 'done');
    await frame.guest.go(attackUrl('foreign', { site: 3 }));
    await done;
    const { code, message } = await error;
    expect(code).to.equal('origin-changed');
    expect(message).to.contain(originOf(2)).and.contain(originOf(3));
    expect(await pending).to.include({ code: 'lost' });
    expect(stateOf(frame)).to.equal('failed');
    frame.props = { count: 2 };
    const call = rejectionOf(frame.guest.ask('secret', { timeout: 200 }));
    expect(await call).to.include({ code: 'timeout' });
    expect(await heardBy(window)).to.deep.equal([]);
    expect([asked, solved]).to.deep.equal([[], []]);
    expect(errors.map((each) => each.code)).to.deep.equal(['origin-changed']);
    expect(iframeOf(frame).style.height).to.equal('200px');
  });

  test('hears nothing at all while it says nothing', async () => {
    const { frame } = await watched();
    const window = iframeOf(frame).contentWindow;
    const loaded = next(frame, 'oriel-load');
    const error = next<OrielErrorEvent>(frame, 'oriel-error');
    await frame.guest.go(attackUrl('listens', { site: 3 }));
    await loaded;
    const call = rejectionOf(frame.guest.ask('secret', { timeout: 3000 }));
    frame.props = { count: 2 };
    expect((await error).code).to.equal('silent');
    expect(await call).to.include({ code: 'timeout' });
    expect(await heardBy(window)).to.deep.equal([]);
  });

  test('is silent when a redirect led to it and it says nothing', async () => {
    const silent = guestUrl('silent.html', { site: 3 });
    const frame = mount({ src: guestUrl('frame.html', { redirect: silent }), timeout: 1000 });
    const { code, message } = await next<OrielErrorEvent>(frame, 'oriel-error');
    expect(code).to.equal('silent');
    expect(message).to.contain('redirected');
  });

  test('a change of origin is named as a possible cause when a guest goes to a page that says nothing', async () => {
    const { frame } = await watched();
    const error = next<OrielErrorEvent>(frame, 'oriel-error');
    await frame.guest.go(guestUrl('silent.html', { site: 3 }));
    const { code, message } = await error;
    expect(code).to.equal('silent');
    expect(message).to.contain('of another origin');
    expect(stateOf(frame)).to.equal('failed');
  });
});
