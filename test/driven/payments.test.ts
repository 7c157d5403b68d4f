// The demo's payments: a webhook turns a widget in two browsers, through a gateway that is killed meanwhile.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Demo, startDemo } from '../../demo/servers.mjs';
import { engines, open, type Page } from '../support/drive.js';

const axe = readFileSync(
  fileURLToPath(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url)),
  'utf8',
);
const docs = readFileSync(fileURLToPath(new URL('../../docs/gateway.md', import.meta.url)), 'utf8');
const [, followed = ''] = /^```js\n(\/\/ a page that follows\n[\s\S]*?)^```/m.exec(docs) ?? [];
let demo: Demo;
before(async () => {
  demo = await startDemo();
});
after(() => demo.stop());

/** Waits in the page until an expression is true. */
const until = (expression: string) => `
  const end = performance.now() + 20000;
  while (!(${expression})) {
    if (performance.now() > end) throw new Error(${JSON.stringify(`Still not so: ${expression}`)});
    await new Promise((go) => setTimeout(go, 20));
  }`;
const is = (state: string) => until(`document.querySelector('oriel-frame').matches(':state(${state})')`);
const paid = (total: string, count: number) =>
  until(
    `document.querySelector('.total strong').textContent === '€${total}' && document.querySelectorAll('.tickets li').length === ${count}`,
  );
const violations = `
  const { violations } = await window.axe.run(document, { iframes: false });
  return violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' '));`;
/** What the widget shows after one more payment: all engines have one bank, and five rows are shown. */
let total = 0;
let count = 0;
const sum = (amount: number): [string, number] => {
  total += amount;
  count++;
  return [total.toFixed(2), Math.min(count, 5)];
};
/** In the guest: when its page was loaded. */
const boot = 'return performance.timeOrigin;';

/** Sends a webhook as the bank does, which tries again while nobody answers. @returns the status */
async function send(invoice: string, amount: number, token = demo.bankToken): Promise<number | undefined> {
  const headers = {
    'x-bank-token': token,
    'x-bank-id': invoice, // the same for each attempt
    'content-type': 'application/json',
  };
  return new Promise((resolve, reject) => {
    const sent = request(`${demo.gateway}/hooks/bank`, { method: 'POST', headers }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    });
    sent.once('error', reject).end(JSON.stringify({ invoice, amount }));
  });
}

async function axeFinds(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  await page.evaluateIn('oriel-frame', axe);
  return [
    ...(await page.evaluate<string[]>(violations)),
    ...(await page.evaluateIn<string[]>('oriel-frame', violations)),
  ];
}

