// A guest that grows while nobody can see it: right when it is shown, and never 0 before.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { engines, open, type Page } from '../support/drive.js';
import { leftOut } from '../support/left-out.js';
import { guestPage, hostPage, type Pages, ready, runnerRoutes, startPages } from '../support/pages.js';

let pages: Pages;
before(async () => {
  pages = await startPages({
    ...runnerRoutes,
    '/guest': () => guestPage({ html: '<div id="b" style="height: 120px">Guest</div>' }),
    '/host': (query) => {
      const frame = `<oriel-frame label="Guest" src="${pages.origin(2)}/guest"></oriel-frame>`;
      return hostPage(
        {
          plain: frame,
          details: `<details open><summary>More</summary>${frame}</details>`,
          auto: `<div id="far" style="height: 0"></div><div id="box" style="content-visibility: auto; contain-intrinsic-height: 300px">${frame}</div>`,
        }[query.get('in') ?? ''] ?? '',
      );
    },
  });
});
after(() => pages.close());

/** 200 ms of a screen, however slowly this machine draws it. */
const few = 12;

/** Keeps each height that is written. */
const record = `${ready}
  await until(() => iframe.style.height === '120px');
  window.writes = [];
  new MutationObserver(() => writes.push(iframe.style.height)).observe(iframe, { attributeFilter: ['style'] });`;
/** The guest grows, and has had time to say so: long after what it does when it gets no frames. */
const grow = (height: number) => `${ready}
  await frame.guest.run("b.style.height = '${height}px'; await new Promise((go) => setTimeout(go, 500))");`;
/** How many frames it takes until the height is right. */
const shown = (height: number, show = '') => `${ready}
  ${show}
  let count = 0;
  while (iframe.offsetHeight !== ${height} && count < 100) (await frames(1), count++);
  return { count, writes };`;

interface Shown {
  count: number;
  writes: string[];
}

async function hidden(page: Page, where: string): Promise<void> {
  await page.goto(`${pages.origin()}/host?in=${where}`);
  await page.evaluate(record);
}

function right({ count, writes }: Shown, height: number): void {
  assert.ok(count <= few, `${count} frames until it was right: ${writes}`);
  // Never 0, nor anything else on the way.
  assert.deepEqual([...new Set(writes)], [`${height}px`]);
}

for (const engine of await engines()) {
  test(`${engine}: a guest that grows while it is out of sight is right when it is shown`, async (t) => {
    const page = await open(engine);
    try {
      await t.test('in a tab in the background', async (t) => {
        await hidden(page, 'plain');
        const bringBack = await page.hide();
        const visibility = await page.evaluate('return document.visibilityState;');
        if (visibility === 'hidden') await page.evaluate(grow(640));
        await bringBack();
        if (visibility !== 'hidden') return leftOut(t, `the driver of ${engine} can't hide a page`);
        await page.evaluate(
          "await new Promise((go) => document.visibilityState === 'visible' ? go() : document.addEventListener('visibilitychange', go));",
        );
        right(await page.evaluate<Shown>(shown(640)), 640);
      });

      await t.test('in a closed <details>', async () => {
        await hidden(page, 'details');
        await page.evaluate("document.querySelector('details').open = false;");
        await page.evaluate(grow(640));
        right(await page.evaluate<Shown>(shown(640, "document.querySelector('details').open = true;")), 640);
      });

      await t.test('far below, in content-visibility: auto', async (t) => {
        await hidden(page, 'auto');
        if (!(await page.evaluate("return CSS.supports('content-visibility', 'auto');")))
          return leftOut(t, `${engine} has no \`content-visibility\``);
        const skipped = await page.evaluate<boolean>(`${ready}
          far.style.height = '20000px';
          await frames(5);
          return !iframe.checkVisibility({ contentVisibilityAuto: true });`);
        assert.equal(skipped, true);
        await page.evaluate(grow(640));
        right(await page.evaluate<Shown>(shown(640, 'box.scrollIntoView();')), 640);
      });
    } finally {
      await page.close();
    }
  });
}
