import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { describe } from '../contract/index.js';
import { placeOf } from './address.js';
import { asyncapi } from './asyncapi.js';
import { permit } from './calls.js';
import type { follow } from './follow.js';
import type { post } from './http-calls.js';
import type { seeToLetters } from './http-dead-letters.js';
import type { Meter } from './meter.js';
import { openapi } from './openapi.js';
import { problemOf, problemResponse, Refusal } from './problem.js';
import type { Rates } from './rates.js';
import type { Served } from './served.js';
import type { Sources } from './sources.js';
import { type Authorize, type Caller, tokenOf } from './tokens.js';

/** What a server knows of a request beyond itself. */
export interface RequestInfo {
  /** The client's address, by which it is told from others where tokens don't. */
  readonly address?: string | undefined;
}

/** What answers. */
export interface AppParts {
  readonly path: string;
  readonly cors: readonly string[];
  readonly secured: boolean;
  readonly contracts: ReadonlyMap<string, Served>;
  readonly sources: Sources;
  /** How often each caller may ask. */
  readonly rates: Rates;
  /** How often clients may connect. */
  readonly connects: Rates;
  /** How often an address may send to a source. */
  readonly hooks: Rates;
  readonly meter: Meter;
  readonly authorize: Authorize;
  /** Rejects while nothing can be taken: at the start, and at the end. */
  readonly open: () => Promise<void>;
  readonly health: () => Promise<{ readonly ok: boolean }>;
  readonly post: Prepared<typeof post>;
  readonly follow: Prepared<typeof follow>;
  readonly letters: Prepared<typeof seeToLetters>;
  /** What answers the channel of `oriel/channels/sse`, which looks at tokens and origins itself. */
  readonly sse: (request: Request, place: string) => Promise<Response>;
  readonly onError: (error: unknown, where: string) => void;
}

/** A function whose last argument is given. */
type Prepared<F extends (...its: never[]) => unknown> = (
  ...its: Parameters<F> extends [...infer P, unknown] ? P : never
) => Promise<Response>;

type Env = { Bindings: RequestInfo };

