// `frame-sizing`, where the browser has it: the height is right before any script has run.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { engines, open } from '../support/drive.js';
import { leftOut } from '../support/left-out.js';
import { guestPage, hostPage, type Pages, ready, runnerRoutes, startPages } from '../support/pages.js';

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
/** The image that each guest waits for comes when the test lets it. */
let release = () => {};
let released = Promise.resolve();
function holdImage(): void {
  released = new Promise((resolve) => {
    release = resolve;
  });
}

let pages: Pages;
before(async () => {
  const meta = () => `<meta name="responsive-embedded-sizing" content="allow-origins=${pages.origin()}">`;
  pages = await startPages({
    ...runnerRoutes,
    '/image.png': async () => {
      await released;
      return { body: png, type: 'image/png' };
    },
    '/plain': (query) =>
      `<!doctype html>${meta()}<title>No script</title><style>body { margin: 0 }</style><div style="height: ${query.get('height')}px"></div><img alt="" src="/image.png" style="display: block; height: 100px">`,
    '/cards': () =>
      guestPage({
        head: meta(),
        css: '#c { display: flex; flex-wrap: wrap } #c div { width: 200px; height: 100px }',
        html: `<div id="c">${'<div></div>'.repeat(12)}</div>`,
      }),
    '/host': () =>
      hostPage('<div id="box" style="width: 800px"><oriel-frame label="Guest"></oriel-frame></div>'),
  });
});
after(() => pages.close());

/** Gives the host's frame these attributes; keeps each height that it is laid out with, and whether it has loaded. */
const embed = (attributes: Record<string, string>) => `
  await customElements.whenDefined('oriel-frame');
  const frame = document.querySelector('oriel-frame');
  window.heights = [];
  window.loaded = false;
  frame.addEventListener('oriel-load', () => (window.loaded = true));
  for (const [name, value] of Object.entries(${JSON.stringify(attributes)})) frame.setAttribute(name, value);
  await frame.updateComplete;
  window.iframe = frame.shadowRoot.querySelector('iframe');
  new ResizeObserver(() => heights.push(iframe.offsetHeight)).observe(iframe);`;
const until = (expression: string, timeout = 10_000) => `
  for (const end = performance.now() + ${timeout}; !(${expression}); await new Promise((go) => setTimeout(go, 20)))
    if (performance.now() > end) throw new Error('Still not so: ${expression}, heights ' + heights);`;
const look = 'return { heights, loaded, inline: iframe.style.height };';
interface Look {
  heights: number[];
  loaded: boolean;
  inline: string;
}

/** Without the 150 px that any frame begins with, and that may be over before they are seen. */
const guests = (heights: number[]) => (heights[0] === 150 ? heights.slice(1) : heights);

for (const engine of await engines()) {
  test(`${engine}: a guest that lets the browser size its frame`, async (t) => {
    const page = await open(engine);
    try {
      await page.goto(`${pages.origin()}/host`);
      if (!(await page.evaluate("return CSS.supports('frame-sizing', 'content-height');")))
        return leftOut(t, `${engine} has no \`frame-sizing\``);

      for (const [how, sandbox] of [
        ['without the SDK', undefined],
        ['in a sandbox without scripts', ''],
      ] as const) {
        await t.test(`${how}, has its height before it has loaded`, async () => {
          const src = `${pages.origin(2)}/plain?height=500`;
          let early = false;
          // Chromium itself is late now and then, with any iframe: once may be luck, and never is our fault.
          for (let tries = 0; tries < 5 && !early; tries++) {
            holdImage();
            await page.goto(`${pages.origin()}/host`);
            await page.evaluate(
              embed({ timeout: 'Infinity', ...(sandbox !== undefined && { sandbox }), src }),
            );
            await page.evaluate(until('heights.at(-1) === 600', 2000)).then(
              () => (early = true),
              () => {},
            );
            const before = await page.evaluate<Look>(look);
            assert.equal(before.loaded, false);
            release();
            await page.evaluate(until('loaded && heights.at(-1) === 600'));
            const { heights, inline } = await page.evaluate<Look>(look);
            assert.equal(inline, '');
            if (early) assert.deepEqual(guests(heights), [600]); // right at once, and not touched by `load`
            assert.equal(
              await page.evaluate(`
                const frame = document.querySelector('oriel-frame');
                return frame.matches(':state(connecting)') && getComputedStyle(iframe).opacity === '1';`),
              true,
            );
          }
          assert.equal(early, true);
        });
      }

      for (const [limits, height] of [
        [{}, 1_000_000],
        [{ 'max-height': '300' }, 300],
      ] as const) {
        await t.test(`is bounded by ${height} px with ${JSON.stringify(limits)}, by CSS alone`, async () => {
          holdImage();
          await page.goto(`${pages.origin()}/host`);
          const src = `${pages.origin(2)}/plain?height=100000000`;
          await page.evaluate(embed({ timeout: 'Infinity', ...limits, src }));
          // The image's own change of size makes a browser that is late look again.
          await page.evaluate(until(`heights.at(-1) === ${height}`, 1000)).catch(() => {});
          release();
          await page.evaluate(until(`heights.at(-1) === ${height}`));
          const { heights, inline } = await page.evaluate<Look>(look);
          assert.equal(Math.max(...heights), height);
          assert.equal(inline, '');
        });
      }

      await t.test('without the SDK, loaded out of sight, is to be seen when it is shown', async () => {
        await page.goto(`${pages.origin()}/host`);
        await page.evaluate("box.style.display = 'none';");
        const src = `${pages.origin(2)}/plain?height=500`;
        await page.evaluate(embed({ timeout: 'Infinity', src }));
        await page.evaluate(until('loaded'));
        await page.evaluate("box.style.display = '';");
        await page.evaluate(until('iframe.offsetHeight >= 150'));
      });

      await t.test('with the SDK, is right again when its host narrows it', async () => {
        await page.goto(`${pages.origin()}/host`);
        await page.evaluate(embed({ src: `${pages.origin(2)}/cards` }));
        await page.evaluate(until('iframe.offsetHeight === 300'));
        await page.evaluate(`${ready} await until(() => iframe.style.height === '300px');`);
        for (const [width, height] of [
          [300, 1200],
          [800, 300],
        ]) {
          await page.evaluate(`box.style.width = '${width}px';`);
          await page.evaluate(until(`iframe.offsetHeight === ${height}`));
        }
      });
    } finally {
      release();
      await page.close();
    }
  });
}
