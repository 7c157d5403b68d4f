// Tabs that nobody looks at, and tabs that share one connection, against real servers.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { engines, open, type Page } from '../support/drive.js';
import { started } from '../support/gateway.js';
import { leftOut } from '../support/left-out.js';
import { type Pages, startPages } from '../support/pages.js';
import { type Sites, startSites } from '../support/sites-server.js';
import { until } from '../support/wait.js';

// Plain, so that TypeScript leaves them where they are.
const load = (path: string): Promise<any> => import(new URL(`../../${path}`, import.meta.url).href);
const { bundle } = await load('scripts/bundle.mjs');

const root = fileURLToPath(new URL('../..', import.meta.url));
const at = (path: string) => JSON.stringify(root + path);
const script = (body: string) => ({ type: 'text/javascript', body });

/** In ms, where a gateway has 20 s; and how many of them nobody looks: longer than any side waits for the other. */
const beat = 400;
const beats = 12;

const away = (gateway: string) => `
  import { connect } from ${at('dist/bridge/index.js')};
  import { contract, event, method, type } from ${at('dist/contract/index.js')};
  import { sse } from ${at('dist/channels/sse.js')};
  import { subscribe } from ${at('dist/channels/events.js')};
  import { websocket } from ${at('dist/channels/websocket.js')};

  const shop = contract({
    name: 'acme.shop',
    version: '1.2.0',
    guest: {
      price: method({ input: type(), output: type(), idempotent: true }),
      paid: event(type(), { retain: 'log' }),
    },
  });
  const channels = {
    websocket: websocket('${gateway.replace('http', 'ws')}/ws'),
    sse: sse('${gateway}/sse'),
    shared: sse('${gateway}/sse', { share: true }),
  };
  window.peers = {};
  window.states = [];
  for (const [name, channel] of Object.entries(channels)) {
    const peer = connect({ channel, contract: shop, side: 'host', onError: () => {} });
    peer.state.subscribe(({ status, epoch }) => states.push(name + ' ' + status + ' ' + epoch));
    peers[name] = peer;
  }
  const kept = subscribe(shop, '${gateway}', { paid: ({ amount }) => followed.push(amount) });
  kept.freshness.subscribe(({ state }) => states.push('events ' + state));
  window.fresh = () => kept.freshness.get().state;`;

const tab = `
  import { client } from ${at('dist/bridge/index.js')};
  import { sse } from ${at('dist/channels/sse.js')};
  import { suite } from ${at('build/contracts/suite.contract.js')};
  const { url } = Object.fromEntries(new URLSearchParams(location.search));
  window.far = client(suite, sse(url, { share: true }), { onError: () => {} });`;

let pages: Pages;
let sites: Sites;
/** What the page that goes away runs, for the gateway of its test. */
let follows = '';
before(async () => {
  sites = await startSites();
  const widget = await bundle(tab);
  pages = await startPages({
    // The clock of a page that was frozen goes on, and stands ten minutes later.
    '/away': () => `<!doctype html><title>A tab</title><script>
      let later = 0;
      for (const clock of [performance, Date]) {
        const now = clock.now.bind(clock);
        clock.now = () => now() + later;
      }
      document.addEventListener('freeze', () => { later = 600_000; window.states.push(document.visibilityState); });
      window.followed = [];
    </script><script type="module" src="/away.js"></script>`,
    '/away.js': () => script(follows),
    '/tab': (query) =>
      `<!doctype html><title>A tab</title>${`<iframe src="/widget?${query}"></iframe>`.repeat(4)}`,
    '/widget': () => '<!doctype html><title>A widget</title><script type="module" src="/widget.js"></script>',
    '/widget.js': () => script(widget),
  });
});
after(async () => {
  await pages.close();
  await sites.close();
});

/** Waits in the page. */
const soon = `const soon = async (look) => {
  for (const end = performance.now() + 10000; !look(); await new Promise((go) => setTimeout(go, 20)))
    if (performance.now() > end) throw new Error('Still not so: ' + look);
};`;

