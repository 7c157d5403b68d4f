// The headers that SECURITY.md recommends, as they stand there, on real origins: only its addresses are replaced.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { engines, open } from '../support/drive.js';
import { type Answer, type Pages, startPages } from '../support/pages.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const document = readFileSync(`${root}SECURITY.md`, 'utf8');
let pages: Pages;

/** The headers of the block that begins with a comment. */
function recipe(name: string): Record<string, string> {
  const [, lines] = new RegExp(`^\`\`\`http\\n# ${name}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(document) ?? [];
  assert.ok(lines, `SECURITY.md has a recipe "# ${name}"`);
  return Object.fromEntries(
    lines
      .trim()
      .split('\n')
      .map((line) => {
        const [header = '', ...value] = line.split(': ');
        return [header, value.join(': ')];
      }),
  );
}

const addressed = (headers: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(headers).map(([header, value]) => [
      header,
      value
        .replaceAll('https://guest.example', pages.origin(2))
        .replaceAll('https://host.example', pages.origin(1)),
    ]),
  );
const page = (script: string, headers: Record<string, string> = {}): Answer => ({
  body: `<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title>
    <oriel-frame label="Guest"></oriel-frame>
    <script type="module" src="${script}"></script></html>`,
  headers: addressed(headers),
});

before(async () => {
  pages = await startPages({
    '/host': (query) => page('/host.js', recipe(query.get('recipe') ?? '')),
    '/plain-host': () => page('/host.js'),
    '/credentialless': () => page('/host.js', { 'Cross-Origin-Embedder-Policy': 'credentialless' }),
    '/guest': (query) => page('/guest.js', query.has('recipe') ? recipe(query.get('recipe') ?? '') : {}),
    '/host.js': () => ({
      type: 'text/javascript',
      body: `import '/cdn/oriel.js';
        const frame = document.querySelector('oriel-frame');
        window.violations = [];
        document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
          // WebKitGTK looks for an icon by itself.
          if (!blockedURI.endsWith('/favicon.ico')) violations.push(violatedDirective + ' ' + blockedURI);
        });
        window.load = (src) => {
          frame.src = src;
          return frame.ready.then(() => 'ready', ({ code }) => code);
        };`,
    }),
    '/guest.js': () => ({
      type: 'text/javascript',
      headers: { 'Cross-Origin-Resource-Policy': 'cross-origin' },
      body: `import { connectHost, contract } from '/cdn/guest.js';
        connectHost(contract({ name: 'test.recipe', version: '1.0.0' }), { allowOrigins: ['*'] });`,
    }),
  });
});
after(() => pages.close());

const guest = (recipe: string, site = 2) =>
  `${pages.origin(site)}/guest?recipe=${encodeURIComponent(recipe)}`;
/** How long a page may take that is shown, and how long it is waited for one that isn't. */
const [patience, refusal] = [8000, 3000];
const load = (src: string, timeout: number) => `
  for (const end = performance.now() + 20_000; !window.load; await new Promise((go) => setTimeout(go, 20)))
    if (performance.now() > end) throw new Error('The page has no script');
  document.querySelector('oriel-frame').timeout = ${timeout};
  const result = await load('${src}');
  return { result, violations, isolated: window.crossOriginIsolated === true };`;

for (const engine of await engines()) {
  test(`${engine}: the recipes of SECURITY.md`, async (t) => {
    const browser = await open(engine);
    const visit = async (host: string, src: string, { site = 1, timeout = patience } = {}) => {
      await browser.goto(`${pages.origin(site)}${host}`);
      return browser.evaluate<{ result: string; violations: string[]; isolated: boolean }>(
        load(src, timeout),
      );
    };
    try {
      await t.test('a strict host and a guest that names it connect, and nothing is violated', async () => {
        const { result, violations } = await visit('/host?recipe=host', guest('guest'));
        assert.equal(result, 'ready');
        assert.deepEqual(violations, []);
      });
      await t.test('the strict host frames no other guest, and says which directive it is', async () => {
        const { result } = await visit('/host?recipe=host', guest('guest', 3));
        assert.equal(result, 'blocked-by-csp');
      });
      await t.test('the guest is not shown in another host', async () => {
        const { result } = await visit('/plain-host', guest('guest'), { site: 3, timeout: refusal });
        // Chromium and Firefox load their own error page, WebKitGTK nothing.
        assert.ok(['silent', 'never-loaded'].includes(result), result);
      });
      await t.test('an isolated host shows a guest that takes part', async () => {
        const { result } = await visit('/host?recipe=isolated+host', guest('guest of an isolated host'));
        assert.equal(result, 'ready');
      });
      await t.test('an isolated host does not show one that does not', async () => {
        const { result } = await visit('/host?recipe=isolated+host', `${pages.origin(2)}/guest`, {
          timeout: refusal,
        });
        assert.ok(['blocked-by-coep', 'silent', 'never-loaded'].includes(result), result);
      });
      await t.test(
        'a host with COEP credentialless still needs COEP of its guest, where that is known',
        async () => {
          const { result } = await visit('/credentialless', `${pages.origin(2)}/guest`, { timeout: refusal });
          assert.ok(['blocked-by-coep', 'silent', 'never-loaded', 'ready'].includes(result), result);
          console.log(`${engine}: under COEP credentialless a plain guest is ${result}.`);
          const { result: takesPart } = await visit('/credentialless', guest('guest of an isolated host'));
          assert.equal(takesPart, 'ready');
        },
      );
    } finally {
      await browser.close();
    }
  });
}
