import { expect } from '@open-wc/testing';
import { contract, method, type } from '../../dist/contract/index.js';
import type { OrielErrorEvent } from '../../dist/elements/events/error.js';
import type { OrielFreshnessEvent } from '../../dist/elements/events/freshness.js';
import type { OrielFrame } from '../../dist/elements/frame/frame.js';
import { type Answer, envelope, type Freshness, FreshnessStore, Resume } from '../../dist/events/index.js';
import { guestUrl } from '../support/sites-url.js';
import { cleanUp, iframeOf, keep, listen, next, place, stateOf, until } from './frame-support.js';

/** The contract of fixtures/freshness.html. */
const gauge = contract({
  name: 'test.gauge',
  version: '1.0.0',
  props: type<{ alarm: string }>(),
  guest: {
    boot: method({ output: type<number>() }),
    shown: method({ output: type<string>() }),
    follow: method({ input: type<Partial<Freshness>>() }),
    change: method({ input: type<unknown[]>(), output: type<number>() }),
    leave: method({ output: type<number>() }),
    mute: method(),
    reload: method(),
    quit: method(),
  },
});
type GaugeFrame = OrielFrame<typeof gauge>;

/** A frame that shows its guest. */
async function shown(set: Partial<GaugeFrame> = {}, attributes = {}, query = {}): Promise<GaugeFrame> {
  const src = guestUrl('freshness.html', query);
  const frame = keep(place({ contract: gauge, src, ...set } as never, attributes)) as unknown as GaugeFrame;
  await frame.ready;
  await frame.updateComplete;
  return frame;
}

const freshnessOf = (frame: Element) =>
  ['live', 'catching-up', 'stale', 'reset'].filter((name) => frame.matches(`:state(${name})`)).join('+');
const regionOf = (frame: Element) => frame.shadowRoot?.querySelector('[aria-live]') as HTMLElement;
const said = (frame: Element) => regionOf(frame).textContent?.trim();
const boxOf = (element: Element) => element.getBoundingClientRect();
const at = new Date('2026-03-01T09:30:00Z');

/** An answer of a log with one alarm in it. */
const page = (seq: number, alarm: string, answer: 'replayed' | 'live' = 'live'): Answer => ({
  answer,
  next: `e:${seq}`,
  events: [
    { cursor: `e:${seq}`, event: envelope({ id: `a${seq}`, source: '/plant', type: 'alarm', data: alarm }) },
  ],
});

teardown(cleanUp);

