// A page with nothing but a <script> and a tag, with each built file, under a strict policy and Trusted Types.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { engines, open } from '../support/drive.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tags = {
  module: '<script type="module" src="/cdn/oriel.js"></script>',
  classic: '<script src="/cdn/oriel.global.js"></script>',
};
const guests: Record<string, string> = {
  module: '<script type="module" src="/guest-module.js"></script>',
  classic: '<script src="/cdn/guest.global.js"></script><script src="/guest-classic.js"></script>',
};
const scripts: Record<string, string> = {
  '/watch.js':
    "window.violations = []; addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => violations.push(violatedDirective + ' ' + blockedURI));",
  '/guest-module.js':
    "import { connectHost, contract } from '/cdn/guest.js'; connectHost(contract({ name: 'cdn.page', version: '1.0.0' }), { allowOrigins: ['*'] });",
  '/guest-classic.js':
    "orielGuest.connectHost(orielGuest.contract({ name: 'cdn.page', version: '1.0.0' }), { allowOrigins: ['*'] });",
};

const servers: Server[] = [];
let guestOrigin = '';

async function serve(address: string, page: (query: URLSearchParams) => string): Promise<string> {
  const server = createServer(({ url = '/' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://page.test');
    response.setHeader(
      'content-security-policy',
      `script-src 'self'; style-src 'self'; require-trusted-types-for 'script'`,
    );
    const script = pathname.startsWith('/cdn/') ? readFileSync(root + pathname.slice(1)) : scripts[pathname];
    if (script) response.setHeader('content-type', 'text/javascript').end(script);
    else response.setHeader('content-type', 'text/html').end(page(searchParams));
  });
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, address, listening));
  return `http://${address}:${(server.address() as AddressInfo).port}`;
}

let hostOrigin = '';
before(async () => {
  guestOrigin = await serve(
    '127.0.0.2',
    (query) => `<!doctype html><title>Guest</title><p>Guest</p>${guests[query.get('guest') ?? '']}`,
  );
  hostOrigin = await serve('127.0.0.1', (query) => {
    const kinds = (query.get('host') ?? '').split(' ') as (keyof typeof tags)[];
    return `<!doctype html><title>Host</title><script src="/watch.js"></script>${kinds.map((kind) => tags[kind]).join('')}<oriel-frame label="Guest" src="${guestOrigin}/?guest=${query.get('guest')}"></oriel-frame>`;
  });
});
after(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

const pages: [name: string, host: string, guest: string][] = [
  ['the module', 'module', 'module'],
  ['the classic script', 'classic', 'classic'],
  ['the script twice, as a classic script and as a module', 'classic module', 'module'],
];

for (const engine of await engines()) {
  test(`${engine}: pages with a script and a tag`, async (t) => {
    const page = await open(engine);
    try {
      for (const [name, host, guest] of pages) {
        await t.test(`${name} shows the guest and breaks no policy`, async () => {
          await page.goto(`${hostOrigin}/?${new URLSearchParams({ host, guest })}`);
          const { ready, violations } = await page.evaluate<{ ready: boolean; violations: string[] }>(`
            await customElements.whenDefined('oriel-frame');
            const frame = document.querySelector('oriel-frame');
            await frame.ready;
            return { ready: frame.matches(':state(ready)'), violations };`);
          assert.equal(ready, true);
          assert.deepEqual(violations, []);
        });
      }
    } finally {
      await page.close();
    }
  });
}
