import { dataOf, type Envelope, envelope } from '../events/index.js';
import { type Post, type PostingOptions, posting } from './http/posting.js';
import { type Delivery, type Sink, Undeliverable } from './sink.js';

export { NotDelivered } from './http/outcome.js';

export interface WebhookSinkOptions extends PostingOptions {
  /** Where to. Under `https`, unless `allow` has its host. */
  readonly url: string | URL;
  /**
   * What the body is: `cloudevent` is CloudEvents 1.0, structured JSON; `data` is the event's payload alone, as JSON, or
   * as it is where it is bytes. Default `cloudevent`.
   */
  readonly form?: 'cloudevent' | 'data';
}

/**
 * Posts a contract's event to another system, signed as Standard Webhooks 1. Delivered is what is answered with 2xx;
 * 410 is dead at once, and all else is tried again, after `Retry-After` if there is one. Redirects are not followed, and
 * addresses that are not public are refused after the name has been resolved.
 * @throws OrielError (`bad-config`)
 * @example
 * gateway({ contract: tickets, sinks: { solved: webhook({ url: 'https://crm.example/hooks', secret }) } })
 */
export function webhook({ url, form = 'cloudevent', ...options }: WebhookSinkOptions): Sink {
  return posting('webhook', url, options, form === 'data' ? dataPost : cloudEventPost);
}

function cloudEventPost(event: Delivery): Post {
  const headers = { 'content-type': 'application/cloudevents+json' };
  return { headers, body: new TextEncoder().encode(JSON.stringify(envelopeOf(event))) };
}

function dataPost(event: Delivery): Post {
  const made = envelopeOf(event);
  const data = dataOf(made);
  const headers = { 'content-type': made.datacontenttype ?? 'application/json' };
  if (data instanceof Uint8Array) return { headers, body: data };
  return { headers, body: new TextEncoder().encode(JSON.stringify(data ?? null)) };
}

function envelopeOf({ id, contract, event, subject, time, payload }: Delivery): Envelope {
  try {
    return envelope({ id, source: `/${contract}`, type: event, subject, time, data: payload });
  } catch (cause) {
    // A date or a map will not become JSON by being tried again.
    throw new Undeliverable(`It can't be written as JSON: ${(cause as Error).message}`, { cause });
  }
}
