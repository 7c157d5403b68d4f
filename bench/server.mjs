// Bundles each peer alike, and serves its host's and its guest's page on two sites.
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;
const folders = { calls: 'peers', frames: 'peers', height: 'height', depth: 'depth', flood: 'flood' };

/** The peers of one part. */
export const peersOf = (part) =>
  readdirSync(join(here, folders[part]))
    .map((file) => file.replace('.mjs', ''))
    .filter((name) => name !== 'api' && name !== 'contract');

export async function bundle(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: here },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0].text;
}

const host = (part, peer) => `
  import * as peer from './${folders[part]}/${peer}.mjs';
  import * as raw from './${folders[part]}/raw.mjs';
  import * as page from './pages/${part}.mjs';
  Object.assign(globalThis, { page, pair: { peer: { ...peer }, raw: { ...raw } } });
  ${part === 'depth' ? "import * as comlink from './depth/comlink.mjs';\n  pair.comlink = { ...comlink };" : ''}`;

const guest = (part, peer) => `
  import * as peer from './${folders[part]}/${peer}.mjs';
  ${part === 'frames' ? "addEventListener('message', ({ data }) => data === 'gc' && globalThis.gc?.());" : ''}
  ${part === 'height' ? resizable : ''}
  await peer.guest();
  ${part === 'height' ? "parent.postMessage('up', '*');" : ''}`;

const resizable = `
  const box = document.querySelector('main');
  box.style.height = '150px';
  addEventListener('message', ({ data }) => {
    if (String(data).startsWith('height:')) box.style.height = data.slice(7) + 'px';
  });`;

const page = (script) => `<!doctype html>
<meta charset="utf-8">
<link rel="icon" href="data:,">
<style>body { margin: 0 } iframe, oriel-frame { border: 0; width: 400px; height: 150px } oriel-frame { height: auto }</style>
<main></main>
<script type="module" src="${script}.js"></script>`;

/** Serves `parts`, and gives the address of a peer's page. */
export async function serve(parts) {
  const scripts = new Map();
  for (const part of parts) {
    for (const peer of peersOf(part)) {
      scripts.set(`/${part}/${peer}/host.js`, await bundle(host(part, peer)));
      scripts.set(`/${part}/${peer}/guest.js`, await bundle(guest(part, peer)));
    }
  }
  const server = createServer(({ url }, response) => {
    const { pathname } = new URL(url, 'http://127.0.0.1');
    const script = scripts.get(pathname);
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
    // What is measured is the script, not its way over the network.
    response.setHeader('cache-control', 'max-age=600');
    response.end(script ?? page(pathname.split('/').at(-1)));
  });
  await new Promise((ready) => server.listen(0, ready));
  const { port } = server.address();
  const query = `host=http://127.0.0.1:${port}&guest=http://127.0.0.2:${port}`;
  return {
    hostOf: (part, peer) => `http://127.0.0.1:${port}/${part}/${peer}/host?${query}`,
    guestOf: (part, peer) => `http://127.0.0.2:${port}/${part}/${peer}/guest?${query}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
