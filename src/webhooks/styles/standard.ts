import { idHeader } from '../header.js';
import { wordIn } from '../message.js';
import { refuse } from '../refuse.js';
import { checkStandard, wrongVerifier } from '../standard.js';
import type { WebhookStyle } from '../style.js';
import { checkTimestamp } from '../timestamp.js';

// Versions that are not ours are passed over, as the specification asks; what is no list of signatures is refused.
const list = /^[a-z0-9]+,[A-Za-z0-9+/=_-]+(?: [a-z0-9]+,[A-Za-z0-9+/=_-]+)*$/;

/** Standard Webhooks: `webhook-id`, `webhook-timestamp`, and `webhook-signature` with any number of `v1` and `v1a`. */
export const standard: WebhookStyle = {
  checkSecret: wrongVerifier,
  verify(message, secrets, clock) {
    const { headers, body } = message;
    const id = idHeader(headers, 'webhook-id');
    const timestamp = headers.get('webhook-timestamp') ?? '';
    const signatures = headers.get('webhook-signature') ?? '';
    checkTimestamp(timestamp, clock);
    if (!list.test(signatures)) throw refuse('The header webhook-signature must be a list like "v1,… v1,…".');
    checkStandard(signatures.split(' '), secrets, [id, timestamp, body]);
    return { id, type: wordIn(message, 'type') };
  },
};
