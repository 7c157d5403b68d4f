// With real keys: what a guest takes by itself goes back, and where a user leads it stays.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { clickInto, engines, open } from '../support/drive.js';
import { leftOut } from '../support/left-out.js';
import { guestPage, hostPage, type Pages, ready, runnerRoutes, startPages } from '../support/pages.js';
import { type Sites, startSites } from '../support/sites-server.js';

let pages: Pages;
let sites: Sites;
before(async () => {
  sites = await startSites();
  pages = await startPages({
    ...runnerRoutes,
    '/guest': () => guestPage({ html: '<input id="theirs" style="width: 90%; height: 100px">' }),
    '/thief': () =>
      guestPage({ html: '<input id="theirs"><script>document.querySelector("#theirs").focus();</script>' }),
    '/host': () =>
      hostPage('<input id="mine"><oriel-frame label="Guest"></oriel-frame><button>After</button>'),
  });
});
after(async () => {
  await pages.close();
  await sites.close();
});

/** Where the focus is, once it has been there for half a second. */
const focused = `
  let last, since;
  for (; !last || performance.now() - since < 500; await new Promise((go) => setTimeout(go, 20)))
    if (last !== document.activeElement) [last, since] = [document.activeElement, performance.now()];
  return last.localName;`;

/** What a field says once a key that was pressed has come to it, which in a guest's process may be a moment later. */
const typed = (field: string, value: string) => `
  for (const end = performance.now() + 5000; ${field}.value !== '${value}' && performance.now() < end; )
    await new Promise((go) => setTimeout(go, 20));
  return ${field}.value;`;

for (const engine of await engines()) {
  test(`${engine}: the focus of a guest that has just loaded`, async (t) => {
    const page = await open(engine);
    const load = (path: string) =>
      page.evaluate(`document.querySelector('oriel-frame').src = '${pages.origin(2)}${path}';${ready}`);
    try {
      await t.test('what is typed while it takes the focus arrives in the host’s field', async () => {
        for (let round = 0; round < 5; round++) {
          await page.goto(`${pages.origin()}/host`);
          await page.click('#mine');
          await page.press('a');
          await load('/thief');
          assert.equal(await page.evaluate(focused), 'input');
          await page.press('b');
          assert.equal(await page.evaluate(typed('mine', 'ab')), 'ab');
        }
      });
      await t.test('Tab leads into it, and it stays there', async () => {
        await page.goto(`${pages.origin()}/host`);
        await page.click('#mine');
        await load('/guest');
        await page.press('Tab');
        assert.equal(await page.evaluate(focused), 'oriel-frame');
        await page.press('c');
        assert.equal(await page.evaluateIn('oriel-frame', typed('theirs', 'c')), 'c');
      });
      await t.test('a click leads into it, and it stays there', async () => {
        await page.goto(`${pages.origin()}/host`);
        await page.click('#mine');
        await load('/guest');
        await clickInto(page, engine);
        assert.equal(await page.evaluate(focused), 'oriel-frame');
        await page.press('d');
        assert.equal(await page.evaluateIn('oriel-frame', typed('theirs', 'd')), 'd');
      });
      await t.test(
        'one that fights for it is told of once, and unloaded when it does not stop',
        async (t) => {
          await page.goto(`${pages.origin()}/host`);
          await page.click('#mine');
          await page.evaluate(`
          const frame = document.querySelector('oriel-frame');
          window.errors = [];
          window.refused = [];
          frame.timeout = 60_000;
          frame.addEventListener('oriel-error', ({ code }) => errors.push(code));
          frame.contract = undefined;
          frame.src = '${sites.origin(2)}/fixtures/hostile/page.html?attack=focus-fight';
          frame.ready.catch(() => {});
          frame.peer.trace(({ type, outcome }) => type === 'refused' && refused.push(outcome));`);
          await page.press('e'); // somebody types all the while
          const { errors, refused, has, iframe } = await page.evaluate<Record<string, unknown>>(`
          const until = async (so, ms) => {
            for (const end = performance.now() + ms; !so() && performance.now() < end; )
              await new Promise((go) => setTimeout(go, 20));
          };
          await until(() => refused.length, 5000);
          if (refused.length) await until(() => errors.includes('closed') && document.activeElement.id === 'mine', 20_000);
          const frame = document.querySelector('oriel-frame');
          const { iframe } = { iframe: frame.shadowRoot.querySelector('iframe') };
          return { errors, refused, has: document.activeElement.id, iframe: Boolean(iframe) };`);
          if (!(refused as unknown[]).length)
            return leftOut(t, `in ${engine} a guest of another site takes no focus without a click`);
          assert.deepEqual(errors, ['limit', 'closed']);
          assert.deepEqual(refused, ['focus']);
          assert.equal(has, 'mine');
          assert.equal(iframe, false);
        },
      );
    } finally {
      await page.close();
    }
  });
}
