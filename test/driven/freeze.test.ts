// A page that is frozen, and a guest whose process dies, while calls, streams and callbacks are open.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Engine, engines, open, type Page } from '../support/drive.js';
import { leftOut } from '../support/left-out.js';
import { guestPage, hostPage, type Pages, ready, runnerRoutes, startPages } from '../support/pages.js';

const silence = 600;
let pages: Pages;
before(async () => {
  pages = await startPages({
    ...runnerRoutes,
    '/guest': () => guestPage({}),
    '/host': () =>
      hostPage(
        `<oriel-frame label="Guest" unresponsive-after="${silence}" src="${pages.origin(2)}/guest"></oriel-frame>`,
        '<script>window.froze = 0; document.addEventListener("freeze", () => froze++);</script>',
      ),
  });
});
after(() => pages.close());

/** Has one of each open, and keeps how each of them ends. */
const openAll = `${ready}
  window.ends = {};
  if (!window.heard) frame.addEventListener('oriel-error', ({ code }) => heard.push(code));
  window.heard = [];
  const keep = (name, promise) => promise.then((value) => { ends[name] = value; }, ({ code }) => { ends[name] = code; });
  window.next = await frame.guest.run('let count = 0; return () => ++count');
  const items = await frame.guest.run(\`return (async function* () {
    for (let i = 0; ; i++) { yield i; await new Promise((go) => setTimeout(go, 5)); }
  })()\`);
  window.seen = [];
  window.stop = () => items.return();
  keep('stream', (async () => { for await (const item of items) seen.push(item); return 'done'; })());
  keep('call', frame.guest.run('return new Promise((go) => { window.answer = go; })'));
  keep('callback', next());
  await until(() => seen.length > 3 && ends.callback === 1);`;

interface Ends {
  stream?: unknown;
  call?: unknown;
  callback?: unknown;
}

async function driven(engine: Engine, run: (page: Page) => Promise<void>): Promise<void> {
  const page = await open(engine);
  try {
    await page.goto(`${pages.origin()}/host`);
    await run(page);
  } finally {
    await page.close();
  }
}

for (const engine of await engines()) {
  test(`${engine}: what was open when the page was frozen goes on when it is back`, (t) =>
    driven(engine, async (page) => {
      if (!page.freeze) return leftOut(t, `${engine} can not be told to freeze a page`);
      await page.evaluate(openAll);
      for (let round = 1; round <= 3; round++) {
        await page.freeze(true);
        await sleep(2 * silence); // away for longer than a guest may be silent
        await page.freeze(false);
        await page.evaluate(`${ready}
          const { length } = seen;
          await until(() => seen.length > length + 3);`);
      }
      const result = await page.evaluate<{
        froze: number;
        heard: string[];
        ends: Ends;
        inOrder: boolean;
      }>(`${ready}
        await frame.guest.run('answer(7)');
        await until(() => 'call' in ends);
        stop();
        await until(() => 'stream' in ends);
        return { froze, heard, ends, inOrder: seen.every((item, i) => item === i) && (await next()) === 2 };`);
      assert.deepEqual(result, {
        froze: 3,
        heard: [],
        ends: { stream: 'done', call: 7, callback: 1 },
        inOrder: true,
      });
    }));

  test(`${engine}: what was open when the guest's process died is lost once it is brought back, and all works anew`, (t) =>
    driven(engine, async (page) => {
      if (!page.crash) return leftOut(t, `${engine} can not be told to crash a guest`);
      for (let round = 1; round <= 3; round++) {
        await page.evaluate(openAll);
        await page.crash(pages.origin(2));
        const result = await page.evaluate<{ heard: string[]; ends: Ends; gone: string }>(`${ready}
          await until(() => heard.length > 0);
          frame.retry();
          await frame.ready;
          await until(() => 'call' in ends && 'stream' in ends);
          return { heard, ends, gone: await next().catch(({ code }) => code) };`);
        assert.deepEqual(result, {
          heard: ['unresponsive'],
          ends: { stream: 'lost', call: 'lost', callback: 1 },
          gone: 'released',
        });
      }
    }));
}
