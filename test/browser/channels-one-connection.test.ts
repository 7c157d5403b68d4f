// Pages that share their connection to a server: frames of one origin here, which are pages like others.
import { expect } from '@open-wc/testing';
import { type Client, client } from '../../dist/bridge/index.js';
import { sse } from '../../dist/channels/sse.js';
import { websocket } from '../../dist/channels/websocket.js';
import { suite } from '../contracts/suite.contract.js';
import { guestUrl } from '../support/sites-url.js';
import { rejection, until } from '../support/wait.js';

const addresses = {
  sse: () => guestUrl('/stream'),
  websocket: () => guestUrl('/socket').replace('http', 'ws'),
};
type By = keyof typeof addresses;
type Far = Client<typeof suite>;

interface Page {
  readonly far: Far;
  readonly frame: HTMLIFrameElement;
}

/** Each test, in each engine, has a server of its own, by what it asks for. */
const urlOf = (by: By) => `${addresses[by]()}?of=${Math.random()}`;

async function page(by: By, url: string): Promise<Page> {
  const frame = document.createElement('iframe');
  frame.src = `/test/fixtures/channels/shared.html?${new URLSearchParams({ by, url })}`;
  document.body.append(frame);
  const far = await until(() => (frame.contentWindow as unknown as { far?: Far }).far);
  return { far, frame };
}

/** How many connections the server has at that address, and has had. */
async function counts(url: string): Promise<{ open: number; made: number }> {
  const { pathname, search } = new URL(url);
  const response = await fetch(guestUrl(`/connections?at=${encodeURIComponent(pathname + search)}`));
  return response.json();
}

