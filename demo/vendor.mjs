// Where the vendor of system B publishes the script of its tag.
import { join } from 'node:path';
import { file, folder } from './respond.mjs';

/** Made once, however often the demo is started. */
let script;

export async function vendor(origins) {
  script ??= bundle();
  const code = await script;
  return async ({ url }, response) => {
    const { pathname } = new URL(url, 'http://vendor.test');
    if (pathname.endsWith('.js')) response.setHeader('access-control-allow-origin', '*'); // a module of other pages
    if (pathname === '/acme-tickets.js') {
      response.writeHead(200, {
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'no-store',
      });
      return response.end(code.replace('__GUEST__', origins.guest));
    }
    // The guest's page on another origin than the host expects: where a redirect leads to.
    await file(response, 'guest', pathname === '/mirror' ? '/mirror.html' : pathname, origins);
  };
}

/** One file with the kit, the contract and the tag in it, as a vendor would publish it. */
async function bundle() {
  const [{ rollup }, { default: nodeResolve }, { default: terser }] = await Promise.all([
    import('rollup'),
    import('@rollup/plugin-node-resolve'),
    import('@rollup/plugin-terser'),
  ]);
  const kit = {
    name: 'kit',
    resolveId: (id) => (id === '/oriel-guest.js' ? join(folder, '../dist/contract/index.js') : null),
  };
  const bundled = await rollup({
    input: join(folder, 'vendor/acme-tickets.js'),
    plugins: [kit, nodeResolve({ browser: true }), terser({ module: true })],
  });
  const { output } = await bundled.generate({ format: 'es' });
  await bundled.close();
  return output[0].code;
}
