// Scrollbars that take room, as on most desktops: a frame that follows its guest's width must not lose one a frame.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { engines, open } from '../support/drive.js';
import { leftOut } from '../support/left-out.js';
import { guestPage, hostPage, type Pages, ready, runnerRoutes, startPages } from '../support/pages.js';

const contents = {
  'a box of 500 px': '<div style="width: 500px; height: 1000px"></div>',
  'words that wrap': `<div style="height: 1000px">${'Words that wrap. '.repeat(20)}</div>`,
  'a box wider than its container': '<div style="width: 1500px; height: 1000px"></div>',
};

let pages: Pages;
before(async () => {
  pages = await startPages({
    ...runnerRoutes,
    '/guest': (query) => guestPage({ html: contents[query.get('content') as keyof typeof contents] }),
    '/host': (query) =>
      hostPage(`
        <div style="width: 800px">
          <oriel-frame label="Guest" autosize="width" style="height: 300px" src="${pages.origin(2)}/guest?${query}"></oriel-frame>
        </div>`),
  });
});
after(() => pages.close());

for (const engine of await engines()) {
  test(`${engine}: autosize="width" with scrollbars that take room`, async (t) => {
    const page = await open(engine, { scrollbars: true });
    try {
      for (const content of Object.keys(contents)) {
        await t.test(`keeps the width of ${content}`, async (t) => {
          await page.goto(`${pages.origin()}/host?${new URLSearchParams({ content })}`);
          const { bar, widths, need } = await page.evaluate<{
            bar: number;
            widths: number[];
            need: number;
          }>(`${ready}
            await until(() => iframe.style.width);
            const { bar, need } = await frame.guest.run(\`
              const box = document.body.firstElementChild.cloneNode(true);
              box.style.cssText += 'position: absolute; width: ' + (box.style.width || 'max-content');
              document.body.append(box);
              const need = box.getBoundingClientRect().width;
              box.remove();
              return { need, bar: innerWidth - document.documentElement.clientWidth };\`);
            const widths = [];
            for (let i = 0; i < 60; i++) {
              // Measured anew, each time in the frame that the last measurement made.
              await frame.guest.run("document.body.title += 'x'; await new Promise(requestAnimationFrame)");
              await frames(1);
              widths.push(iframe.getBoundingClientRect().width);
            }
            return { bar, need, widths };`);
          if (!bar) return leftOut(t, `${engine} has no scrollbars that take room here`);
          assert.deepEqual([...new Set(widths)], [Math.min(800, Math.ceil(need + bar))]);
        });
      }
    } finally {
      await page.close();
    }
  });
}
