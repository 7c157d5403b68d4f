import { OrielError } from '../contract/index.js';
import { base64 } from '../events/base64.js';
import type { Source } from './source.js';

/** A request as it came: what `oriel listen` sends on, byte for byte. */
export interface InboxMessage {
  readonly method: string;
  /** What stood after the path, with its `?`; empty without. */
  readonly query: string;
  /** In order. Their names are in lower case, as HTTP/2 has them. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Base64. */
  readonly body: string;
}

export interface InboxOptions {
  /** Where requests are received, such as `/in/dev`. Whoever knows it may send: choose one that can't be guessed. */
  readonly path: string;
  /** Default: all that carry something. */
  readonly methods?: readonly string[];
}

/**
 * Keeps whole requests, as they came, for whoever follows the event: `oriel listen` sends them on to a machine that no
 * sender reaches. Nothing is verified here: who gets the bytes can still do it. A request whose `webhook-id` was kept
 * before is kept once.
 * @throws OrielError (`bad-config`)
 * @example
 * const dev = contract({ name: 'acme.dev', version: '1.0.0', guest: { received: event(type<InboxMessage>(), { retain: 'log' }) } });
 * gateway({ contract: dev, sources: { received: inbox({ path: '/in/k3jw9' }) }, auth });
 */
export function inbox({ path, methods = ['POST', 'PUT', 'PATCH', 'DELETE'] }: InboxOptions): Source {
  if (!/^\/[^?#]*$/.test(path))
    throw new OrielError('bad-config', 'path: must begin with "/", and have no "?" or "#".');
  return {
    name: `inbox ${path}`,
    path,
    methods,
    async fetch(request, { emit }) {
      const body = new Uint8Array(await request.arrayBuffer());
      const payload: InboxMessage = {
        method: request.method,
        query: new URL(request.url).search,
        headers: [...request.headers],
        body: base64(body),
      };
      const { outcome } = await emit({ id: idOf(request), payload });
      return Response.json({ outcome });
    },
  };
}

function idOf({ headers }: Request): string {
  const id = headers.get('webhook-id') ?? '';
  return /^[\x21-\x7e]{1,200}$/.test(id) ? id : crypto.randomUUID();
}
