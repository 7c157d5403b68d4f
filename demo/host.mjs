// System A: a CRM, and the gallery.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gallery, galleryPages } from './gallery.mjs';
import { file, folder, page } from './respond.mjs';
import { shell } from './shell.mjs';

const pages = {
  '/': { title: 'Demo', name: 'index' },
  '/crm': { title: 'CRM', name: 'crm', script: '/crm.js' },
  '/payments': { title: 'Payments', name: 'payments', script: '/payments.js' },
  '/tag': { title: "Vendor's tag", name: 'tag', script: '{vendor}/acme-tickets.js' },
};

/**
 * @param violated - Called with what the browser reports against this page's policy.
 * @param restart - Kills the gateway, and starts it again.
 */
export function host(origins, violated, restart) {
  return async (request, response) => {
    const { pathname } = new URL(request.url, 'http://host.test');
    if (pathname === '/csp-report' && request.method === 'POST') {
      violated(await body(request));
      return response.writeHead(204).end();
    }
    if (pathname === '/gateway/restart' && request.method === 'POST') {
      // Only a page of this origin: another's form or script says where it is from.
      if (request.headers.origin !== origins.host) return response.writeHead(403).end();
      await restart();
      return response.writeHead(204).end();
    }
    response.setHeader('content-security-policy', policy(origins));
    const { title, name, script } = pages[pathname] ?? {};
    if (name) {
      const main = await readFile(join(folder, 'pages', `${name}.html`), 'utf8');
      return page(response, shell({ title, path: pathname, script, main }), origins);
    }
    if (pathname === '/gallery') return page(response, gallery(), origins);
    if (galleryPages[pathname]) {
      const { html, headers = {} } = galleryPages[pathname];
      for (const [header, value] of Object.entries(headers)) response.setHeader(header, value);
      return page(response, html(), origins);
    }
    await file(response, 'host', pathname, origins);
  };
}

/** Strict: no inline script or style, Trusted Types on, and only the systems of this demo may be embedded. */
const policy = ({ guest, vendor, nowhere }) =>
  [
    "default-src 'none'",
    `script-src 'self' ${vendor}`,
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${guest} ${nowhere}`, // the guest and what's not there: for the \`probe\` of a frame
    `frame-src ${guest} ${vendor} ${nowhere}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'report-uri /csp-report',
  ].join('; ');

async function body(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return JSON.parse(text)['csp-report'] ?? {};
}
