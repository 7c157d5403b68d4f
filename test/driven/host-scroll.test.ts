// Whatever a guest does out of sight, what the user reads stays where it is.
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
        css: '#menu { position: absolute; top: 500px; height: 400px; width: 200px }',
        html: `
          <div style="height: 300px"></div>
          <input>
          <div id="menu" hidden><button>First</button></div>`,
      }),
    '/host': () =>
      hostPage(`
        <div style="height: 3000px">Above</div>
        <oriel-frame label="Guest"></oriel-frame>
        <div id="below" style="height: 6000px">Below</div>`),
  });
});
after(() => pages.close());

const places = {
  'below what is read': { scroll: 0, reads: 'document.body.firstElementChild' },
  'above what is read': { scroll: 6000, reads: 'below' },
};

for (const engine of await engines()) {
  test(`${engine}: the host page does not jump`, async (t) => {
    const page = await open(engine);
    try {
      for (const [place, { scroll, reads }] of Object.entries(places)) {
        await t.test(`for a guest ${place}, when it loads and opens a menu`, async (t) => {
          await page.goto(`${pages.origin()}/host`);
          if (scroll && !(await page.evaluate("return CSS.supports('overflow-anchor', 'auto');")))
            return leftOut(
              t,
              `${engine} has no scroll anchoring, which keeps a page that grows above in place`,
            );
          // Where the text is that the user reads, at each step.
          await page.evaluate(`
            scrollTo(0, ${scroll});
            await new Promise(requestAnimationFrame);
            window.where = () => [Math.round(${reads}.getBoundingClientRect().top)];
            window.before = where();
            document.querySelector('oriel-frame').src = '${pages.origin(2)}/guest';`);
          const steps = await page.evaluate<Record<string, unknown>>(`${ready}
            const settle = async (height) => {
              await until(() => iframe.offsetHeight === height);
              await frame.guest.run('for (let i = 0; i < 2; i++) await new Promise((go) => setTimeout(go, 50))');
              await frames(3);
              return where();
            };
            const full = await frame.guest.run('return document.documentElement.getBoundingClientRect().height');
            const steps = { before, loaded: await settle(Math.ceil(full)) };
            await frame.guest.run('menu.hidden = false');
            steps.opened = await settle(900);
            await frame.guest.run('menu.hidden = true');
            steps.closed = await settle(Math.ceil(full));
            return steps;`);
          const { before, ...later } = steps;
          for (const [step, where] of Object.entries(later))
            assert.deepEqual(where, before, JSON.stringify(steps) + step);
        });
      }
    } finally {
      await page.close();
    }
  });
}
