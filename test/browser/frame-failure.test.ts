import { expect } from '@open-wc/testing';
import type { OrielErrorEvent } from '../../dist/elements/events/error.js';
import type { OrielReadyEvent } from '../../dist/elements/events/ready.js';
import { guestUrl } from '../support/sites-url.js';
import {
  cleanUp,
  iframeOf,
  listen,
  mount,
  next,
  originOf,
  pause,
  place,
  type RoomFrame,
  rejectionOf,
  roomUrl,
  stateOf,
  until,
} from './frame-support.js';

teardown(cleanUp);

const isChromium = navigator.userAgent.includes('Chrome/');
/** Nothing listens here. */
const nobody = 'http://127.0.0.2:47/';

/** Each failure shows itself in the same four ways. */
async function failed(frame: RoomFrame): Promise<OrielErrorEvent> {
  const heard = next<OrielErrorEvent>(frame, 'oriel-error', 12_000);
  const rejected = rejectionOf(frame.ready);
  const error = await heard;
  expect((await rejected).code).to.equal(error.code);
  expect(error.message.length).to.be.greaterThan(20);
  await frame.updateComplete;
  expect(stateOf(frame)).to.equal('failed');
  expect(frame.shadowRoot?.querySelector('[role=alert] [part=retry]')).to.not.equal(null);
  return error;
}

suite('an address is refused before anything is loaded', () => {
  const refused: [string, Partial<RoomFrame>, string][] = [
    ['an empty src', { src: '' }, 'bad-src'],
    ['a malformed src', { src: 'http://' }, 'bad-src'],
    ['javascript:', { src: 'javascript:document.title="hacked"' }, 'bad-src'],
    ['javascript: with a tab in it', { src: 'java\tscript:alert(1)' }, 'bad-src'],
    ['data:', { src: 'data:text/html,hello' }, 'bad-src'],
    ['blob:', { src: URL.createObjectURL(new Blob([''], { type: 'text/html' })) }, 'bad-src'],
    ["the page's own origin", { src: location.href }, 'unsafe-sandbox'],
    ['a relative address', { src: 'guest.html' }, 'unsafe-sandbox'],
    [
      "the page's own origin, with its sandbox lifted",
      { src: '/x', sandbox: 'allow-scripts allow-same-origin' },
      'unsafe-sandbox',
    ],
    [
      "the page's own origin among those that may answer",
      { allowOrigins: location.origin },
      'unsafe-sandbox',
    ],
    ['a malformed origin', { allowOrigins: 'nonsense' }, 'bad-origin'],
    ['an origin with a path', { allowOrigins: 'https://guest.example/path' }, 'bad-origin'],
    ['any origin for a guest that has one', { allowOrigins: '*' }, 'bad-origin'],
  ];
  for (const [what, set, code] of refused) {
    test(`${what}: ${code}`, async () => {
      const frame = mount(set);
      expect((await failed(frame)).code).to.equal(code);
      expect(iframeOf(frame)).to.equal(null);
      frame.allowOrigins = undefined;
      frame.src = roomUrl();
      await frame.ready;
      expect(stateOf(frame)).to.equal('ready');
    });
  }

  test('no src at all is idle until somebody asks for it', async () => {
    const frame = mount({ src: undefined });
    await frame.updateComplete;
    expect(stateOf(frame)).to.equal('idle');
    const error = next<OrielErrorEvent>(frame, 'oriel-error');
    frame.retry();
    expect((await error).code).to.equal('bad-src');
  });
});

