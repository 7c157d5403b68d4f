// The package in what users build with, and in pages that build nothing: the tag becomes ready, and a call works.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import webpack from 'webpack';
import { engines, open, type Page } from '../support/drive.js';
import { installPacked } from '../support/tarball.js';

const { folder, remove } = installPacked();
const servers: Server[] = [];
let browser: Page;
let host = '';
let guest = '';

const contract = `export const sums = contract({
  name: 'test.sums',
  version: '1.0.0',
  guest: { twice: method({ input: type(), output: type() }) },
});`;
/** Fills in what the page's frame needs. */
const hostCode = `
const frame = document.querySelector('oriel-frame');
frame.contract = sums;
frame.src = new URLSearchParams(location.search).get('src');`;
const guestCode = "connectHost(sums, { allowOrigins: ['*'], implement: { twice: (n) => 2 * n } });";

/** Sources as somebody writes them who installs the package. */
const sources = {
  'sums.js': `import { contract, method, type } from 'oriel/contract';\n${contract}`,
  'host.js': `import 'oriel/define';\nimport { sums } from './sums.js';\n${hostCode}`,
  'guest.js': `import { connectHost } from 'oriel/guest';\nimport { sums } from './sums.js';\n${guestCode}`,
};
const entry = { host: join(folder, 'src/host.js'), guest: join(folder, 'src/guest.js') };

const page = (body: string, head = '') =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Page</title>${head}${body}`;
const tag = '<oriel-frame label="Guest"></oriel-frame>';

/** Pages with these scripts, in a folder. */
function write(name: string, scripts: { host: string; guest: string }, head = ''): void {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'host.html'), page(`${tag}${scripts.host}`, head));
  writeFileSync(join(folder, name, 'guest.html'), page(`<p>Guest</p>${scripts.guest}`, head));
}

const built = {
  host: '<script type="module" src="host.js"></script>',
  guest: '<script type="module" src="guest.js"></script>',
};

const makers: Record<string, (name: string) => Promise<unknown> | void> = {
  async vite(name) {
    await vite({
      root: folder,
      configFile: false,
      logLevel: 'error',
      build: {
        outDir: name,
        modulePreload: false,
        rolldownOptions: { input: entry, output: { entryFileNames: '[name].js' } },
      },
    });
    write(name, built);
  },
  async webpack(name) {
    const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) =>
      webpack(
        {
          mode: 'production',
          context: folder,
          entry,
          output: { path: join(folder, name), filename: '[name].js' },
        },
        (error, stats) => (error ? reject(error) : resolve(stats)),
      ),
    );
    // Warnings too: a user would see them at each build. How large a file may be is not one of ours.
    const { errors = [], warnings = [] } = stats?.toJson({ all: false, errors: true, warnings: true }) ?? {};
    assert.deepEqual(
      [...errors, ...warnings].map(({ message }) => message).filter((text) => !/size limit/.test(text)),
      [],
    );
    write(name, built);
  },
  async esbuild(name) {
    const { errors, warnings } = await esbuild({
      entryPoints: entry,
      bundle: true,
      splitting: true,
      minify: true,
      format: 'esm',
      outdir: join(folder, name),
      logLevel: 'silent',
    });
    assert.deepEqual([...errors, ...warnings], []);
    write(name, built);
  },
  'a plain page'(name) {
    const oriel = '/node_modules/oriel/cdn';
    const hashes = JSON.parse(readFileSync(join(folder, 'node_modules/oriel/cdn/sri.json'), 'utf8'));
    const script = (file: string) =>
      `<script src="${oriel}/${file}" integrity="${hashes[file]}" crossorigin></script>`;
    const classic = (library: string, code: string) =>
      `<script>${code.replaceAll(/\b(contract|method|type|connectHost)\(/g, `${library}.$1(`).replace('export ', '')}</script>`;
    write(name, {
      host: script('oriel.global.js') + classic('oriel', contract + hostCode),
      guest: script('guest.global.js') + classic('orielGuest', contract + guestCode),
    });
  },
  'an import map'(name) {
    const at = (path: string) => `/node_modules/${path}`;
    const imports = {
      'oriel/contract': at('oriel/dist/contract/index.js'),
      'oriel/define': at('oriel/dist/define.js'),
      'oriel/guest': at('oriel/dist/guest/index.js'),
      penpal: at('penpal/dist/penpal.mjs'),
      lit: at('lit/index.js'),
      'lit-element/': at('lit-element/'),
      'lit-html': at('lit-html/lit-html.js'),
      'lit-html/': at('lit-html/'),
      '@lit/reactive-element': at('@lit/reactive-element/reactive-element.js'),
      '@lit/reactive-element/': at('@lit/reactive-element/'),
    };
    write(
      name,
      {
        host: '<script type="module" src="/src/host.js"></script>',
        guest: '<script type="module" src="/src/guest.js"></script>',
      },
      `<script type="importmap">${JSON.stringify({ imports })}</script>`,
    );
  },
};

async function serve(address: string): Promise<string> {
  const server = createServer(({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://page.test');
    response
      .setHeader('access-control-allow-origin', '*')
      .setHeader('content-type', pathname.endsWith('.html') ? 'text/html' : 'text/javascript');
    try {
      response.end(readFileSync(join(folder, decodeURIComponent(pathname))));
    } catch {
      response.writeHead(404).end();
    }
  });
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, address, listening));
  return `http://${address}:${(server.address() as AddressInfo).port}`;
}

const engine = (await engines())[0];
before(async () => {
  mkdirSync(join(folder, 'src'));
  for (const [name, code] of Object.entries(sources)) writeFileSync(join(folder, 'src', name), code);
  host = await serve('127.0.0.1');
  guest = await serve('127.0.0.2');
  // Chromium where it is there: that each engine runs the kit is the other tests' to show.
  if (engine) browser = await open(engine);
});
after(async () => {
  await browser?.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  remove();
});

for (const [name, make] of Object.entries(makers)) {
  test(`${engine}: with ${name}, the tag becomes ready and a call works`, async () => {
    await make(name);
    const src = encodeURIComponent(`${guest}/${name}/guest.html`);
    await browser.goto(`${host}/${name}/host.html?src=${src}`);
    const seen = await browser.evaluate(`
      const frame = document.querySelector('oriel-frame');
      const ran = () => frame.contract && customElements.get('oriel-frame');
      for (const end = performance.now() + 10_000; !ran(); await new Promise((go) => setTimeout(go, 20)))
        if (performance.now() > end) throw new Error('The tag is not defined, or the page did not run.');
      await frame.ready;
      return { ready: frame.matches(':state(ready)'), answer: await frame.guest.twice(21) };`);
    assert.deepEqual(seen, { ready: true, answer: 42 });
  });
}
