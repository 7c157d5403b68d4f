import { pack, unpack } from '../bridge/index.js';
import { type DataCodec, dataOf, type Envelope } from '../events/index.js';
import type { RawMessage } from '../events/raw-message.js';

/** Where an event of a contract stands in the log. */
export function topicOf(contract: string, event: string): string {
  return `${safe(contract)}/${safe(event)}`;
}

/** Where that stands which could not be delivered, or was no valid event. */
export function deadTopicOf(contract: string, event: string): string {
  return `@dead/${topicOf(contract, event)}`;
}

/** Where it is marked what of the dead letters has been seen to. */
export function settledTopicOf(contract: string, event: string): string {
  return `@settled/${topicOf(contract, event)}`;
}

// A topic has letters, digits and some marks; a contract's name anything but spaces.
function safe(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]/gu, (char) => `:${char.codePointAt(0)?.toString(16)}:`);
}

/** What JSON lacks is kept as the bridge would carry it. */
export const codec: DataCodec = { pack: (value) => pack(value, false) as string, unpack };

/** The event as pages see it: without the bytes that it came as, whose headers may hold secrets. */
export function shown(event: Envelope): Envelope {
  if (event['rawbody'] === undefined) return event;
  const { rawbody: _, rawheaders: __, ...rest } = event;
  return rest as Envelope;
}

/** The same as JSON. */
export function published(event: Envelope, json: string): string {
  return event['rawbody'] === undefined ? json : JSON.stringify(shown(event));
}

/** The attributes that keep a message as it came. */
export function rawAttributes(raw: RawMessage | undefined): Record<string, string> {
  if (!raw) return {};
  return {
    rawbody: Buffer.from(raw.body).toString('base64'),
    rawheaders: Buffer.from(JSON.stringify(raw.headers)).toString('base64'),
  };
}

/** The message as it came, of an event that was kept with it. */
export function rawOf(event: Envelope): RawMessage | undefined {
  const { rawbody, rawheaders } = event as { rawbody?: unknown; rawheaders?: unknown };
  if (typeof rawbody !== 'string' || typeof rawheaders !== 'string') return;
  return {
    body: new Uint8Array(Buffer.from(rawbody, 'base64')),
    headers: JSON.parse(Buffer.from(rawheaders, 'base64').toString()),
  };
}

/** What an event says. */
export const payloadOf = (event: Envelope): unknown => dataOf(event, codec);
