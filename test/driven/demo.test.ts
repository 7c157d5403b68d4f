// The demo, used as a person would: with the keyboard, in each engine, on its three origins.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Demo, startDemo } from '../../demo/servers.mjs';
import { engines, open, type Page } from '../support/drive.js';

const axe = readFileSync(
  fileURLToPath(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url)),
  'utf8',
);
let demo: Demo;
before(async () => {
  demo = await startDemo();
});
after(() => demo.stop());

/** Waits in the page until an expression is true. */
const until = (expression: string) => `
  const end = performance.now() + 15000;
  while (!(${expression})) {
    if (performance.now() > end) throw new Error(${JSON.stringify(`Still not so: ${expression}`)});
    await new Promise((go) => setTimeout(go, 20));
  }`;
const ready = (tag: string) => until(`document.querySelector('${tag}')?.matches(':state(ready)')`);
const text = (selector: string) => `return document.querySelector('${selector}').textContent;`;

/** What axe has against the page; it does not look into guests of another origin. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(`${axe}; window.axe = axe;`);
  return page.evaluate<string[]>(`
    const { violations } = await window.axe.run(document, { iframes: false });
    return violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' '));`);
}

for (const engine of await engines()) {
  test(`${engine}: the demo`, async (t) => {
    await fetch(`${demo.guest}/api/reset`, { method: 'POST' }); // each engine finds the same tickets
    const page = await open(engine);
    try {
      await t.test('the CRM shows the tickets of the customer that it sets', async () => {
        await page.goto(`${demo.host}/crm`);
        await page.evaluate(ready('oriel-frame'));
        await page.evaluate(until("document.querySelector('oriel-frame').offsetHeight > 150")); // three rows
        const three = await page.evaluate<number>(
          "return document.querySelector('oriel-frame').offsetHeight;",
        );
        await page.click('.customers li:nth-child(3) button');
        await page.evaluate(until(`document.querySelector('oriel-frame').offsetHeight < ${three - 60}`)); // one row
        assert.equal(await page.evaluate<string>(text('#name')), 'Initech');
      });

      await t.test(
        'with the keyboard alone: the guest asks the host before it closes, and the host hears of it',
        async () => {
          await page.click('.customers li:nth-child(1) button');
          await page.evaluate("document.querySelector('.customers li:nth-child(3) button').focus();");
          await page.evaluate(until("document.querySelector('oriel-frame').offsetHeight > 150"));
          await page.press('Tab');
          await page.press('Enter');
          await page.evaluate(until("document.querySelector('dialog').open"));
          assert.match(await page.evaluate<string>(text('#question')), /^Close “/);
          await page.click('dialog button[value=yes]');
          await page.evaluate(until("document.querySelector('#closed').textContent === '1'"));
          assert.match(
            await page.evaluate<string>(text('.activity')),
            /^Globex: .* was closed; 2 still open/,
          );
        },
      );

      await t.test("the vendor's tag works with no other line of script", async () => {
        await page.goto(`${demo.host}/tag`);
        await page.evaluate(ready('acme-tickets'));
        await page.evaluate(until("document.querySelector('acme-tickets').offsetHeight > 60"));
        assert.equal(
          await page.evaluate<number>("return document.querySelector('acme-tickets').customerId;"),
          42,
        );
      });

      await t.test('each failure of the gallery shows its code', async () => {
        await page.goto(`${demo.host}/gallery`);
        const codes = [
          'bad-src',
          'bad-origin',
          'unsafe-sandbox',
          'silent',
          'never-loaded',
          'blocked-by-csp',
          'unreachable',
          'origin-changed',
          'contract-mismatch',
          'version-mismatch',
        ];
        for (const code of codes) {
          const frame = `document.querySelector('oriel-frame[label^="${code}"]')`;
          await page.evaluate(until(`${frame}?.matches(':state(failed)')`));
          assert.match(
            await page.evaluate<string>(`return ${frame}.shadowRoot.textContent;`),
            new RegExp(code),
          );
        }
      });

      await t.test('axe finds nothing on any page', async () => {
        for (const path of ['/', '/crm', '/tag', '/gallery']) {
          await page.goto(demo.host + path);
          assert.deepEqual(await violations(page), [], path);
        }
      });
    } finally {
      await page.close();
    }
  });
}
