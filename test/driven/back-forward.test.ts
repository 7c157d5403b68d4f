// A host page that is left and returned to, out of the back/forward cache and without it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Engine, engines, open, type Page } from '../support/drive.js';
import { leftOut } from '../support/left-out.js';
import { guestPage, hostPage, type Pages, ready, runnerRoutes, startPages } from '../support/pages.js';

/** Keeps the types of every listener, from before the kit's script on, and whether the page came out of the cache. */
const listening = `<script>
  window.added = [];
  const { addEventListener: add } = EventTarget.prototype;
  EventTarget.prototype.addEventListener = function (type, ...rest) {
    if (this === window) added.push(type);
    return add.call(this, type, ...rest);
  };
  window.kept = false;
  add.call(window, 'pageshow', ({ persisted }) => (window.kept = persisted));
</script>`;

let pages: Pages;
before(async () => {
  pages = await startPages({
    ...runnerRoutes,
    '/guest': () => guestPage({ head: listening, html: '<div style="height: 120px">Guest</div>' }),
    '/host': () =>
      hostPage(`<oriel-frame label="Guest" src="${pages.origin(2)}/guest"></oriel-frame>`, listening),
    // `no-store` and an `unload` listener keep a page out of the cache in each engine.
    '/uncached': () => ({
      body: hostPage(
        `<oriel-frame label="Guest" src="${pages.origin(2)}/guest"></oriel-frame>`,
        `${listening}<script>onunload = () => {};</script>`,
      ),
      headers: { 'cache-control': 'no-store' },
    }),
    '/elsewhere': () => '<!doctype html><title>Elsewhere</title><p>Elsewhere',
  });
});
after(() => pages.close());

/** Calls the guest, and says which document of it answers. */
const look = `${ready}
  return {
    kept,
    born: await frame.guest.run('return born'),
    ready: frame.matches(':state(ready)'),
    heard: window.heard ?? [],
  };`;

interface Look {
  kept: boolean;
  born: number;
  ready: boolean;
  heard: string[];
}

/** The tests' own page, each time a new one. */
async function driven<T>(engine: Engine, run: (page: Page) => Promise<T>): Promise<T> {
  const page = await open(engine);
  try {
    return await run(page);
  } finally {
    await page.close();
  }
}

for (const engine of await engines()) {
  test(`${engine}: a host page that is left and returned to has the guest that it had, still connected`, (t) =>
    driven(engine, async (page) => {
      await page.goto(`${pages.origin()}/host`);
      const first = await page.evaluate<Look>(look);
      assert.equal(first.ready, true);
      const [host = [], guest = []] = await page.evaluate<string[][]>(`${ready}
        return [added, await frame.guest.run('return added')];`);
      assert.ok(host.includes('message') && guest.includes('pagehide'), `${host}; ${guest}`); // it was heard at all
      assert.deepEqual(
        [...host, ...guest].filter((type) => /unload/.test(type)),
        [],
      );

      await page.evaluate(`
        window.heard = [];
        const frame = document.querySelector('oriel-frame');
        for (const type of ['oriel-ready', 'oriel-error', 'oriel-load'])
          frame.addEventListener(type, () => heard.push(type));
        frame.peer.state.subscribe(({ status }) => heard.push(status));`);
      await page.goto(`${pages.origin(3)}/elsewhere`);
      await page.back();
      const { kept, born, heard, ready: connected } = await page.evaluate<Look>(look);
      assert.equal(connected, true);
      if (!kept) return leftOut(t, `${engine} kept the page in no back/forward cache`);
      assert.equal(born, first.born);
      assert.deepEqual(heard, []);
      // Its size is followed as before.
      await page.evaluate(`${ready}
        await frame.guest.run("document.querySelector('div').style.height = '340px'");
        await until(() => iframe.style.height === '340px');`);
    }));

  test(`${engine}: a host page that was in no cache loads its guest anew`, (t) =>
    driven(engine, async (page) => {
      await page.goto(`${pages.origin()}/uncached`);
      const first = await page.evaluate<Look>(look);
      await page.goto(`${pages.origin(3)}/elsewhere`);
      await page.back();
      const { kept, born, ready: connected } = await page.evaluate<Look>(look);
      if (kept)
        return leftOut(t, `${engine} caches even a page with \`no-store\` and an \`unload\` listener`);
      assert.equal(connected, true);
      assert.notEqual(born, first.born);
    }));
}
