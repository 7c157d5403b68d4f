// Pages that a test writes itself, each on the site it is asked at, with the built kit beside them.
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Certificate } from './certificate.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Answer {
  body: string | Uint8Array;
  type?: string;
  headers?: Record<string, string>;
}

/** Answers for one path. Text is a page. */
export type Route = (
  query: URLSearchParams,
  headers: IncomingHttpHeaders,
) => string | Answer | Promise<string | Answer>;

export interface Pages {
  /** `origin(2)` is another site than `origin(1)`, and has the same pages. */
  origin(site?: number): string;
  close(): Promise<void>;
}

/** Starts a server of its own for each site. Unlike the fixtures, what it serves may be kept in a cache. */
export async function startPages(
  routes: Record<string, Route>,
  sites = 3,
  secure?: Certificate,
): Promise<Pages> {
  const servers = await Promise.all(
    Array.from({ length: sites }, (_, index) => listen(`127.0.0.${index + 1}`, routes, secure)),
  );
  const origins = servers.map((server) => {
    const { address, port } = server.address() as AddressInfo;
    return `${secure ? 'https' : 'http'}://${address}:${port}`;
  });
  return {
    origin: (site = 1) => origins[site - 1] as string,
    async close() {
      for (const server of servers) server.closeAllConnections();
      await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
    },
  };
}

async function listen(
  address: string,
  routes: Record<string, Route>,
  secure: Certificate | undefined,
): Promise<Server> {
  const answer: RequestListener = async ({ url = '/', headers: sent }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://page.test');
    const found = await find(routes, pathname, searchParams, sent).catch(() => undefined);
    const { body, type = 'text/html; charset=utf-8', headers } = found ?? { body: 'Not found' };
    response
      .writeHead(found ? 200 : 404, { 'content-type': type, 'access-control-allow-origin': '*', ...headers })
      .end(body);
  };
  const server = secure ? createSecureServer(secure, answer) : createServer(answer);
  await new Promise<void>((listening) => server.listen(0, address, listening));
  return server;
}

async function find(
  routes: Record<string, Route>,
  path: string,
  query: URLSearchParams,
  headers: IncomingHttpHeaders,
): Promise<Answer | undefined> {
  if (/^\/cdn\/[\w.]+\.js$/.test(path))
    return { body: await readFile(root + path.slice(1), 'utf8'), type: 'text/javascript' };
  const answer = await routes[path]?.(query, headers);
  return typeof answer === 'string' ? { body: answer } : answer;
}

export interface GuestPage {
  /** Before anything else in the `<head>`. */
  head?: string;
  css?: string;
  html?: string;
}

/** What {@link guestPage} and {@link hostPage} import. */
export const runnerRoutes: Record<string, Route> = {
  '/runner.js': () => ({
    type: 'text/javascript',
    body: `
      import { contract, method, type } from '/cdn/guest.js';
      export const runner = contract({
        name: 'test.runner',
        version: '1.0.0',
        guest: { run: method({ input: type(), output: type() }) },
      });`,
  }),
};

/** A guest that runs what its host sends, so that a test can change it: `await frame.guest.run('return innerWidth')`. */
export const guestPage = ({ head = '', css = '', html = '' }: GuestPage): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">${head}
<title>A guest that runs what it is sent</title>
<style>body { margin: 0 } ${css}</style>
${html}
<script type="module">
  import { connectHost } from '/cdn/guest.js';
  import { runner } from '/runner.js';

  window.born = Math.random();
  window.peer = connectHost(runner, {
    allowOrigins: ['*'],
    implement: { run: (code) => new Function('return (async () => {' + code + '})()')() },
  });
</script>`;

/** A host for such a guest: each of its frames has the guest's contract. `html` is the page's body. */
export const hostPage = (html: string, head = ''): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">${head}
<title>A host</title>
<style>body { margin: 0 }</style>
${html}
<script type="module">
  import { runner } from '/runner.js';

  for (const frame of document.querySelectorAll('oriel-frame')) frame.contract = runner;
</script>
<script type="module" src="/cdn/oriel.js"></script>`;

/** Code for the host page: its first frame, once it is ready, as `frame`, and its iframe as `iframe`. */
export const ready = `
  await customElements.whenDefined('oriel-frame');
  const frame = document.querySelector('oriel-frame');
  await frame.ready;
  const iframe = frame.shadowRoot.querySelector('iframe');
  const frames = async (count) => { while (count--) await new Promise(requestAnimationFrame); };
  const until = async (look) => {
    for (const end = performance.now() + 20000; !(await look()); await new Promise((go) => setTimeout(go, 20)))
      if (performance.now() > end) throw new Error('Still not so: ' + look + ', height ' + iframe.style.height);
  };`;
