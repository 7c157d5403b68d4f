import { header, idHeader } from '../header.js';
import { checkSignature, fromHex, mac } from '../mac.js';
import { refuse } from '../refuse.js';
import type { WebhookStyle } from '../style.js';

const prefix = 'sha256=';

/** GitHub, and who copied it: `X-Hub-Signature-256`. It signs the body alone, so neither time nor id are proven. */
export const github: WebhookStyle = {
  verify({ headers, body }, secrets) {
    const signature = header(headers, 'x-hub-signature-256');
    if (!signature.startsWith(prefix))
      throw refuse('The header x-hub-signature-256 must begin with "sha256=".');
    checkSignature(
      fromHex(signature.slice(prefix.length)),
      secrets.map((secret) => mac(secret, body)),
    );
    return { id: idHeader(headers, 'x-github-delivery'), type: idHeader(headers, 'x-github-event') };
  },
  // What it sends when a webhook is set up.
  answer({ headers }) {
    return headers.get('x-github-event') === 'ping' ? new Response(null, { status: 204 }) : undefined;
  },
};
