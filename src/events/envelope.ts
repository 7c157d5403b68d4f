import { InvalidValue, type Issue } from '../contract/index.js';
import { base64 } from './base64.js';
import { checkJson } from './json.js';

/** What an extension attribute may hold. Numbers are whole, of 32 bits. */
export type Attribute = string | number | boolean;

/**
 * An event as it is kept and as it travels: CloudEvents 1.0, structured JSON. Frozen.
 * Its name is `type`, what it is about `subject`, and the event itself `data`, or `data_base64` where it is bytes.
 */
export interface Envelope {
  readonly specversion: '1.0';
  /** The event's own. A log takes an id once a topic. */
  readonly id: string;
  /** Who says so: a URI-reference, such as `/acme.ticket` or `https://bank.example/hooks`. */
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  /** RFC 3339. Of an event that came without one, when it was read. */
  readonly time: string;
  readonly datacontenttype?: string;
  readonly dataschema?: string;
  readonly data?: unknown;
  readonly data_base64?: string;
  /** Extension attributes: lower-case letters and digits. */
  readonly [extension: string]: unknown;
}

/** What an envelope is made from. */
export interface EnvelopeInit {
  /** Default: a random UUID. */
  readonly id?: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string | undefined;
  /** Default: now. */
  readonly time?: string | Date;
  /** Default: `application/json`, and `application/octet-stream` for bytes. */
  readonly datacontenttype?: string | undefined;
  readonly dataschema?: string | undefined;
  /** What JSON carries, or bytes; anything else needs a codec. */
  readonly data?: unknown;
  readonly extensions?: Readonly<Record<string, Attribute | undefined>>;
}

/** Carries in JSON what JSON lacks: the bridge's `pack(value, false)` and `unpack`, which both sides must have. */
export interface DataCodec {
  pack(value: unknown): string;
  unpack(text: string): unknown;
}

/** The `datacontenttype` of data that a codec wrote. */
export const packedType = 'application/vnd.oriel+json';

/**
 * Makes an event's envelope:
 * `envelope({ source: '/acme.ticket', type: 'paid', subject: 'T-17', data: { amount: 12 } })`.
 * @param codec - Writes data that JSON can't carry, such as dates and maps; without it they are refused.
 * @throws InvalidValue with the path of what is wrong
 */
export function envelope(init: EnvelopeInit, codec?: Pick<DataCodec, 'pack'>): Envelope {
  const { id = crypto.randomUUID(), source, type, subject, time = new Date(), dataschema, extensions } = init;
  const made = {
    ...extensions,
    specversion: '1.0',
    id,
    source,
    type,
    subject,
    time: time instanceof Date && !Number.isNaN(time.getTime()) ? time.toISOString() : time,
    dataschema,
    ...written(init, codec),
  };
  for (const name of Object.keys(extensions ?? {}))
    if (!extensionName.test(name) || name in known) refuse([nameIssue(name)]);
  return checked(made);
}

/**
 * Reads an event that came from elsewhere: an object, or JSON text.
 * @throws InvalidValue with the path of what is wrong
 */
export function readEnvelope(value: unknown): Envelope {
  const read = typeof value === 'string' ? parsed(value) : value;
  if (typeof read !== 'object' || read === null || Array.isArray(read))
    refuse([{ message: 'an event is an object, as CloudEvents 1.0 writes it in JSON', path: [] }]);
  return checked({ ...read });
}

/** What an event says: its JSON, its bytes, or what the codec wrote. @throws TypeError for packed data without a codec */
export function dataOf(event: Envelope, codec?: Pick<DataCodec, 'unpack'>): unknown {
  if (event.data_base64 !== undefined)
    return Uint8Array.from(atob(event.data_base64), (char) => char.charCodeAt(0));
  if (event.datacontenttype !== packedType) return event.data;
  if (!codec)
    throw new TypeError(`The data of event "${event.id}" is packed: read it with the bridge's unpack.`);
  return codec.unpack(JSON.stringify(event.data));
}

const text = (value: unknown) =>
  typeof value === 'string' && value !== '' && !hasControl(value)
    ? undefined
    : 'must be text that is not empty';

