import { header } from '../header.js';
import { checkSignature, digest, fromHex, mac } from '../mac.js';
import { wordIn } from '../message.js';
import { refuse } from '../refuse.js';
import type { WebhookStyle } from '../style.js';
import { checkTimestamp } from '../timestamp.js';

const prefix = 'v0=';

/** Slack: `X-Slack-Signature` over version, `X-Slack-Request-Timestamp` and body. */
export const slack: WebhookStyle = {
  verify(message, secrets, clock) {
    const { headers, body } = message;
    const timestamp = header(headers, 'x-slack-request-timestamp');
    const signature = header(headers, 'x-slack-signature');
    checkTimestamp(timestamp, clock);
    if (!signature.startsWith(prefix)) throw refuse('The header x-slack-signature must begin with "v0=".');
    checkSignature(
      fromHex(signature.slice(prefix.length)),
      secrets.map((secret) => mac(secret, `v0:${timestamp}:`, body)),
    );
    // A command has no id, and is not sent again; the same one a second later is another.
    const id = wordIn(message, 'event_id') ?? digest(timestamp, body);
    return { id, type: wordIn(message, 'type') };
  },
  // Asked once, when the address is set up: https://docs.slack.dev/reference/events/url_verification
  answer(message) {
    if (wordIn(message, 'type') !== 'url_verification') return undefined;
    return new Response(wordIn(message, 'challenge') ?? '', { headers: { 'content-type': 'text/plain' } });
  },
};
