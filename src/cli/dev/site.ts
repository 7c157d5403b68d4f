import { randomUUID } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../package.js';
import { Feed } from './feed.js';
import { type Inbox, inboxPath } from './inbox.js';
import { inboxPage, reloadScript } from './pages.js';

interface SiteOptions {
  /** What stands at its root. */
  readonly folder: string;
  /** What is served where that folder has nothing: the project's own files, such as the contract. */
  readonly project: string;
  /** The origins of both sides, as its pages are told. */
  readonly origins: () => { readonly host: string; readonly guest: string };
  readonly inbox?: Inbox;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** One of the two origins: its files, with what loads its pages again. */
export class Site {
  readonly server: Server;
  readonly #options: SiteOptions;
  readonly #feed = new Feed();
  readonly #started = randomUUID();

  constructor(options: SiteOptions) {
    this.#options = options;
    this.server = createServer((request, response) => {
      this.#answer(request, response).catch((error) => {
        if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
        response.end(`${error}\n`);
      });
    });
  }

  /** Loads its pages again. */
  changed(): void {
    this.#feed.say('{}');
  }

  async close(): Promise<void> {
    this.#feed.close();
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { inbox } = this.#options;
    const { pathname } = new URL(request.url ?? '/', 'http://dev');
    // Tunnels have names of their own, so the inbox takes any.
    if (inbox && (pathname === inboxPath || pathname.startsWith(`${inboxPath}/`)))
      return inbox.receive(request, response);
    if (!isLocal(request.headers.host))
      return refuse(response, 403, 'This server answers to this machine alone.');
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return refuse(response, 405, 'Files are read by GET.', { allow: 'GET, HEAD' });
    if (pathname === '/@oriel/changes') return this.#follow(response);
    if (pathname === '/@oriel/reload.js') return void send(response, '.js', reloadScript);
    if (inbox && pathname === '/@oriel/inbox') return void send(response, '.html', inboxPage);
    if (inbox && pathname === '/@oriel/inbox/feed') return inbox.show(response);
    return this.#file(pathname, response);
  }

  #follow(response: ServerResponse): void {
    this.#feed.add(response);
    this.#feed.tell(response, JSON.stringify({ started: this.#started }));
  }

  async #file(pathname: string, response: ServerResponse): Promise<void> {
    const path = decoded(pathname);
    if (path === undefined) return refuse(response, 400, 'That is no path.');
    const { folder, project } = this.#options;
    const file = (await fileIn(folder, path)) ?? (await fileIn(project, path)) ?? (await fileOfOurs(path));
    if (file === undefined) return refuse(response, 404, `There is no ${path} here.`);
    const bytes = await readFile(file);
    const type = extname(file).toLowerCase();
    return void send(response, type, type === '.html' ? this.#withReload(bytes.toString()) : bytes);
  }

  /** A page, told who its other side is. No module may stand before its import map, so the script is a classic one. */
  #withReload(html: string): string {
    const { host, guest } = this.#options.origins();
    const added = `<meta name="oriel-host" content="${host}"><meta name="oriel-guest" content="${guest}"><script defer src="/@oriel/reload.js"></script>`;
    const head = /<head(?:\s[^>]*)?>|<html(?:\s[^>]*)?>|<!doctype[^>]*>/gi;
    let at = 0;
    for (const found of html.matchAll(head)) at = found.index + found[0].length;
    return html.slice(0, at) + added + html.slice(at);
  }
}

function decoded(pathname: string): string | undefined {
  try {
    const path = decodeURIComponent(pathname);
    return path.includes('\0') ? undefined : path;
  } catch {
    return;
  }
}

/** A file in a folder, and not outside of it; hidden ones are nobody's business. */
async function fileIn(folder: string, path: string): Promise<string | undefined> {
  if (path.split(/[/\\]/).some((part) => part.startsWith('.'))) return;
  try {
    const base = await realpath(folder);
    let file = await realpath(join(base, path));
    if ((await stat(file)).isDirectory()) file = await realpath(join(file, 'index.html'));
    // What is linked to from a project is the project's own, but only as a package.
    if (!file.startsWith(base + sep) && !path.startsWith('/node_modules/')) return;
    return file;
  } catch {
    return; // it isn't there
  }
}

/** What pages load of oriel is there before it is installed. */
function fileOfOurs(path: string): Promise<string | undefined> {
  const [, name] = /^\/node_modules\/oriel\/(cdn\/.+)$/.exec(path) ?? [];
  return name === undefined ? Promise.resolve(undefined) : fileIn(fileURLToPath(packageRoot), `/${name}`);
}

function isLocal(host = ''): boolean {
  return /^(localhost|[a-z0-9-]+\.localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host);
}

function send(response: ServerResponse, type: string, body: string | Buffer): void {
  response
    .writeHead(200, {
      'content-type': types[type] ?? 'application/octet-stream',
      'cache-control': 'no-store',
    })
    .end(body);
}

function refuse(
  response: ServerResponse,
  status: number,
  why: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(`${why}\n`);
}
