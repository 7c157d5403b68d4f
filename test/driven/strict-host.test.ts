// Hosts with strict policies: nonces and Trusted Types, and cross-origin isolation.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { engines, open } from '../support/drive.js';
import { leftOut } from '../support/left-out.js';
import { guestPage, hostPage, type Pages, ready, runnerRoutes, startPages } from '../support/pages.js';

const nonce = 'c2VjcmV0';
const watch = `<script>
  window.violations = [];
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) =>
    violations.push([violatedDirective, blockedURI, sample].join(' ')));
  window.reported = [];
  if ('ReportingObserver' in window)
    new ReportingObserver((reports) => reported.push(...reports.map(({ body }) => body.toJSON().blockedURL)), {
      types: ['coep'],
      buffered: true,
    }).observe();
</script>`;

let pages: Pages;
before(async () => {
  const frame = (src: string, attributes = '') =>
    `<oriel-frame label="Guest" src="${pages.origin(2)}${src}" ${attributes}></oriel-frame>`;
  pages = await startPages({
    ...runnerRoutes,
    '/guest': (query) => ({
      body: guestPage({ html: '<div style="height: 240px">Guest</div>' }),
      headers: query.has('coep')
        ? {
            'cross-origin-embedder-policy': 'require-corp',
            'cross-origin-resource-policy': 'cross-origin',
          }
        : {},
    }),
    '/silent': () => '<!doctype html><title>No guest</title>',
    '/nonce': () => ({
      body: hostPage(
        `${frame('/guest')}${frame('/silent', 'timeout="500"')}<script>undoubtedly.blocked()</script>`,
        watch,
      ).replaceAll(/<(script|style)(?!>undoubtedly)/g, `<$1 nonce="${nonce}"`),
      headers: {
        'content-security-policy': `default-src 'none'; img-src 'self'; script-src 'nonce-${nonce}' 'strict-dynamic'; style-src 'nonce-${nonce}'; frame-src ${pages.origin(2)}; require-trusted-types-for 'script'; trusted-types lit-html`,
      },
    }),
    '/isolated': (query) => ({
      body: hostPage(
        frame(`/guest?${query}`, query.has('credentialless') ? 'credentialless' : 'timeout="2000"'),
        watch,
      ),
      headers: {
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
      },
    }),
  });
});
after(() => pages.close());

for (const engine of await engines()) {
  test(`${engine}: a strict host`, async (t) => {
    const page = await open(engine);
    try {
      await t.test('with nonces and Trusted Types: guest and error are shown with their styles', async () => {
        await page.goto(`${pages.origin()}/nonce`);
        const seen = await page.evaluate<Record<string, unknown>>(`${ready}
          const failed = document.querySelectorAll('oriel-frame')[1];
          await until(() => failed.matches(':state(failed)'));
          const error = failed.shadowRoot.querySelector('[part=error]');
          await until(() => iframe.style.height === '240px');
          return {
            answer: await frame.guest.run('return 6 * 7'),
            width: iframe.clientWidth,
            height: iframe.offsetHeight,
            error: getComputedStyle(error).display + ' ' + getComputedStyle(error).borderTopStyle,
            text: error.innerText.includes('could not be shown'),
            page: innerWidth,
            violations,
          };`);
        const { violations, width, page: whole, ...rest } = seen;
        assert.deepEqual(rest, { answer: 42, height: 240, error: 'flex solid', text: true });
        assert.equal(width, whole);
        // The page's own inline script shows that the policy holds; it is the only one that broke it.
        assert.equal((violations as string[]).length, 1, String(violations));
        assert.match(String(violations), /^script-src(-elem)? inline/);
      });

      await t.test(
        'that requires COEP: the guest is told to be blocked, by name where the browser tells',
        async () => {
          await page.goto(`${pages.origin()}/isolated`);
          const { code, message, state, reported, isolated } = await page.evaluate<Record<string, any>>(`
          const frame = document.querySelector('oriel-frame');
          await customElements.whenDefined('oriel-frame');
          const { code, message } = await frame.ready.then(() => ({}), (error) => error);
          return { code, message, reported, isolated: crossOriginIsolated, state: frame.matches(':state(failed)') };`);
          assert.equal(isolated, true);
          assert.equal(state, true);
          assert.match(message, /Cross-Origin-Embedder-Policy/);
          if (reported.some((url: string) => url.startsWith(pages.origin(2))))
            assert.equal(code, 'blocked-by-coep');
          else assert.match(code, /^(silent|never-loaded)$/);
          console.log(`${engine}: a guest that COEP blocks is ${code}`);
        },
      );

      await t.test('that requires COEP: a guest that opts in connects', async () => {
        await page.goto(`${pages.origin()}/isolated?coep`);
        assert.equal(await page.evaluate(`${ready} return frame.guest.run('return 1');`), 1);
      });

      await t.test('that requires COEP: `credentialless` lets any guest in', async (t) => {
        await page.goto(`${pages.origin()}/isolated?credentialless`);
        if (!(await page.evaluate("return 'credentialless' in HTMLIFrameElement.prototype;")))
          return leftOut(t, `${engine} has no \`credentialless\` frames`);
        assert.equal(
          await page.evaluate(`${ready} return frame.guest.run('return window.credentialless');`),
          true,
        );
      });
    } finally {
      await page.close();
    }
  });
}
