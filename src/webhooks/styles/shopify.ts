import { header, idHeader } from '../header.js';
import { checkSignature, fromBase64, mac } from '../mac.js';
import type { WebhookStyle } from '../style.js';

/** Shopify: `X-Shopify-Hmac-Sha256`. It signs the body alone, so neither time nor id are proven. */
export const shopify: WebhookStyle = {
  verify({ headers, body }, secrets) {
    checkSignature(
      fromBase64(header(headers, 'x-shopify-hmac-sha256')),
      secrets.map((secret) => mac(secret, body)),
    );
    return { id: idHeader(headers, 'x-shopify-webhook-id'), type: idHeader(headers, 'x-shopify-topic') };
  },
};
