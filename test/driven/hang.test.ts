// A guest that hangs or dies, and all that only looks as if it did.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Engine, engines, open, type Page } from '../support/drive.js';
import { leftOut } from '../support/left-out.js';
import { guestPage, hostPage, type Pages, ready, runnerRoutes, startPages } from '../support/pages.js';

const silence = 600;
const frame = () =>
  `<oriel-frame label="Guest" unresponsive-after="${silence}" src="${pages.origin(2)}/guest"></oriel-frame>`;

let pages: Pages;
before(async () => {
  pages = await startPages({
    ...runnerRoutes,
    '/guest': () => guestPage({ html: '<p>Guest</p>' }),
    '/host': () =>
      hostPage(
        frame(),
        '<script>window.kept = false; addEventListener("pageshow", (event) => { kept = event.persisted; });</script>',
      ),
    '/elsewhere': () => '<!doctype html><title>Elsewhere</title><p>Elsewhere',
  });
});
after(() => pages.close());

/** From here on, the page keeps what its frame says. */
const watch = `${ready}
  window.heard = [];
  window.responsive = [];
  window.pongs = 0;
  frame.addEventListener('oriel-error', ({ code }) => heard.push(code));
  frame.addEventListener('oriel-ready', () => heard.push('ready'));
  frame.peer.state.subscribe((state) => {
    if (state.responsive !== (responsive.at(-1) ?? true)) responsive.push(state.responsive);
  });
  frame.peer.trace(({ direction, member }) => { if (direction === 'in' && member === 'pong') pongs++; });
  window.busy = (ms) => { for (const end = performance.now() + ms; performance.now() < end; ); };`;

/** Until the guest has answered the detector some times more. */
const beats = `{ const seen = pongs; await until(() => pongs >= seen + 4); }`;

interface Heard {
  heard: string[];
  responsive: boolean[];
}
const told = 'return { heard, responsive };';
const quiet: Heard = { heard: [], responsive: [] };

async function driven(engine: Engine, run: (page: Page) => Promise<void>): Promise<void> {
  const page = await open(engine);
  try {
    await page.goto(`${pages.origin()}/host`);
    await page.evaluate(watch);
    await run(page);
  } finally {
    await page.close();
  }
}

/** Keeps the guest busy, and says for how long the host's own thread stood still meanwhile, at most. */
const guestBusy = (ms: number) => `
  let stall = 0;
  let last = performance.now();
  const watching = setInterval(() => {
    stall = Math.max(stall, performance.now() - last);
    last = performance.now();
  }, 20);
  const answer = await frame.guest.run('for (const end = performance.now() + ${ms}; performance.now() < end; ); return 7');
  await new Promise((go) => setTimeout(go, 50));
  clearInterval(watching);`;

for (const engine of await engines()) {
  test(`${engine}: a guest that is busy for three seconds counts as hanging, and then no longer`, (t) =>
    driven(engine, async (page) => {
      const { stall, answer, ...result } = await page.evaluate<Heard & { stall: number; answer: number }>(
        `${ready}${guestBusy(3000)}${beats} return { heard, responsive, stall, answer };`,
      );
      assert.equal(answer, 7);
      if (stall > 1500) {
        assert.deepEqual(result, quiet);
        return leftOut(t, `guest and host share a thread in ${engine}: no alarm can be given, and none was`);
      }
      assert.deepEqual(result, { heard: ['unresponsive'], responsive: [false, true] });
    }));

  test(`${engine}: a host that stands still itself blames nobody`, () =>
    driven(engine, async (page) => {
      const result = await page.evaluate<Heard>(`${ready}${beats}
        for (let i = 0; i < 3; i++) { busy(${2.5 * silence}); await frames(1); }
        ${beats}${told}`);
      assert.deepEqual(result, quiet);
    }));

  test(`${engine}: a page that is out of sight blames nobody, nor when it is back`, (t) =>
    driven(engine, async (page) => {
      const show = await page.hide();
      const hidden = await page.evaluate<boolean>('return document.hidden');
      // The answer shows that the guest was busy all the while.
      await page.evaluate(`${ready}
        await frame.guest.run('for (const end = performance.now() + 2500; performance.now() < end; );');`);
      const away = await page.evaluate<Heard>(told);
      await show();
      const back = await page.evaluate<Heard>(`${ready}
        await until(() => !document.hidden);${beats}${told}`);
      if (!hidden) return leftOut(t, `${engine} could not be put out of sight`);
      assert.deepEqual(away, quiet);
      assert.deepEqual(back, quiet);
    }));

  test(`${engine}: a page that comes out of the back/forward cache blames nobody`, (t) =>
    driven(engine, async (page) => {
      await page.goto(`${pages.origin(3)}/elsewhere`);
      await sleep(3 * silence); // away for longer than a guest may be silent
      await page.back();
      if (!(await page.evaluate<boolean>('return kept')))
        return leftOut(t, `${engine} kept the page in no back/forward cache`);
      assert.deepEqual(await page.evaluate<Heard>(`${ready}${beats}${told}`), quiet);
    }));

  test(`${engine}: a guest whose process has died counts as hanging, and retry() brings it back`, (t) =>
    driven(engine, async (page) => {
      if (!page.crash) return leftOut(t, `${engine} can not be told to crash a guest`);
      await page.evaluate(`${ready}
        window.pending = frame.guest.run('return new Promise(() => {})').catch(({ code }) => code);
        window.born = await frame.guest.run('return born');`);
      await page.crash(pages.origin(2));
      const dead = await page.evaluate<Heard>(`${ready}
        await until(() => heard.length > 0);${told}`);
      assert.deepEqual(dead, { heard: ['unresponsive'], responsive: [false] });
      const alive = await page.evaluate<Heard & { lost: string; anew: boolean }>(`
        document.querySelector('oriel-frame').retry();
        ${ready}
        const anew = (await frame.guest.run('return born')) !== born;
        ${beats}
        return { lost: await pending, anew, heard, responsive };`);
      assert.deepEqual(alive, {
        lost: 'lost',
        anew: true,
        heard: ['unresponsive', 'ready'],
        responsive: [false, true],
      });
    }));
}