suite('a guest that does not come', () => {
  const timeout = 4000; // a page that loads has done so by then, whatever else this machine does
  const silent = guestUrl('silent.html');
  const expected: [what: string, set: Partial<RoomFrame>, code: string][] = [
    ['X-Frame-Options: DENY is silent', { src: guestUrl('silent.html', { xfo: 'DENY' }) }, 'silent'],
    [
      "frame-ancestors 'none' is silent",
      { src: guestUrl('silent.html', { csp: "frame-ancestors 'none'" }) },
      'silent',
    ],
    ['a 404 is silent', { src: guestUrl('nowhere.html') }, 'silent'],
    ['a 500 is silent', { src: guestUrl('silent.html', { status: 500 }) }, 'silent'],
    ['a good page without the guest script is silent', { src: silent }, 'silent'],
    ['a 204 has never loaded', { src: guestUrl('silent.html', { status: 204 }) }, 'never-loaded'],
    ['a download has never loaded', { src: guestUrl('silent.html', { attachment: 1 }) }, 'never-loaded'],
    [
      'a refused connection is what the engine shows of it',
      { src: nobody },
      isChromium ? 'silent' : 'never-loaded',
    ],
    ['a refused connection is unreachable when it is probed', { src: nobody, probe: true }, 'unreachable'],
    ['a probe that reaches a server says silent', { src: silent, probe: true }, 'silent'],
  ];
  const frames: RoomFrame[] = [];
  let errors: Promise<OrielErrorEvent>[] = [];

  // All of them wait for the timeout at once.
  suiteSetup(() => {
    errors = expected.map(([, set]) => {
      const frame = place({ timeout, ...set });
      frames.push(frame);
      const error = failed(frame);
      error.catch(() => {}); // its own test says it
      return error;
    });
  });
  suiteTeardown(() => frames.forEach((frame) => frame.remove()));

  for (const [index, [what, , expectedCode]] of expected.entries()) {
    test(what, async () => {
      const { code, message } = (await errors[index]) as OrielErrorEvent;
      expect(code).to.equal(expectedCode);
      if (code === 'silent') expect(message).to.contain(location.origin).and.to.contain('oriel doctor');
    });
  }

  test("the page's own policy is told at once", async () => {
    const frame = mount({ timeout: 60_000 });
    await frame.updateComplete;
    const { origin } = new URL(roomUrl());
    const violation = (blockedURI: string) =>
      document.dispatchEvent(
        new SecurityPolicyViolationEvent('securitypolicyviolation', {
          blockedURI,
          effectiveDirective: 'frame-src',
          violatedDirective: 'frame-src',
          disposition: 'enforce',
          documentURI: location.href,
          originalPolicy: '',
          statusCode: 200,
        }),
      );
    const errors = listen<OrielErrorEvent>(frame, 'oriel-error');
    violation('https://somebody.example');
    expect(errors.length).to.equal(0);
    violation(origin);
    expect(errors.map(({ code }) => code)).to.deep.equal(['blocked-by-csp']);
    expect(errors[0]?.message).to.contain(origin);
    expect(stateOf(frame)).to.equal('failed');
  });

  test('a guest without the SDK is shown when timeout is Infinity', async () => {
    const frame = mount({ src: guestUrl('silent.html'), timeout: Number.POSITIVE_INFINITY });
    await next(frame, 'oriel-load');
    await frame.updateComplete;
    expect(stateOf(frame)).to.equal('connecting');
    expect(getComputedStyle(iframeOf(frame)).opacity).to.equal('1');
  });

  test('a late guest connects by itself, and gets the newest props once', async () => {
    const frame = mount({ src: roomUrl({ late: 1200 }), timeout: 400, props: { count: 1 } });
    await failed(frame);
    frame.props = { count: 2 };
    await next(frame, 'oriel-ready');
    expect(stateOf(frame)).to.equal('ready');
    await frame.ready;
    await frame.updateComplete;
    expect(frame.shadowRoot?.querySelector('[role=alert]')).to.equal(null);
    expect(await frame.guest.seen()).to.deep.equal([{ count: 2 }]);
  });

  test('retry() after a timeout connects, to one guest', async () => {
    const frame = mount({ src: roomUrl({ late: 900 }), timeout: 300 });
    await failed(frame);
    frame.timeout = 8000;
    const readies = listen(frame, 'oriel-ready');
    frame.shadowRoot?.querySelector<HTMLElement>('[part=retry]')?.click();
    await frame.ready;
    await pause(600);
    expect(readies.length).to.equal(1);
    expect(frame.shadowRoot?.querySelectorAll('iframe').length).to.equal(1);
  });

  test('another contract or another major is told at once, not by the clock', async () => {
    expect((await failed(mount({ src: roomUrl({ name: 'test.other' }) }))).code).to.equal(
      'contract-mismatch',
    );
    const { code, message } = await failed(mount({ src: roomUrl({ version: '2.0.0' }) }));
    expect(code).to.equal('version-mismatch');
    expect(message).to.contain('2.0.0');
  });

  test('a newer minor connects', async () => {
    await mount({ src: roomUrl({ version: '1.9.0' }) }).ready;
  });
});

