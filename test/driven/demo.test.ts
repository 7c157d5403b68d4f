// The demo, used as a person would: with the keyboard, in each engine, on its three origins.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { groups } from '../../demo/examples.mjs';
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
/** In the guest: the titles of the tickets that it shows, once there are so many. */
const tickets = (count: number) => `
  ${until(`document.querySelectorAll('.tickets li').length === ${count} && !document.querySelector('.note').textContent.includes('Loading')`)}
  return [...document.querySelectorAll('.tickets span')].map(({ firstChild }) => firstChild.data);`;
/** In the guest: what has the focus. */
const focused = 'return document.activeElement.ariaLabel || document.activeElement.className;';
/** In the guest: until the keys are the first ticket's. Another process hears of the focus a little later. */
const entered = until("document.hasFocus() && document.activeElement.ariaLabel?.startsWith('Close')");
/** What axe has against a page; it does not look into guests of another origin, so it is run there too. */
const violations = `
  const { violations } = await window.axe.run(document, { iframes: false });
  return violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' '));`;

/** What the host's policy was seen to block, after a violation of our own has been reported, which is then left out. */
async function blocked(page: Page): Promise<string[]> {
  const own = `http://violation.example/${demo.violations.length}.png`;
  await page.evaluate(`document.body.append(Object.assign(new Image(), { src: '${own}', alt: '' }));`);
  const isOwn = (uri = '') => uri.startsWith('http://violation.example');
  const end = performance.now() + 15_000;
  while (!demo.violations.some((violation) => isOwn(violation['blocked-uri']))) {
    assert.ok(performance.now() < end, 'the policy reports nothing');
    await new Promise((go) => setTimeout(go, 20));
  }
  return demo.violations
    .splice(0)
    .filter((violation) => !isOwn(violation['blocked-uri']))
    .map((violation) => `${violation['violated-directive']} ${violation['blocked-uri']}`);
}

