// dist/ -> cdn/: one file for a page with nothing but a <script>, as a module and as a classic script.
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import nodeResolve from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';

/** Follows the maps that tsc wrote, so that a debugger shows src/. */
const sourceMaps = {
  name: 'source-maps',
  async load(id) {
    if (!id.endsWith('.js') || id.startsWith('\0')) return null;
    const [code, map] = await Promise.all([
      readFile(id, 'utf8'),
      readFile(`${id}.map`, 'utf8').catch(() => null),
    ]);
    return map ? { code, map: JSON.parse(map) } : null;
  },
};

const hashes = {};
/** cdn/sri.json: what a page writes into `integrity`. */
const sri = {
  name: 'sri',
  async writeBundle(_, bundle) {
    for (const [name, chunk] of Object.entries(bundle)) {
      if (chunk.type === 'chunk')
        hashes[name] = `sha384-${createHash('sha384').update(chunk.code).digest('base64')}`;
    }
    await writeFile('cdn/sri.json', `${JSON.stringify(hashes, Object.keys(hashes).sort(), 2)}\n`);
  },
};

const entry = (name, global) => ({
  input: `dist/cdn-${name}.js`,
  plugins: [nodeResolve({ browser: true }), sourceMaps, terser({ ecma: 2020, compress: { passes: 3 } }), sri],
  output: [
    { file: `cdn/${name}.js`, format: 'es', sourcemap: true },
    { file: `cdn/${name}.global.js`, format: 'iife', name: global, sourcemap: true },
  ],
});

export default [entry('oriel', 'oriel'), entry('guest', 'orielGuest')];
