// Paper has another width and other styles than the screen; what a guest needs there is none of the screen's business.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { engines, open } from '../support/drive.js';
import { leftOut } from '../support/left-out.js';
import { guestPage, hostPage, type Pages, ready, runnerRoutes, startPages } from '../support/pages.js';

let pages: Pages;
before(async () => {
  pages = await startPages({
    ...runnerRoutes,
    '/guest': () =>
      guestPage({
        css: '#b { height: 240px } @media print { #b { height: 900px } }',
        html: '<div id="b">Guest</div>',
      }),
    '/host': () => hostPage(`<oriel-frame label="Guest" src="${pages.origin(2)}/guest"></oriel-frame>`),
  });
});
after(() => pages.close());

/** From now on, keeps each height that is written, and what happens around printing. */
const record = `${ready}
  await until(() => iframe.style.height === '240px');
  window.seen = [];
  window.writes = [];
  new MutationObserver(() => writes.push(iframe.style.height)).observe(iframe, { attributeFilter: ['style'] });
  for (const type of ['beforeprint', 'afterprint'])
    addEventListener(type, () => seen.push(type + ' ' + iframe.offsetHeight));`;

for (const engine of await engines()) {
  test(`${engine}: printing`, async (t) => {
    const page = await open(engine);
    try {
      await t.test("keeps the frame's height, and leaves it as it was", async (t) => {
        await page.goto(`${pages.origin()}/host`);
        await page.evaluate(record);
        if (!(await page.print())) return leftOut(t, `the driver of ${engine} can't print`);
        const { seen, writes, grown } = await page.evaluate<{
          seen: string[];
          writes: string[];
          grown: string;
        }>(`${ready}
          await frame.guest.run('return 1'); // what the guest said while it was printed has arrived by now
          await frames(3);
          const before = [...writes];
          await frame.guest.run("b.style.height = '340px'");
          await until(() => iframe.style.height === '340px');
          return { seen, writes: before, grown: iframe.style.height };`);
        assert.deepEqual(seen, ['beforeprint 240', 'afterprint 240']);
        assert.deepEqual(writes, []);
        assert.equal(grown, '340px');
      });

      await t.test('what a guest asks for meanwhile is given afterwards', async (t) => {
        await page.goto(`${pages.origin()}/host`);
        await page.evaluate(record);
        if (!(await page.media('print')))
          return leftOut(t, `the driver of ${engine} can't leave a page in print media`);
        const during = await page.evaluate<string[]>(`${ready}
          await frame.guest.run("b.style.setProperty('height', '340px', 'important')");
          await frame.guest.run('for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame)');
          await frames(5);
          return writes;`);
        assert.deepEqual(during, []);
        await page.media('screen');
        await page.evaluate(`${ready} await until(() => iframe.style.height === '340px');`);
      });
    } finally {
      await page.close();
    }
  });
}