for (const engine of await engines()) {
  test(`${engine}: the demo`, async (t) => {
    await fetch(`${demo.guest}/api/reset`, { method: 'POST' }); // each engine finds the same tickets
    demo.violations.length = 0;
    const page = await open(engine);
    try {
      await t.test('the CRM shows the tickets of the customer that it sets', async () => {
        await page.goto(`${demo.host}/crm`);
        await page.evaluate(ready('oriel-frame'));
        assert.deepEqual(await page.evaluateIn('oriel-frame', tickets(3)), [
          'Reminders go out an hour late since the clocks changed',
          'Invoice of October shows the old address',
          'Let two dentists share one calendar',
        ]);
        await page.click('.customers li:nth-child(5) button');
        assert.deepEqual(await page.evaluateIn('oriel-frame', tickets(2)), [
          'Plans of more than 50 MB do not upload',
          'Umlauts are missing in the printed report',
        ]);
        assert.equal(await page.evaluate<string>(text('#name')), 'Lumen Architects');
        await page.click('.customers li:nth-child(6) button');
        await page.evaluateIn('oriel-frame', tickets(0));
        assert.match(await page.evaluateIn<string>('oriel-frame', text('.note')), /^No open tickets/);
      });

      await t.test(
        'with the keyboard alone: the guest asks, the host answers, and the focus stays',
        async () => {
          await page.evaluate("document.querySelector('.customers li:nth-child(1) button').click();");
          await page.evaluateIn('oriel-frame', tickets(3));
          await page.evaluate("document.querySelector('.customers li:nth-child(8) button').focus();");
          await page.press('Tab');
          await page.evaluateIn('oriel-frame', entered);
          for (const [left, title] of [
            [2, 'Reminders go out an hour late since the clocks changed'],
            [1, 'Invoice of October shows the old address'],
            [0, 'Let two dentists share one calendar'],
          ] as const) {
            await page.press('Enter');
            await page.evaluate(until("document.querySelector('dialog').open"));
            assert.equal(await page.evaluate<string>(text('#question')), `Close “${title}”?`);
            await page.press('Tab'); // from "Keep it open"
            await page.press('Enter');
            await page.evaluate(until(`document.querySelector('#closed').textContent === '${3 - left}'`));
            assert.equal(
              await page.evaluate<string>(text('.activity li')),
              `Brightside Dental: “${title}” was closed; ${left} still open.`,
            );
            // Whoever closed a ticket is at the next one, without looking for it.
            assert.equal(
              await page.evaluateIn<string>('oriel-frame', focused),
              left
                ? `Close ${left === 2 ? 'Invoice of October shows the old address' : 'Let two dentists share one calendar'}`
                : 'note',
            );
          }
          assert.deepEqual(await page.evaluateIn('oriel-frame', tickets(0)), []);
        },
      );

      await t.test('a ticket stays open, and has the focus, where the answer is no', async () => {
        await page.click('.customers li:nth-child(2) button');
        await page.evaluateIn('oriel-frame', tickets(1));
        await page.evaluate("document.querySelector('.customers li:nth-child(8) button').focus();");
        await page.press('Tab');
        await page.evaluateIn('oriel-frame', entered);
        await page.press('Enter');
        await page.evaluate(until("document.querySelector('dialog').open"));
        await page.press('Escape');
        await page.evaluate(until("!document.querySelector('dialog').open"));
        await page.evaluateIn(
          'oriel-frame',
          until("document.querySelector('.tickets button').ariaBusy === 'false'"),
        );
        assert.equal(
          await page.evaluateIn('oriel-frame', focused),
          'Close Please add two seats from December on',
        );
        assert.deepEqual(await page.evaluateIn('oriel-frame', tickets(1)), [
          'Please add two seats from December on',
        ]);
        assert.deepEqual(await blocked(page), []);
      });

      await t.test("the vendor's tag works with no other line of script", async () => {
        await page.goto(`${demo.host}/tag`);
        await page.evaluate(ready('acme-tickets'));
        assert.equal((await page.evaluateIn<string[]>('acme-tickets', tickets(2))).length, 2);
        assert.equal(
          await page.evaluate<number>("return document.querySelector('acme-tickets').customerId;"),
          42,
        );
        assert.deepEqual(await blocked(page), []);
      });

      await t.test(
        'each example of the gallery reaches the state and the code that it promises',
        async (t) => {
          await page.goto(`${demo.host}/gallery`);
          const promised = groups
            .flatMap(({ examples }) => examples)
            .filter(({ page, state }) => !page && state);
          // A lazy frame begins when it is seen: all of them wait for their timeouts at once.
          for (const { id } of promised)
            await page.evaluate(`
              document.getElementById('${id}').scrollIntoView();
              await new Promise(requestAnimationFrame);`);
          for (const example of promised) await t.test(example.id, () => reaches(page, example.id, example));
          assert.deepEqual(
            (await blocked(page)).filter((line) => !/^frame-src http:\/\/unlisted\.example/.test(line)),
            [],
          );
        },
      );

      await t.test('a page that is cross-origin isolated says why it has no guest', async () => {
        await page.goto(`${demo.host}/gallery/coep`);
        await page.evaluate(`
          window.reports = [];
          if ('ReportingObserver' in window)
            new ReportingObserver((reports) => window.reports.push(...reports), { types: ['coep'] }).observe();
          document.querySelector('.reload').click();
          ${until("document.querySelector('oriel-frame').matches(':state(failed)') && document.querySelector('.said code')")}`);
        const reported = await page.evaluate<boolean>('return window.reports.length > 0;');
        if (!reported) console.log(`${engine} does not report what the embedder policy blocks.`);
        assert.equal(
          await page.evaluate<string>(text('.said code')),
          reported ? 'blocked-by-coep' : 'never-loaded',
        );
      });

      await t.test('a page without script shows the default slot', async () => {
        await page.goto(`${demo.host}/gallery/no-script`);
        assert.ok(await page.evaluate("return document.querySelector('oriel-frame a').checkVisibility();"));
        assert.equal(
          await page.evaluate("return document.querySelector('oriel-frame').matches(':defined');"),
          false,
        );
      });

      await t.test('a guest on its own says that it is not embedded', async () => {
        await page.goto(`${demo.host}/gallery`);
        const href = await page.evaluate<string>("return document.querySelector('#not-embedded a').href;");
        await page.goto(href);
        await page.evaluate(until("document.querySelector('.note').textContent.startsWith('not-embedded')"));
      });

      await t.test('axe finds nothing on any page, nor in the guests', async () => {
        for (const path of ['/', '/crm', '/tag', '/gallery', '/gallery/coep', '/gallery/no-script']) {
          await page.goto(demo.host + path);
          await page.evaluate(axe);
          assert.deepEqual(await page.evaluate<string[]>(violations), [], path);
          const tag = { '/crm': 'oriel-frame', '/tag': 'acme-tickets' }[path];
          if (!tag) continue;
          await page.evaluate(ready(tag));
          await page.evaluateIn(
            tag,
            until("!document.querySelector('.note').textContent.includes('Loading')"),
          );
          await page.evaluateIn(tag, axe);
          assert.deepEqual(await page.evaluateIn<string[]>(tag, violations), [], `the guest of ${path}`);
        }
        for (const path of ['/widget', '/plain', '/mirror', '/box']) {
          await page.goto(demo.guest + path);
          await page.evaluate(axe);
          assert.deepEqual(await page.evaluate<string[]>(violations), [], path);
        }
      });

      await t.test('it works on a machine that has 127.0.0.1 alone', async () => {
        const small = await startDemo({ addresses: ['127.0.0.1', '192.0.2.1', '127.0.0.3'] }); // no machine's own
        try {
          await page.goto(`${small.host}/crm`);
          await page.evaluate(ready('oriel-frame'));
          assert.equal((await page.evaluateIn<string[]>('oriel-frame', tickets(3))).length, 3);
          await page.goto(`${small.host}/tag`);
          await page.evaluate(ready('acme-tickets'));
        } finally {
          small.stop();
        }
      });
    } finally {
      await page.close();
    }
  });
}

interface Promised {
  readonly state?: string;
  readonly code?: string;
  readonly click?: boolean;
}

/** Loads the example as somebody would who looks at it, where it has not come to what it promises by itself. */
async function reaches(page: Page, id: string, { state, code, click }: Promised): Promise<void> {
  const example = `document.getElementById('${id}')`;
  const frame = `${example}.querySelector('oriel-frame')`;
  const said = `${example}.querySelector('.said code')?.textContent`;
  await page.evaluate(`${example}.scrollIntoView();`);
  if (click)
    await page.evaluate(
      `${until(`${frame}.shadowRoot.querySelector('button')`)} ${frame}.shadowRoot.querySelector('button').click();`,
    );
  const there = `${frame}.matches(':state(${state})')${code ? ` && ${said} === '${code}'` : ''}`;
  // With all of the gallery loading at once a page may come too late: alone it has its time.
  await page.evaluate(until(`${there} || ${said}`));
  if (!(await page.evaluate<boolean>(`return ${there};`))) {
    await page.evaluate(`${example}.querySelector('.reload').click();`);
    await page.evaluate(until(there));
  }
}