suite('freshness', () => {
  test('an alarm that is raised while a widget is offline: stale, since when, and then the right value without a reload', async () => {
    const resume = new Resume();
    const frame = await shown({ freshness: resume.freshness });
    const heard = listen<OrielFreshnessEvent>(frame, 'oriel-freshness');
    const take = (answer: Answer) => {
      for (const { event } of resume.take(answer)) frame.props = { alarm: String(event.data) };
    };
    const boot = await frame.guest.boot();
    expect(freshnessOf(frame)).to.equal('catching-up');
    expect(frame.staleSince).to.equal(undefined);

    take(page(1, 'none'));
    expect(freshnessOf(frame)).to.equal('live');
    await until(async () => (await frame.guest.shown()) === 'none');

    resume.lost(at.getTime());
    expect(freshnessOf(frame)).to.equal('stale');
    expect(frame.getAttribute('stale-since')).to.equal(at.toISOString());
    expect(frame.staleSince).to.deep.equal(at);
    expect(stateOf(frame)).to.equal('ready');
    expect(await frame.guest.shown()).to.equal('none');

    resume.connected();
    expect(freshnessOf(frame)).to.equal('catching-up');
    expect(frame.staleSince, 'what is shown is as old as before').to.deep.equal(at);
    take(page(2, 'fire', 'replayed'));
    expect(frame.staleSince).to.deep.equal(at);
    take(page(3, 'still fire'));
    expect(freshnessOf(frame)).to.equal('live');
    expect(frame.hasAttribute('stale-since')).to.equal(false);
    await until(async () => (await frame.guest.shown()) === 'still fire');
    expect(await frame.guest.boot()).to.equal(boot);

    resume.lost();
    resume.connected();
    take(page(4, 'none'));
    expect(heard.map(({ state }) => state).join(' ')).to.equal(
      'live stale catching-up live stale catching-up live',
    );
    expect(heard.map(({ staleSince }) => staleSince?.getTime()).slice(0, 4)).to.deep.equal([
      undefined,
      at.getTime(),
      at.getTime(),
      undefined,
    ]);
  });

  test('a reset is shown until what was missed has been fetched', async () => {
    const resume = new Resume();
    const frame = await shown({ freshness: resume.freshness });
    resume.take(page(1, 'none'));
    resume.take({ answer: 'reset', reason: 'trimmed', earliest: 'e:5', latest: 'e:9' });
    resume.take({ answer: 'live', events: [], next: 'e:9' });
    await frame.updateComplete;
    expect(freshnessOf(frame)).to.equal('reset');
    expect(said(frame)).to.match(/^Something was missed/);
    expect(Date.now() - Number(frame.staleSince)).to.be.within(0, 60_000);
    resume.recovered();
    expect(freshnessOf(frame)).to.equal('live');
    expect(frame.staleSince).to.equal(undefined);
  });

  test('is said politely, in one region that is there from the start, and in the page’s own words', async () => {
    const store = new FreshnessStore();
    const frame = await shown({ freshness: store });
    const region = regionOf(frame);
    const regions = frame.shadowRoot?.querySelectorAll('[aria-live], [role=status], [role=alert]');
    expect([...(regions ?? [])]).to.deep.equal([region]);
    expect(region.ariaLive ?? region.getAttribute('aria-live')).to.equal('polite');
    store.change('live');
    await frame.updateComplete;
    expect(said(frame), 'all is well').to.equal('');

    const now = new Date();
    store.change('lost', now.getTime());
    await frame.updateComplete;
    const time = now.toLocaleString('en', { timeStyle: 'short' });
    frame.lang = 'en';
    frame.requestUpdate();
    await frame.updateComplete;
    expect(said(frame)).to.equal(`Not up to date since ${time}.`);

    frame.lang = 'de';
    frame.setAttribute('stale-text', 'Stand von {time}');
    await frame.updateComplete;
    expect(said(frame)).to.equal(`Stand von ${now.toLocaleString('de', { timeStyle: 'short' })}`);
    frame.lang = 'not a language';
    frame.staleText = 'Alt: {time}';
    await frame.updateComplete;
    expect(said(frame)).to.equal(`Alt: ${now.toLocaleString(undefined, { timeStyle: 'short' })}`);

    const own = Object.assign(document.createElement('b'), { slot: 'stale', textContent: 'Own words' });
    frame.append(own);
    expect(own.assignedSlot && region.contains(own.assignedSlot)).to.equal(true);
    expect(boxOf(own).height).to.be.greaterThan(0);

    store.change('behind');
    frame.catchingUpText = 'Gleich …';
    await frame.updateComplete;
    expect(said(frame)).to.equal('Gleich …');
    store.change('live');
    frame.liveText = 'Wieder aktuell.';
    await frame.updateComplete;
    expect(said(frame)).to.equal('Wieder aktuell.');
    expect(regionOf(frame)).to.equal(region);
    expect(boxOf(region).height, 'heard, not seen').to.equal(1);
  });

  test('says the day too where that was not today', async () => {
    const store = new FreshnessStore();
    const frame = await shown({ freshness: store, staleText: '{time}', lang: 'en' });
    store.change('lost', at.getTime());
    await frame.updateComplete;
    expect(said(frame)).to.equal(at.toLocaleString('en', { timeStyle: 'short', dateStyle: 'medium' }));
  });

  test('a stale guest does not look live, and what says so covers nothing of it', async () => {
    const store = new FreshnessStore();
    const frame = await shown({ freshness: store, autosize: 'none' });
    const iframe = iframeOf(frame);
    const look = () => getComputedStyle(iframe).filter;
    store.change('live');
    await frame.updateComplete;
    expect(look()).to.equal('none');
    const { height } = boxOf(frame);
    const inside = boxOf(iframe).height;
    expect(inside).to.equal(height);

    store.change('lost');
    await frame.updateComplete;
    expect(look()).to.contain('grayscale(1)');
    frame.style.setProperty('--oriel-stale-filter', 'sepia(1)');
    expect(look()).to.equal('sepia(1)');
    const note = boxOf(regionOf(frame));
    expect(note.height).to.be.greaterThan(10);
    expect(boxOf(iframe).top).to.be.at.least(note.bottom);
    expect(boxOf(iframe).height).to.equal(inside);
    expect(iframeOf(frame)).to.equal(iframe);

    // Where the page gave the frame a height, the note is within it.
    frame.style.height = '300px';
    expect(boxOf(iframe).bottom).to.be.within(boxOf(frame).bottom - 1, boxOf(frame).bottom + 1);
    expect(boxOf(frame).height).to.equal(300);
    store.change('live');
    await frame.updateComplete;
    expect(look()).to.equal('none');
    expect(boxOf(iframe).height).to.equal(300);
  });

  test('a store that was set before the tag was defined counts, and one that is none is refused', async () => {
    const store = new FreshnessStore();
    const elsewhere = document.implementation.createHTMLDocument();
    const frame = elsewhere.createElement('oriel-frame') as OrielFrame;
    frame.freshness = store;
    expect(Object.hasOwn(frame, 'freshness')).to.equal(true);
    document.body.append(keep(frame));
    await frame.updateComplete;
    expect(frame.freshness).to.equal(store);
    expect(freshnessOf(frame)).to.equal('catching-up');
    expect(() => Object.assign(frame, { freshness: { state: 'live' } })).to.throw(
      TypeError,
      'get() and subscribe()',
    );
    expect(frame.freshness).to.equal(store);
    frame.freshness = undefined;
    expect(freshnessOf(frame)).to.equal('');
    store.change('lost');
    expect(freshnessOf(frame)).to.equal('');
  });

  test('a frame that was taken away hears nothing, and shows what is so when it is back', async () => {
    let listeners = 0;
    const store = new FreshnessStore();
    const counted = {
      get: () => store.get(),
      subscribe(listener: (value: Freshness) => void) {
        const leave = store.subscribe(listener);
        listeners++;
        return () => {
          listeners--;
          leave();
        };
      },
    };
    const frame = await shown({ freshness: counted });
    store.change('live');
    expect(listeners).to.equal(1);
    document.body.append(frame); // moved
    expect(listeners).to.equal(1);
    frame.remove();
    expect(listeners).to.equal(0);
    store.change('lost', at.getTime());
    expect(freshnessOf(frame)).to.equal('live');
    document.body.append(frame);
    expect(listeners).to.equal(1);
    expect(freshnessOf(frame)).to.equal('stale');
    expect(frame.staleSince).to.deep.equal(at);
    frame.freshness = new FreshnessStore();
    expect(listeners).to.equal(0);
  });

  test('a guest that follows a system by itself tells how fresh it is, again after a reload', async () => {
    const frame = await shown({}, {}, { follows: 1 });
    await until(() => freshnessOf(frame) === 'catching-up');
    await frame.guest.change([{ state: 'live', since: Date.now() }]);
    await until(() => freshnessOf(frame) === 'live');
    await frame.guest.change([{ state: 'stale', since: at.getTime() }]);
    await until(() => freshnessOf(frame) === 'stale');
    expect(frame.getAttribute('stale-since')).to.equal(at.toISOString());
    await frame.guest.change([{ state: 'live', since: Date.now() }]);
    await until(() => freshnessOf(frame) === 'live');
    expect(frame.hasAttribute('stale-since')).to.equal(false);

    const ready = next(frame, 'oriel-ready');
    const heard = listen<OrielFreshnessEvent>(frame, 'oriel-freshness');
    await frame.guest.reload();
    await ready;
    await until(() => freshnessOf(frame) === 'catching-up');
    expect(heard.map(({ state }) => state)).not.to.include('live'); // what the document before it said
  });

  test('the worse of what the page knows and what the guest tells counts', async () => {
    const store = new FreshnessStore();
    const frame = await shown({ freshness: store });
    store.change('live');
    await frame.guest.follow({ state: 'stale', since: at.getTime() });
    await until(() => freshnessOf(frame) === 'stale');
    store.change('reset');
    expect(freshnessOf(frame)).to.equal('reset');
    expect(frame.staleSince).to.deep.equal(at);
    store.change('recovered');
    expect(freshnessOf(frame)).to.equal('stale');
    await frame.guest.change([{ state: 'live', since: Date.now() }]);
    await until(() => freshnessOf(frame) === 'live');
    await frame.guest.change([{ state: 'stale', since: Date.now() }]);
    await until(() => freshnessOf(frame) === 'stale');
    expect(await frame.guest.leave(), 'its store is left').to.equal(0);
    await until(() => freshnessOf(frame) === 'live');
  });

  test('of much that a guest tells at once the last is shown', async () => {
    const frame = await shown();
    await frame.guest.follow({ state: 'live', since: 0 });
    await until(() => freshnessOf(frame) === 'live');
    const heard = listen<OrielFreshnessEvent>(frame, 'oriel-freshness');
    const many = Array.from({ length: 301 }, (_, i) => ({ state: i % 2 ? 'live' : 'stale', since: i }));
    await frame.guest.change(many);
    await until(() => freshnessOf(frame) === 'stale');
    await frame.guest.change([{ state: 'live', since: 0 }]);
    await until(() => freshnessOf(frame) === 'live');
    expect(heard.length).to.be.lessThan(20);
  });

  test('a guest that tells nonsense is refused, and what it told before holds', async () => {
    const frame = await shown();
    await frame.guest.follow({ state: 'live', since: 0 });
    await until(() => freshnessOf(frame) === 'live');
    const errors = listen<OrielErrorEvent>(frame, 'oriel-error');
    await frame.guest.change([
      { state: 'fine', since: 0 },
      { state: 'stale', since: Number.NaN },
      { state: 'stale', since: 1e300 },
      { state: '__proto__', since: 0 },
    ]);
    await until(() => errors.length === 4);
    expect(errors[0]?.code).to.equal('invalid');
    expect(errors[0]?.message).to.contain('"since" in ms since 1970');
    expect(freshnessOf(frame)).to.equal('live');
  });

  test('a guest that is silent is stale, whatever it said last', async () => {
    const frame = await shown({ unresponsiveAfter: 400 });
    await frame.guest.follow({ state: 'live', since: 0 });
    await until(() => freshnessOf(frame) === 'live');
    await frame.guest.mute();
    await until(() => freshnessOf(frame) === 'stale');
    expect(frame.peer?.state.get().responsive).to.equal(false);
    expect(Date.now() - Number(frame.staleSince)).to.be.within(0, 60_000);
  });

  test('a guest that closed itself is stale: nobody feeds it any more', async () => {
    const frame = await shown();
    await frame.guest.follow({ state: 'live', since: 0 });
    await until(() => freshnessOf(frame) === 'live');
    await frame.guest.quit();
    await until(() => freshnessOf(frame) === 'stale');
  });

  test('a frame of which nobody tells how fresh it is says nothing', async () => {
    const frame = await shown();
    expect(freshnessOf(frame)).to.equal('');
    expect(frame.hasAttribute('stale-since')).to.equal(false);
    expect(said(frame)).to.equal('');
    expect(boxOf(frame).height).to.equal(boxOf(iframeOf(frame)).height);
  });
});
