// System B: a ticket system with an API of its own. It says who may embed it.
import { newTickets } from './guest/tickets.mjs';
import { file, json } from './respond.mjs';

const pages = {
  '/widget': '/widget.html',
  '/plain': '/plain.html',
  '/mirror': '/mirror.html',
  '/box': '/box.html',
  '/payments': '/payments.html',
};

export function ticketSystem(origins) {
  let tickets = newTickets();
  return async ({ url, method, headers }, response) => {
    const { pathname, searchParams: query } = new URL(url, 'http://guest.test');
    const { host, guest, gateway } = origins;
    // Not 'self', which for a guest in a sandbox without an origin is nothing in some browsers.
    response.setHeader(
      'content-security-policy',
      `default-src 'none'; script-src ${guest}; style-src ${guest}; img-src data:; connect-src ${guest} ${gateway}; base-uri 'none'; form-action 'none'; frame-ancestors ${query.has('refuse') ? "'none'" : host}; require-trusted-types-for 'script'`,
    );

    if (pathname.startsWith('/api/')) {
      // Only its own pages write here: another page's form or script has another origin.
      if (method === 'POST' && headers.origin && headers.origin !== guest)
        return response.writeHead(403).end();
      return api(pathname, method, query, response);
    }
    // What a server can do to a frame.
    if (query.has('stall')) return; // never answers
    if (query.has('status')) return response.writeHead(Number(query.get('status'))).end();
    if (query.has('redirect')) return response.writeHead(302, { location: query.get('redirect') }).end();
    // Modules are loaded with CORS, and a guest in a sandbox without an origin has \`Origin: null\`.
    if (pathname.endsWith('.js')) response.setHeader('access-control-allow-origin', '*');
    await file(response, 'guest', pages[pathname] ?? pathname, origins);
  };

  function api(pathname, method, query, response) {
    if (pathname === '/api/tickets' && method === 'GET') {
      const customer = Number(query.get('customer'));
      return json(
        response,
        tickets.filter((ticket) => ticket.customer === customer && ticket.open),
      );
    }
    const [, id] = /^\/api\/tickets\/([\w-]+)\/close$/.exec(pathname) ?? [];
    const ticket = tickets.find((one) => one.id === id);
    if (ticket && method === 'POST') {
      ticket.open = false;
      return json(response, ticket);
    }
    if (pathname === '/api/reset' && method === 'POST')
      return json(response, (tickets = newTickets()).length);
    response.writeHead(404).end();
  }
}