/** The gateway's addresses. */
export function createApp(parts: AppParts): (request: Request, info: RequestInfo) => Promise<Response> {
  const app = new Hono<Env>().basePath(parts.path);
  const { contracts, meter } = parts;

  app.all('/sse', async ({ req, env }) => {
    try {
      if (req.method !== 'POST') await parts.open();
      return await parts.sse(req.raw, placeOf(env?.address));
    } catch (error) {
      return told(error, req);
    }
  });
  app.use(
    cors({
      origin: parts.cors.includes('*') ? '*' : [...parts.cors],
      allowMethods: ['GET', 'POST', 'DELETE'],
      allowHeaders: ['authorization', 'content-type', 'idempotency-key', 'last-event-id'],
      exposeHeaders: ['retry-after', 'www-authenticate'],
      maxAge: 600,
    }),
  );
  app.get('/healthz', async () => {
    const health = await parts.health();
    return Response.json(health, { status: health.ok ? 200 : 503, headers: { 'cache-control': 'no-store' } });
  });
  app.get('/metrics', () => {
    const headers = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' };
    return new Response(meter.text(), { headers });
  });

  const mounted = parts.path === '/' ? '' : parts.path;
  app.use(async ({ req, env }, next) => {
    await parts.open();
    // Senders of webhooks have no tokens: their signatures are checked by the source.
    const source = parts.sources.at(req.path.slice(mounted.length));
    if (!source) return next();
    parts.hooks.take(`${placeOf(env?.address)} ${req.path}`);
    return source(req.raw);
  });

  const document = (make: (served: Served, server: string) => object) => (served: Served, url: string) =>
    Response.json(make(served, `${new URL(url).origin}${mounted}`));
  const documents = {
    'contract.json': document(({ contract }) => describe(contract)),
    'openapi.json': document((served, server) => openapi(served, server, parts.secured)),
    'asyncapi.json': document(asyncapi),
  };
  for (const [name, give] of Object.entries(documents))
    app.get(`/:contract/${name}`, ({ req, env }) => {
      parts.rates.take(`@${placeOf(env?.address)}`);
      return give(known(contracts, req.param('contract')), req.url);
    });

  app.get('/:contract/events', async ({ req, env }) => {
    // All pages come back at once when a gateway does: they connect, and ask for nothing.
    const caller = await admit(req.raw, env, parts.connects);
    const served = known(contracts, req.param('contract'));
    permit(caller, served.contract.name);
    return parts.follow(served, req.raw, caller);
  });
  app.on(['GET', 'POST'], '/:contract/:event/dead-letters', async ({ req, env }) => {
    const caller = await admit(req.raw, env);
    return parts.letters(known(contracts, req.param('contract')), req.param('event'), req.raw, caller);
  });
  app.all('/:contract/:event/dead-letters', () => {
    throw new Refusal(405, 'method', 'GET lists them, POST sees to them.', {
      headers: { allow: 'GET, POST' },
    });
  });
  app.post('/:contract/:member', async ({ req, env }) => {
    if (isForeign(req.raw) && !['*', req.header('origin')].some((one) => parts.cors.includes(one ?? '')))
      throw new Refusal(
        403,
        'bad-origin',
        'Pages of this origin may not call. List it in "cors" if they may.',
      );
    const caller = await admit(req.raw, env);
    return parts.post(known(contracts, req.param('contract')), req.param('member'), req.raw, caller);
  });
  app.all('/:contract/:member', ({ req }) => {
    known(contracts, req.param('contract'));
    throw new Refusal(405, 'method', 'Members are called with POST.', { headers: { allow: 'POST' } });
  });

  app.notFound(() => problemResponse(new Refusal(404, 'unknown-address', 'There is nothing here.')));
  app.onError((error, { req }) => failed(error, req.raw, req.param('member')));

  function failed(error: unknown, { method, url }: Request, member?: string): Response {
    const { status } = problemOf(error, member);
    if (status >= 500 && status !== 503) parts.onError(error, `${method} ${new URL(url).pathname}`);
    return problemResponse(error, member);
  }

  /** A page reads no answer that doesn't name its origin, and so not when to come back either. */
  function told(error: unknown, { raw }: { readonly raw: Request }): Response {
    const response = failed(error, raw);
    const origin = raw.headers.get('origin') ?? '';
    if (!['*', origin].some((one) => parts.cors.includes(one))) return response;
    response.headers.set('access-control-allow-origin', origin || '*');
    response.headers.set('access-control-expose-headers', 'retry-after');
    response.headers.set('vary', 'origin');
    return response;
  }

  async function admit(
    request: Request,
    info: RequestInfo | undefined,
    rates = parts.rates,
  ): Promise<Caller> {
    const place = placeOf(info?.address);
    const caller = await parts.authorize(tokenOf(request), place).catch((error) => {
      parts.rates.take(`@${place}`);
      throw error;
    });
    rates.take(caller.id);
    return caller;
  }

  return async (request, info) => {
    const response = await app.fetch(request, info);
    meter.count('oriel_requests_total', 'Requests that were answered.', {
      method: ['GET', 'POST', 'OPTIONS', 'HEAD'].includes(request.method) ? request.method : 'other',
      status: String(response.status),
    });
    return response;
  };
}

/**
 * Whether a browser says that a page of another origin asks. It asks for no leave where nothing is sent, and a page that
 * can't read the answer would have made the call.
 */
function isForeign({ headers }: Request): boolean {
  return ['cross-site', 'same-site'].includes(headers.get('sec-fetch-site') ?? '');
}

function known(contracts: ReadonlyMap<string, Served>, name: string): Served {
  const served = contracts.get(name);
  if (!served) throw new Refusal(404, 'unknown-contract', `No contract is called "${name}" here.`);
  return served;
}
