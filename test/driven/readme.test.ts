// The README's code, as it stands there, on real origins: only its example addresses are replaced.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { engines, open, type Page } from '../support/drive.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(`${root}README.md`, 'utf8');

/** The code block that contains a text; the README must have exactly the one. */
function block(language: string, containing: string): string {
  const blocks = [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, code = '']) => code,
  );
  const found = blocks.filter((code) => code.includes(containing));
  assert.equal(found.length, 1, `README blocks of ${language} with ${containing}`);
  return found[0] as string;
}

const importMap = `<script type="importmap">${JSON.stringify({
  imports: Object.fromEntries(
    Object.entries({ oriel: 'oriel', define: 'oriel', contract: 'guest', guest: 'guest' }).map(
      ([entry, file]) => [entry === 'oriel' ? entry : `oriel/${entry}`, `/cdn/${file}.js`],
    ),
  ),
})}</script>`;
const page = (body: string) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>README</title>${importMap}</head><body>${body}</body></html>`;
const script = (address: string) => `<script type="module" src="${address}"></script>`;

const files: Record<string, () => string> = {
  '/first': () => page(block('html', '<oriel-frame src')),
  '/host': () =>
    page(
      `<script>window.confirm = () => true; window.logged = []; console.log = (...parts) => logged.push(parts.join(' '));</script>${block('html', '<oriel-frame src')}${script('/host.js')}`,
    ),
  '/tag': () => page(block('html', '<acme-tickets')),
  '/widget': () => page(`<h1>Tickets</h1>${script('/guest.js')}`),
  '/guest.js': () => block('js', 'peer.props.subscribe'),
  '/host.js': () => block('js', 'frame.contract = tickets'),
  '/tickets.contract.js': () => block('js', "name: 'acme.tickets'"),
  '/acme-tickets.js': () => block('js', 'defineWidget('),
};

const servers: Server[] = [];
let host = '';
let guest = '';

async function serve(address: string): Promise<string> {
  const server = createServer(({ url = '/' }, response) => {
    const make = files[url];
    const code = make
      ? make()
      : url.startsWith('/cdn/')
        ? readFileSync(root + url.slice(1), 'utf8')
        : undefined;
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('content-type', url.endsWith('.js') ? 'text/javascript' : 'text/html');
    response.statusCode = code === undefined ? 404 : 200;
    response.end(
      code
        ?.replaceAll('https://cdn.example/', `${host}/cdn/`)
        .replaceAll('https://tickets.example', guest)
        .replaceAll('https://crm.example', host),
    );
  });
  servers.push(server);
  await new Promise<void>((ready) => server.listen(0, address, ready));
  return `http://${address}:${(server.address() as AddressInfo).port}`;
}

before(async () => {
  host = await serve('127.0.0.1');
  guest = await serve('127.0.0.2');
});
after(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

/** Resolves with what the page's element says, once its peer is ready. */
const readyProps = (selector: string) => `
  await customElements.whenDefined('${selector}');
  const element = document.querySelector('${selector}');
  await element.ready;
  return { ready: element.matches(':state(ready)'), props: element.props, height: element.offsetHeight };`;

for (const engine of await engines()) {
  let browser: Page;
  test(`${engine}: the README's pages`, async (t) => {
    browser = await open(engine);
    try {
      await t.test('the tag alone shows the guest', async () => {
        await browser.goto(`${host}/first`);
        const { ready, props, height } = await browser.evaluate<{
          ready: boolean;
          props: unknown;
          height: number;
        }>(readyProps('oriel-frame'));
        assert.equal(ready, true);
        assert.deepEqual(props, { customerId: 42 });
        assert.ok(height > 20);
      });
      await t.test(
        'the host calls the guest, the guest asks the host, and the host hears of it',
        async () => {
          await browser.goto(`${host}/host`);
          // What the README's own listener writes to the console.
          await browser.evaluate(`
          for (const end = performance.now() + 10_000; !logged.includes('solved 7'); ) {
            if (performance.now() > end) throw new Error('Heard only: ' + logged.join(', '));
            await new Promise((go) => setTimeout(go, 20));
          }`);
        },
      );
      await t.test("a vendor's tag works with no other line of script", async () => {
        await browser.goto(`${host}/tag`);
        const { ready } = await browser.evaluate<{ ready: boolean }>(readyProps('acme-tickets'));
        assert.equal(ready, true);
      });
    } finally {
      await browser.close();
    }
  });
}
