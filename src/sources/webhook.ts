import { OrielError } from '../contract/index.js';
import { type Secrets, type StyleName, secretsOf, styles, type WebhookStyle } from '../webhooks/index.js';
import type { Source } from './source.js';
import { contentOf, type ReceivedWebhook } from './webhook/received.js';
import { Receiver } from './webhook/receiver.js';

export {
  type Clock,
  type Identity,
  refuse,
  type StyleName,
  type WebhookMessage,
  type WebhookStyle,
} from '../webhooks/index.js';
export type { ReceivedWebhook } from './webhook/received.js';

export interface WebhookSourceOptions extends Secrets {
  /** Where it is received, such as `/hooks/bank`. */
  readonly path: string;
  /**
   * How the sender signs, by name or as a style of your own, which may do without a secret.
   * Default `standard`: Standard Webhooks 1.
   */
  readonly style?: StyleName | WebhookStyle;
  /** How old, or how early, a signed time may be, in ms. Default 300,000: five minutes. */
  readonly tolerance?: number;
  /** How many bytes a body may have. Default 1 MiB. The gateway's own limit counts too. */
  readonly limit?: number;
  /**
   * The event's payload. Default: the body by its content type, which is JSON, a form's fields, text, or bytes.
   * `undefined` leaves the message out: it is answered as if it had been kept, and is not. What it throws puts the
   * message among the dead letters.
   */
  readonly map?: (message: ReceivedWebhook) => unknown;
  /** What the event is about, such as a customer's number. */
  readonly subject?: (message: ReceivedWebhook) => string | undefined;
}

/**
 * Receives webhooks. The signature is checked on the bytes as they came; then the message is kept, once however often
 * it comes; and only then is it answered with 2xx. What nobody has signed is answered with 401, what can't be kept now
 * with 503 and a `Retry-After`.
 * @throws OrielError (`bad-config`)
 * @example
 * gateway({ contract: tickets, sources: { paid: webhook({ path: '/hooks/bank', secret: process.env.BANK_SECRET }) } })
 */
export function webhook(options: WebhookSourceOptions): Source {
  const { path, tolerance = 300_000, limit = 2 ** 20, map = contentOf, subject } = options;
  const style = styleOf(options.style ?? 'standard');
  const receiver = new Receiver({ style, secrets: keysOf(options, style), tolerance, limit, map, subject });
  check(/^\/[^?#]*$/.test(path), 'path', 'must begin with "/", and have no "?" or "#"');
  check(tolerance >= 0, 'tolerance', 'must be a number of ms, 0 at least');
  check(limit > 0, 'limit', 'must be a number of bytes above 0');
  return {
    name: `webhook ${path}`,
    path,
    methods: ['POST'],
    fetch: (request, context) => receiver.receive(request, context),
    again: (raw, context) => receiver.again(raw, context),
  };
}

function styleOf(style: StyleName | WebhookStyle): WebhookStyle {
  if (typeof style === 'object') return style;
  check(
    Object.hasOwn(styles, style),
    'style',
    `must be a style of yours, or ${Object.keys(styles).join(', ')}`,
  );
  return styles[style];
}

function keysOf(options: WebhookSourceOptions, style: WebhookStyle): readonly string[] {
  // One of the user's may look at a public key instead.
  const none = options.secret === undefined && options.secrets === undefined;
  if (none && typeof options.style === 'object') return [];
  return secretsOf(options, style.checkSecret);
}

function check(right: boolean, key: string, must: string): void {
  if (!right) throw new OrielError('bad-config', `${key}: ${must}.`);
}
