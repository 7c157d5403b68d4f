// Answers: a file, a page, JSON.
import { readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../scripts/bundle.mjs';

export const folder = fileURLToPath(new URL('.', import.meta.url));
const kit = fileURLToPath(new URL('../cdn', import.meta.url));
const dist = fileURLToPath(new URL('../dist', import.meta.url));

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

let events;
/** What the kit's own bundles lack, as a guest's own build has it: made when it is first asked for. */
const built = {
  '/oriel-events.js': () =>
    (events ??= bundle(`export * from ${JSON.stringify(join(dist, 'channels/events.js'))}`)),
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
  const root = join(folder, system);
  const own = join(root, decodeURI(pathname));
  const path = shared[pathname] ?? own;
  const inside = path !== own || own.startsWith(root + sep);
  const read = built[pathname] ?? (() => readFile(path).catch(() => undefined));
  const content = inside && types[extname(path)] ? await read() : undefined;
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
