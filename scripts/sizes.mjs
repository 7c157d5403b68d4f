// What each entry costs a page, gzipped: sizes.json is a ceiling, and README shows it. `npm run sizes` writes both.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import terser from '@rollup/plugin-terser';
import { bundle } from './bundle.mjs';
import { root } from './install.mjs';

/** Ceilings are this apart, so that not each line of code changes them. */
export const step = 100;

/**
 * What a page imports, by name. Of a large entry most pages take one thing.
 * The goals, with the whole bridge, are 8,500 for the guest, 18,000 for the frame and 19,000 for a widget.
 */
export function imports() {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const file = (entry) => JSON.stringify(join(root, exports[entry].default));
  const found = {
    'guest SDK: `connectHost`': `export { connectHost } from ${file('./guest')}`,
    '`<oriel-frame>`': `import ${file('./elements/frame/define')}`,
    'kept events: `subscribe`': `export { subscribe } from ${file('./channels/events')}`,
    '`defineWidget`': `export { defineWidget } from ${file('./elements/widget')}`,
  };
  for (const entry of Object.keys(exports)) {
    if (exports[entry].types && !typesAlone.includes(entry) && !forNode.test(entry))
      found[`all of \`${entry.replace('.', 'oriel')}\``] =
        `import ${file(entry)}; export * from ${file(entry)}`;
  }
  return found;
}

const typesAlone = ['./jsx', './react', './vue'];
/** What no page loads. */
const forNode = /^\.\/(?:gateway|log|services|sinks|sources)\b/;

/** What a user's bundler makes of an import, minified, in gzipped bytes. */
export async function size(code) {
  const minify = terser({ ecma: 2020, module: true, compress: { passes: 3 }, maxWorkers: 1 });
  return gzipSync(await bundle(code, { plugins: [minify] }), { level: 9 }).length;
}

export const ceilings = () => JSON.parse(readFileSync(join(root, 'sizes.json'), 'utf8'));

/** README's rows: name and kilobytes. */
export function rows(sizes) {
  return Object.entries(sizes).map(([name, bytes]) => [name, `${(bytes / 1000).toFixed(1)} kB`]);
}

/** README's table, aligned as the formatter has it. */
export function table(sizes) {
  const all = [['what a page loads', 'gzip'], ...rows(sizes)];
  const widths = [0, 1].map((column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) => `| ${row[0].padEnd(widths[0])} | ${row[1].padEnd(widths[1])} |`;
  const [head, ...body] = all.map(line);
  return [head, `| ${'-'.repeat(widths[0])} | ${'-'.repeat(widths[1])} |`, ...body].join('\n');
}

const inReadme = /^\| what a page loads[^\n]*\n(?:\|[^\n]*\n)+/m;

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { build } = await import('./build.mjs');
  await build();
  const sizes = {};
  for (const [name, code] of Object.entries(imports()))
    sizes[name] = Math.ceil((await size(code)) / step) * step;
  writeFileSync(join(root, 'sizes.json'), `${JSON.stringify(sizes, null, 2)}\n`);
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  if (!inReadme.test(readme)) throw new Error('README.md has no table of sizes.');
  writeFileSync(
    join(root, 'README.md'),
    readme.replace(inReadme, () => `${table(sizes)}\n`),
  );
  console.log(table(sizes));
}
