// node run.mjs [--engines=chromium,firefox,webkit] [--rounds=5] [peer …]: a table, each figure beside its ratio to raw.
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { build } from 'esbuild';
import { open } from '../build/support/drive.js';

const here = import.meta.dirname;
const flag = (name, fallback) =>
  process.argv.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1] ?? fallback;
const engines = flag('engines', 'chromium').split(',');
const rounds = Number(flag('rounds', 5));
const asked = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const named = (folder) =>
  readdirSync(join(here, folder))
    .map((file) => file.replace('.mjs', ''))
    .filter((name) => name !== 'api' && (!asked.length || asked.includes(name) || name.startsWith('raw')));
const kinds = {
  peers: { floor: 'raw-port', host: 'host-calls' },
  resize: { floor: 'raw', host: 'host-resize' },
};

const scripts = {};
for (const [kind, { host }] of Object.entries(kinds)) {
  for (const name of named(kind)) {
    const peer = `import * as peer from './${kind}/${name}.mjs';`;
    scripts[`/${kind}/${name}/host.js`] = await bundle(
      `${peer} import { measure } from './${host}.mjs'; globalThis.measure = (url) => measure(peer, url);`,
    );
    scripts[`/${kind}/${name}/guest.js`] = await bundle(
      `${peer} const box = document.querySelector('div');
       addEventListener('message', ({ data }) => { if (String(data).startsWith('height:')) box.style.height = data.slice(7) + 'px'; });
       await peer.guest(); parent.postMessage('up', '*');`,
    );
  }
}

async function bundle(contents) {
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

const server = createServer(({ url }, response) => {
  const { pathname } = new URL(url, 'http://127.0.0.1');
  const [, , , page] = pathname.split('/');
  if (scripts[pathname]) return response.setHeader('content-type', 'text/javascript').end(scripts[pathname]);
  response
    .setHeader('content-type', 'text/html')
    .end(
      `<!doctype html><meta charset="utf-8"><style>body { margin: 0 }</style>${page === 'guest' ? '<div style="height:50px"></div>' : ''}<script type="module" src="${page}.js"></script>`,
    );
});
await new Promise((ready) => server.listen(0, ready));
const { port } = server.address();
const origins = { host: `http://127.0.0.1:${port}`, guest: `http://127.0.0.2:${port}` };

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
for (const engine of engines) {
  const page = await open(engine);
  for (const [kind, { floor }] of Object.entries(kinds)) {
    const results = {};
    for (let round = 0; round < rounds; round++) {
      for (const name of named(kind).sort(() => Math.random() - 0.5)) {
        const query = new URLSearchParams(origins);
        await page.goto(`${origins.host}/${kind}/${name}/host?${query}`);
        const figures = await page
          .evaluate(
            `while (!globalThis.measure) await new Promise((go) => setTimeout(go, 5)); return measure(${JSON.stringify(`${origins.guest}/${kind}/${name}/guest?${query}`)});`,
          )
          .catch((error) => console.error(`${engine} ${name}: ${error.message.split('\n')[0]}`));
        for (const [figure, value] of Object.entries(figures ?? {}))
          ((results[name] ??= {})[figure] ??= []).push(value);
      }
    }
    table(engine, kind, floor, results);
  }
  await page.close();
}
server.close();
server.closeAllConnections();

function table(engine, kind, floor, results) {
  const figures = Object.keys(results[floor] ?? {});
  console.log(
    `\n${engine}, ${kind} (median of ${rounds}; ready and height in ms, the rest in µs; ratio to ${floor})`,
  );
  console.log(['', ...figures].map((name) => name.padEnd(20)).join(''));
  for (const name of Object.keys(results).sort()) {
    const cells = figures.map((figure) => {
      const value = median(results[name][figure] ?? [Number.NaN]);
      return `${value.toFixed(1)} (${(value / median(results[floor][figure])).toFixed(2)})`;
    });
    console.log([name, ...cells].map((cell) => cell.padEnd(20)).join(''));
  }
}