for (const engine of await engines()) {
  test(`${engine}: a tab that was frozen for ten minutes is up to date within two seconds`, async (t) => {
    const page = await open(engine);
    t.after(() => page.close());
    if (!page.freeze) return leftOut(t, `${engine} can not be told to freeze a page`);
    const its = await started({ beat, cors: ['*'] });
    follows = await bundle(away(its.url));
    await page.goto(`${pages.origin()}/away`);
    await page.evaluate(`${soon}
      await soon(() => window.fresh?.() === 'live');
      await Promise.all(Object.values(peers).map(({ remote }) => remote.price({ sku: 'abc' })));
      states.length = 0;`);
    await page.freeze(true);
    for (let amount = 1; amount <= beats; amount++) {
      await its.gateway.emit('acme.shop/paid', { amount });
      await new Promise((go) => setTimeout(go, beat));
    }
    const seen = performance.now();
    await page.freeze(false);
    const {
      followed,
      states = [],
      prices,
    } = await page.evaluate<Record<string, unknown[]>>(`${soon}
      const prices = await Promise.all(Object.values(peers).map(({ remote }) => remote.price({ sku: 'abc' })));
      await soon(() => fresh() === 'live' && followed.length >= ${beats});
      return { followed, states, prices };`);
    const took = performance.now() - seen;
    // Chromium answers the server's pings meanwhile, and ends each WebSocket of the page when that goes on.
    t.diagnostic(`up to date ${Math.round(took)} ms after it was seen: ${states.join(', ')}`);
    assert.ok(took < 2000, `after ${took} ms`);
    assert.deepEqual(
      followed,
      Array.from({ length: beats }, (_, i) => i + 1),
    );
    assert.deepEqual(prices, [3, 3, 3]);
    assert.equal(states[0], 'hidden');
  });

  test(`${engine}: eight tabs of four widgets have one stream, and another takes it when its tab is closed`, async (t) => {
    const first = await open(engine);
    t.after(() => first.close());
    if (!first.tab) return leftOut(t, `the driver of ${engine} opens no second tab`);
    const stream = `/stream?of=${Math.random()}`;
    const counts = async () =>
      (await fetch(`${sites.origin()}/connections?at=${encodeURIComponent(stream)}`)).json();
    const query = new URLSearchParams({ url: sites.origin() + stream });
    const tabs: Page[] = [];
    const ask = (from: Page, a: number) =>
      from.evaluate<number[]>(`${soon}
        const widgets = [...document.querySelectorAll('iframe')].map((frame) => frame.contentWindow);
        await soon(() => widgets.every((widget) => widget.far));
        return Promise.all(widgets.map((widget, i) => widget.far.add({ a: ${a}, b: i })));`);
    for (let i = 0; i < 8; i++) {
      const one = await first.tab();
      t.after(() => one.close().catch(() => {})); // the first is closed by then
      await one.goto(`${pages.origin()}/tab?${query}`);
      if (!i) await ask(one, 0); // so that it has the connection
      tabs.push(one);
    }
    const sums = await Promise.all(tabs.map((one, i) => ask(one, i)));
    assert.deepEqual(
      sums,
      tabs.map((_, i) => [i, i + 1, i + 2, i + 3]),
    );
    assert.deepEqual(await counts(), { open: 1, made: 1 });
    const [leader, ...rest] = tabs as [Page, ...Page[]];
    // All the connections that a browser has for one server are free, but one.
    for (const one of [leader, ...rest]) {
      const took = await one.evaluate<number>(`
        const start = performance.now();
        await (await fetch('${sites.origin()}/connections?at=${encodeURIComponent(stream)}', { cache: 'no-store' })).text();
        return performance.now() - start;`);
      assert.ok(took < 1000, `a plain fetch after ${took} ms`);
    }

    await Promise.all(
      rest.map((one) =>
        one.evaluate(`
          const { far } = document.querySelector('iframe').contentWindow;
          window.lost = far.never().catch(({ code, outcome }) => ({ code, outcome }));
          // What is asked as soon as it is known is answered.
          window.next = window.lost.then(() => far.add({ a: 40, b: 2 }));`),
      ),
    );
    const start = performance.now();
    await leader.close();
    for (const one of rest) {
      const result = await one.evaluate('return [await window.lost, await window.next];');
      assert.deepEqual(result, [{ code: 'lost', outcome: 'unknown' }, 42]);
    }
    const took = performance.now() - start;
    t.diagnostic(`taken over within ${Math.round(took)} ms`);
    assert.ok(took < 2000, `after ${took} ms`);
    assert.deepEqual((await Promise.all(rest.map((one, i) => ask(one, i)))).length, 7);
    assert.deepEqual(await counts(), { open: 1, made: 2 });
    for (const one of rest) await one.close();
    await until(async () => (await counts()).open === 0);
  });
}
