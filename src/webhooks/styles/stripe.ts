import { header } from '../header.js';
import { checkSignature, digest, fromHex, mac } from '../mac.js';
import { wordIn } from '../message.js';
import { refuse } from '../refuse.js';
import type { WebhookStyle } from '../style.js';
import { checkTimestamp } from '../timestamp.js';

const name = 'stripe-signature';

/** Stripe: `Stripe-Signature: t=…,v1=…`, with a `v1` for each secret while one is rolled. */
export const stripe: WebhookStyle = {
  verify(message, secrets, clock) {
    const pairs = header(message.headers, name).split(',');
    const values = (key: string) =>
      pairs.filter((pair) => pair.startsWith(`${key}=`)).map((pair) => pair.slice(key.length + 1));
    const [timestamp = '', second] = values('t');
    if (second !== undefined) throw refuse(`The header ${name} must have one "t".`);
    checkTimestamp(timestamp, clock);
    checkSignature(
      values('v1').flatMap(fromHex),
      secrets.map((secret) => mac(secret, `${timestamp}.`, message.body)),
    );
    return { id: wordIn(message, 'id') ?? digest(message.body), type: wordIn(message, 'type') };
  },
};