for (const engine of await engines()) {
  test(`${engine}: payments`, async (t) => {
    // Written options: a browser of its own.
    const pages = await Promise.all([open(engine), open(engine, { insecure: false })]);
    const [first] = pages;
    const both = <T>(run: (page: Page) => Promise<T>) => Promise.all(pages.map(run));
    /** Waits until both show one more payment. */
    const shown = (amount: number) => {
      const looks = paid(...sum(amount));
      return both((page) => page.evaluateIn('oriel-frame', looks));
    };
    try {
      await both(async (page) => {
        await page.goto(`${demo.host}/payments`);
        await page.evaluate(is('live'));
      });
      const loaded = await both((page) => page.evaluateIn<number>('oriel-frame', boot));

      await t.test('a webhook turns the widget in both browsers', async () => {
        assert.equal(await send(`${engine}-1`, 120), 204);
        await shown(120);
        assert.deepEqual(await axeFinds(first), []);
      });

      await t.test('one that comes twice counts once, and one with a wrong token never', async () => {
        assert.equal(await send(`${engine}-1`, 120), 204);
        assert.equal(await send(`${engine}-2`, 999, 'wrong'), 401);
        assert.equal(await send(`${engine}-3`, 30), 204);
        await shown(30);
      });

      await t.test('while the gateway is dead both are stale, and say so', async () => {
        await demo.killGateway();
        // A connection that was kept is reset instead.
        await assert.rejects(send(`${engine}-4`, 50), ({ code }) => /^ECONN(REFUSED|RESET)$/.test(code));
        await both(async (page) => {
          await page.evaluate(is('stale'));
          const { since, said, badge, filter } = await page.evaluate<Record<string, string>>(`
            const frame = document.querySelector('oriel-frame');
            await frame.updateComplete;
            return {
              since: frame.getAttribute('stale-since'),
              said: frame.shadowRoot.querySelector('[aria-live=polite]').textContent.trim(),
              badge: document.querySelector('#freshness').textContent,
              filter: getComputedStyle(frame.shadowRoot.querySelector('iframe')).filter,
            };`);
          assert.ok(Math.abs(Date.now() - Date.parse(since ?? '')) < 60_000, since);
          assert.match(said ?? '', /^Not up to date since /);
          assert.equal(badge, 'stale');
          assert.match(filter ?? '', /grayscale/);
        });
        assert.deepEqual(await axeFinds(first), []);
      });

      await t.test(
        'when it is back both are live with the right value, and were not loaded again',
        async () => {
          await demo.startGateway();
          assert.equal(await send(`${engine}-4`, 50), 204); // the bank's next attempt
          await shown(50);
          await both(async (page) => {
            await page.evaluate(is('live'));
            await page.evaluate(until("!document.querySelector('oriel-frame').hasAttribute('stale-since')"));
          });
          assert.deepEqual(await both((page) => page.evaluateIn<number>('oriel-frame', boot)), loaded);
          assert.equal(await send(`${engine}-5`, 1), 204);
          await shown(1);
        },
      );

      await t.test('with the keyboard alone: the command is taken, and the gateway restarted', async () => {
        await first.evaluate("document.querySelector('#copy').focus();");
        await first.press('Enter');
        await first.evaluate(until("/Copied|Selected/.test(document.querySelector('#said').textContent)"));
        await first.press('Tab');
        assert.equal(await first.evaluate<string>('return document.activeElement.id;'), 'kill');
        await first.press('Enter');
        await first.evaluate(is('stale'));
        await first.evaluate(until("/there again/.test(document.querySelector('#said').textContent)"));
        await both((page) => page.evaluate(is('live')));
      });

      await t.test('the command that is shown says what the gateway takes', async () => {
        const command = await first.evaluate<string>(
          "return document.querySelector('#command').textContent;",
        );
        assert.ok(command.startsWith(`curl ${demo.gateway}/hooks/bank -H 'x-bank-token: ${demo.bankToken}'`));
        assert.deepEqual(JSON.parse(/ -d '(.+)'$/.exec(command)?.[1] ?? ''), {
          invoice: '2041',
          amount: 120,
        });
      });

      await t.test('a page that follows as docs/gateway.md shows goes on where it was', async () => {
        const code = followed
          .replace(/^import .+$/m, "const { subscribe } = await import('/oriel-events.js');")
          .replace(
            /^import .+$/m,
            `const { contract, event, type } = await import('/oriel-guest.js');
            const shop = contract({ name: 'acme.bank', version: '1.0.0', guest: { paid: event(type(), { retain: 'log' }) } });
            const session = { token: () => 'any' };`,
          )
          .replace('https://gateway.example', demo.gateway);
        const state = "document.querySelector('oriel-frame').freshness?.get().state";
        await first.goto(`${demo.guest}/plain`);
        await first.evaluate(`
          document.body.append(document.createElement('oriel-frame'));
          window.heard = [];
          const console = { log: (_, amount, time) => window.heard.push([amount, Date.parse(time) > 0]) };
          ${code}
          ${until(`${state} === 'live'`)}`);
        await send(`${engine}-6`, 1);
        await first.evaluate(until('window.heard.length === 1'));
        await demo.killGateway();
        await first.evaluate(until(`${state} === 'stale'`));
        await demo.startGateway();
        await send(`${engine}-7`, 2); // while it waits
        await first.evaluate(until(`${state} === 'live' && window.heard.length === 2`));
        assert.deepEqual(await first.evaluate('return window.heard;'), [
          [1, true],
          [2, true],
        ]);
        for (const amount of [1, 2]) sum(amount);
      });
    } finally {
      await Promise.all(pages.map((page) => page.close()));
    }
  });
}