for (const by of ['sse', 'websocket'] as const) {
  test(`${by}: eight pages have one connection, and a plain fetch finds its way`, async () => {
    const url = urlOf(by);
    const pages = await Promise.all(Array.from({ length: 8 }, () => page(by, url)));
    const sums = await Promise.all(pages.map(({ far }, i) => far.add({ a: i, b: 1 })));
    expect(sums).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(await counts(url)).to.deep.equal({ open: 1, made: 1 });
    const start = performance.now();
    await (await fetch(guestUrl('/dist/contract/index.js'), { cache: 'no-store' })).text();
    expect(performance.now() - start).to.be.lessThan(1000);
    // Streams and callbacks of each go to where they are asked for.
    await Promise.all(
      pages.map(async ({ far }, i) => {
        const items: number[] = [];
        for await (const item of far.numbers({ to: i })) items.push(item);
        expect(items.length).to.equal(i);
        const heard: number[] = [];
        await far.load({ steps: [{ on: (percent) => heard.push(percent + i) }] });
        expect(heard).to.deep.equal([1 + i]);
      }),
    );
    for (const { frame } of pages) frame.remove();
    await until(async () => (await counts(url)).open === 0);
  });

  test(`${by}: when the page that has the connection goes, another takes it, and nothing is lost`, async () => {
    const url = urlOf(by);
    const pages: Page[] = [];
    for (let i = 0; i < 4; i++) {
      const one = await page(by, url);
      await one.far.add({ a: 1, b: 1 }); // so that the first of them has it
      pages.push(one);
    }
    const [first, ...rest] = pages as [Page, ...Page[]];
    const calls = rest.map(({ far }) => rejection(far.never()));
    const readers = rest.map(({ far }) => {
      const reader = far.slow()[Symbol.asyncIterator]();
      return reader.next().then(() => reader);
    });
    await Promise.all(readers);
    const start = performance.now();
    first.frame.remove();
    for (const call of calls) {
      const { code, reason, outcome } = await call;
      expect([code, reason, outcome]).to.deep.equal(['lost', 'transport', 'unknown']);
    }
    const sums = await Promise.all(rest.map(({ far }, i) => far.add({ a: i, b: 1 })));
    expect(performance.now() - start).to.be.lessThan(2000);
    expect(sums).to.deep.equal([1, 2, 3]);
    expect(await counts(url)).to.deep.equal({ open: 1, made: 2 });
    for (const { frame } of rest) frame.remove();
  });

  test(`${by}: calls that are made during the hand-over are answered`, async () => {
    const url = urlOf(by);
    const first = await page(by, url);
    await first.far.add({ a: 1, b: 1 });
    const second = await page(by, url);
    await second.far.add({ a: 1, b: 1 });
    const lost = rejection(second.far.never());
    first.frame.remove();
    await lost;
    const answers = Array.from({ length: 20 }, (_, i) => second.far.add({ a: i, b: 0 }));
    expect(await Promise.all(answers)).to.deep.equal(Array.from({ length: 20 }, (_, i) => i));
    second.frame.remove();
  });

  test(`${by}: a page that goes takes its sessions along, and no other`, async () => {
    const url = urlOf(by);
    const first = await page(by, url);
    await first.far.add({ a: 1, b: 1 });
    const second = await page(by, url);
    const reader = second.far.slow()[Symbol.asyncIterator]();
    await reader.next();
    second.frame.remove();
    expect(await first.far.add({ a: 2, b: 1 })).to.equal(3);
    expect(await counts(url)).to.deep.equal({ open: 1, made: 1 });
    first.frame.remove();
    await until(async () => (await counts(url)).open === 0);
  });

  for (const [what, away, back] of [
    ['is frozen', (at: Window) => at.document, 'freeze resume'],
    ['is put into the back/forward cache', (at: Window) => at, 'pagehide pageshow'],
  ].map(([title, target, events]) => {
    const [gone = '', returned = ''] = (events as string).split(' ');
    const say = (type: string) => (at: Window) =>
      (target as (at: Window) => EventTarget)(at).dispatchEvent(new Event(type));
    return [title, say(gone), say(returned)] as const;
  }))
    test(`${by}: a page that ${what} gives the connection away, and is back with its own calls`, async () => {
      const url = urlOf(by);
      const first = await page(by, url);
      await first.far.add({ a: 1, b: 1 });
      const second = await page(by, url);
      await second.far.add({ a: 1, b: 1 });
      const calls = [rejection(second.far.never()), rejection(first.far.never())];
      away(first.frame.contentWindow as Window);
      expect((await calls[0]).code).to.equal('lost');
      expect(await second.far.add({ a: 2, b: 1 })).to.equal(3);
      back(first.frame.contentWindow as Window);
      expect((await calls[1]).code).to.equal('lost');
      expect(await first.far.add({ a: 2, b: 2 })).to.equal(4);
      expect(await counts(url)).to.deep.equal({ open: 1, made: 2 });
      first.frame.remove();
      second.frame.remove();
    });

  test(`${by}: without Web Locks each page connects alone`, async () => {
    const { locks } = navigator;
    Object.defineProperty(navigator, 'locks', { value: undefined, configurable: true });
    try {
      const url = urlOf(by);
      const open = () => client(suite, (by === 'sse' ? sse : websocket)(url, { share: true }));
      const ends = [open(), open()];
      await Promise.all(ends.map((far) => far.add({ a: 1, b: 1 })));
      expect(await counts(url)).to.deep.equal({ open: 2, made: 2 });
      for (const far of ends) far.close();
    } finally {
      Object.defineProperty(navigator, 'locks', { value: locks, configurable: true });
    }
  });

  test(`${by}: where a lock can not be had, whoever waits hears why, and the next one tries again`, async () => {
    const { locks } = navigator;
    // As in a frame of no origin.
    const request = () => Promise.reject(new DOMException('No locks here.', 'SecurityError'));
    Object.defineProperty(navigator, 'locks', { value: { request }, configurable: true });
    const url = urlOf(by);
    const channel = (by === 'sse' ? sse : websocket)(url, { share: true });
    const open = () => client(suite, channel, { onError: () => {} });
    try {
      const error = await rejection(open().ready);
      expect(error).to.include({ code: 'unreachable' });
      expect(error.message).to.match(/can't be shared here: No locks here\./);
    } finally {
      Object.defineProperty(navigator, 'locks', { value: locks, configurable: true });
    }
    const far = open();
    expect(await far.add({ a: 1, b: 1 })).to.equal(2);
    far.close();
  });

  test(`${by}: what shares a connection by a function for an address needs a name`, () => {
    expect(() => (by === 'sse' ? sse : websocket)(() => 'x', { share: true })).to.throw(
      TypeError,
      /must be a name/,
    );
  });
}

test('sse: what is too long for the server ends the session of its own page alone', async () => {
  const url = urlOf('sse');
  const first = await page('sse', url);
  await first.far.add({ a: 1, b: 1 });
  const second = await page('sse', url);
  await second.far.add({ a: 1, b: 1 });
  let over = false;
  first.far.never().catch(() => {
    over = true;
  });
  // As text each of these has six characters, which makes more than a post may have.
  const long = '\u0001'.repeat(5e6);
  expect((await rejection(second.far.echo(long))).code).to.equal('lost');
  expect(await second.far.add({ a: 1, b: 2 })).to.equal(3);
  expect((await rejection(first.far.echo(long))).code).to.equal('not-cloneable');
  expect(await first.far.add({ a: 1, b: 3 })).to.equal(4);
  expect(over).to.equal(false);
  expect(await counts(url)).to.deep.equal({ open: 1, made: 1 });
  first.frame.remove();
  second.frame.remove();
});

test('a token that is refused is told to all pages that share the connection, once', async () => {
  const url = `${guestUrl('/stream')}?token=good`;
  let asked = 0;
  const open = () =>
    client(suite, sse(url, { share: true, token: () => `bad ${asked++}` }), {
      onError: () => {},
      timeout: 4000,
    });
  const ends = [open(), open(), open()];
  const errors = await Promise.all(ends.map((far) => rejection(far.add({ a: 1, b: 1 }))));
  expect(errors.map(({ code }) => code)).to.deep.equal(['unauthorized', 'unauthorized', 'unauthorized']);
  expect(asked).to.equal(2);
  for (const far of ends) far.close();
});