suite('origins', () => {
  test('a redirect to another origin that speaks is told at once, with its origin', async () => {
    const { code, message } = await failed(
      mount({ src: guestUrl('frame.html', { redirect: guestUrl('frame.html', { site: 3 }) }) }),
    );
    expect(code).to.equal('origin-changed');
    expect(message).to.contain(originOf(3));
    expect(message).to.contain(originOf(2));
  });

  test('a redirect to an origin that is listed works, and has its grants', async () => {
    const frame = mount({
      src: guestUrl('frame.html', { redirect: roomUrl({ site: 3 }) }),
      allowOrigins: `${originOf(2)} ${originOf(3)}`,
    });
    expect((await next<OrielReadyEvent>(frame, 'oriel-ready')).origin).to.equal(originOf(3));
  });

  test('a redirect on the same origin works', async () => {
    await mount({ src: guestUrl('frame.html', { redirect: roomUrl() }) }).ready;
  });

  test('an opaque guest connects without naming an origin', async () => {
    const frame = mount({ sandbox: 'allow-scripts', props: { count: 1 } });
    expect((await next<OrielReadyEvent>(frame, 'oriel-ready')).origin).to.equal('null');
    expect(await frame.guest.ask('sure')).to.equal('sure!');
    await until(() => iframeOf(frame).getBoundingClientRect().height === 200);
  });

  test('an opaque guest that loads another page is over', async () => {
    const frame = mount({ sandbox: 'allow-scripts' });
    await frame.ready;
    const error = next<OrielErrorEvent>(frame, 'oriel-error');
    const pending = rejectionOf(frame.guest.never());
    await frame.guest.go(roomUrl({ site: 3 }));
    expect((await error).code).to.equal('origin-changed');
    expect((await pending).code).to.equal('lost');
    expect(stateOf(frame)).to.equal('failed');
    frame.retry();
    await frame.ready;
  });

  test('a navigation to a page without the SDK is lost, then silent', async () => {
    const frame = mount();
    await frame.ready;
    const error = next<OrielErrorEvent>(frame, 'oriel-error');
    const pending = rejectionOf(frame.guest.never());
    await frame.guest.go(guestUrl('silent.html'));
    expect((await pending).code).to.equal('lost');
    expect((await error).code).to.equal('silent');
    expect(stateOf(frame)).to.equal('failed');
  });

  test('a navigation to a foreign origin that speaks: nothing but handshakes reach it, and it is told', async () => {
    const frame = mount();
    await frame.ready;
    const error = next<OrielErrorEvent>(frame, 'oriel-error');
    await frame.guest.go(roomUrl({ site: 3 }));
    expect((await error).code).to.equal('origin-changed');
    expect(stateOf(frame)).to.equal('failed');
  });

  test('a foreign page that only listens hears no more than a handshake', async () => {
    const frame = mount();
    await frame.ready;
    const heard: { types: unknown[] }[] = [];
    const hear = ({ data }: MessageEvent) => data?.recorded && heard.push(data);
    addEventListener('message', hear);
    const error = next<OrielErrorEvent>(frame, 'oriel-error');
    await frame.guest.go(guestUrl('listener.html', { site: 3 }));
    frame.guest.ask('secret').catch(() => {});
    frame.props = { count: 3 };
    expect((await error).code).to.equal('silent');
    iframeOf(frame).contentWindow?.postMessage({ type: 'what else?' }, '*');
    const types = await until(() => heard.find((it) => it.types.includes('what else?'))?.types);
    removeEventListener('message', hear);
    expect(types?.filter((kind) => kind !== 'SYN' && kind !== 'DESTROY')).to.deep.equal(['what else?']);
  });
});