/** What each attribute must be; the ones that must be there first. */
const known: { readonly [name: string]: (value: unknown) => string | undefined } = {
  specversion: (value) => (value === '1.0' ? undefined : 'must be "1.0"'),
  id: text,
  source: (value) =>
    text(value) ?? (uriReference.test(String(value)) ? undefined : 'must be a URI-reference'),
  type: text,
  subject: text,
  time: (value) => (isTime(value) ? undefined : 'must be a time such as 2026-01-31T12:00:00Z (RFC 3339)'),
  datacontenttype: (value) =>
    typeof value === 'string' && mediaType.test(value)
      ? undefined
      : 'must be a media type such as text/plain',
  dataschema: (value) =>
    typeof value === 'string' && URL.canParse(value) ? undefined : 'must be an absolute URI',
  data: () => undefined,
  data_base64: (value) => (isBase64(value) ? undefined : 'must be base64'),
};
const required = ['specversion', 'id', 'source', 'type'];
// The characters of RFC 3986; what lies beyond them is for whoever follows it.
const uriReference = /^([\w\-.~:/?#[\]@!$&'()*+,;=]|%[\dA-Fa-f]{2})+$/;
const extensionName = /^[a-z0-9]+$/;
const mediaType = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;\s*[\w!#$&^.+-]+=("[^"]*"|[^\s;"]+))*$/;
const rfc3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

function checked(value: { [name: string]: unknown }): Envelope {
  const issues: Issue[] = required
    .filter((name) => value[name] === undefined)
    .map((name) => ({ message: 'is missing', path: [name] }));
  for (const [name, part] of Object.entries(value)) {
    // CloudEvents reads null as absent; data may be null.
    if (part === undefined || (part === null && name !== 'data')) delete value[name];
    else if (Object.hasOwn(known, name)) add(issues, name, known[name]?.(part));
    else if (!extensionName.test(name)) issues.push(nameIssue(name));
    else add(issues, name, isAttribute(part) ? undefined : 'must be text, a whole number or a boolean');
  }
  if (value['data'] !== undefined && value['data_base64'] !== undefined)
    add(issues, 'data_base64', 'stands beside data: an event has one of them');
  if (value['data'] !== undefined) issues.push(...checkJson(value['data'], ['data']));
  if (issues.length) refuse(issues);
  value['time'] ??= new Date().toISOString();
  return Object.freeze(value) as Envelope;
}

function written(
  { data, datacontenttype }: EnvelopeInit,
  codec: Pick<DataCodec, 'pack'> | undefined,
): { data?: unknown; data_base64?: string; datacontenttype?: string | undefined } {
  if (data === undefined) return { datacontenttype };
  if (data instanceof Uint8Array || data instanceof ArrayBuffer)
    return {
      data_base64: base64(data instanceof Uint8Array ? data : new Uint8Array(data)),
      datacontenttype: datacontenttype ?? 'application/octet-stream',
    };
  // Only what needs it is packed, so that others can read the rest.
  if (codec && checkJson(data, []).length)
    return { data: JSON.parse(codec.pack(data)), datacontenttype: packedType };
  return { data, datacontenttype: datacontenttype ?? 'application/json' };
}

function add(issues: Issue[], name: string, message: string | undefined): void {
  if (message) issues.push({ message, path: [name] });
}

function nameIssue(name: string): Issue {
  return { message: 'no attribute may be named so: lower-case letters and digits alone', path: [name] };
}

function refuse(issues: readonly Issue[]): never {
  throw new InvalidValue('event', issues);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new InvalidValue('event', [{ message: `is not JSON (${(cause as Error).message})`, path: [] }], {
      cause,
    });
  }
}

function isAttribute(value: unknown): value is Attribute {
  if (typeof value === 'string') return !hasControl(value);
  return typeof value === 'boolean' || (typeof value === 'number' && (value | 0) === value);
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && rfc3339.test(value) && !Number.isNaN(Date.parse(value));
}

function isBase64(value: unknown): boolean {
  return typeof value === 'string' && value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value);
}

function hasControl(value: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what CloudEvents forbids
  return /[\u0000-\u001f\u007f-\u009f]/.test(value) || !value.isWellFormed();
}
