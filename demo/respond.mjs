// Answers: a file, a page, JSON.
import { readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const folder = fileURLToPath(new URL('.', import.meta.url));
const kit = fileURLToPath(new URL('../cdn', import.meta.url));
const modules = fileURLToPath(new URL('../dist', import.meta.url));

const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** The kit's own files, and the contract, which each system serves for itself. */
const shared = {
  '/oriel.js': join(kit, 'oriel.js'),
  '/oriel-guest.js': join(kit, 'guest.js'),
  '/tickets.contract.js': join(folder, 'tickets.contract.js'),
};

export function json(response, value) {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** A page, with the origins where it names them: `{guest}`. */
export function page(response, html, origins) {
  const text = html.replaceAll(/\{(\w+)\}/g, (all, name) => origins[name] ?? all);
  response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    .end(text);
}

/** A file of one system's folder, or of the kit. What else the address asks for (`?v=1`) is ignored. */
export async function file(response, system, pathname, origins) {
  // What the kit's bundles lack is there module by module: `/oriel/events/index.js`.
  const [, module] = /^\/oriel(\/.+)/.exec(pathname) ?? [];
  const root = module ? modules : join(folder, system);
  const own = join(root, decodeURI(module ?? pathname));
  const path = shared[pathname] ?? own;
  const inside = path !== own || own.startsWith(root + sep);
  const content = inside && types[extname(path)] ? await readFile(path).catch(() => undefined) : undefined;
  if (!content) return missing(response);
  if (extname(path) === '.html') return page(response, String(content), origins);
  response.writeHead(200, {
    'content-type': `${types[extname(path)]}; charset=utf-8`,
    'cache-control': 'max-age=5', // all frames of a page share one file, and the next build's is seen
  });
  response.end(content);
}

export function missing(response) {
  response
    .writeHead(404, { 'content-type': 'text/html' })
    .end('<!doctype html><html lang="en"><title>Not found</title><p>Not found</p></html>');
}
