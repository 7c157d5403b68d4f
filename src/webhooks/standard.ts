import { isEd25519, signEd25519 } from './ed25519.js';
import { checkSignature, fromBase64, mac } from './mac.js';
import { refuse } from './refuse.js';

/** Keys of Standard Webhooks 1 (https://www.standardwebhooks.com) by what stands before their base64. */
const kinds = { whsec_: 'shared', whpk_: 'public', whsk_: 'private' } as const;
type Kind = (typeof kinds)[keyof typeof kinds];

interface Key {
  readonly kind: Kind;
  readonly bytes: Uint8Array;
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** What is wrong with a secret that is to verify, if anything. */
export const wrongVerifier = (secret: string): string | undefined => wrong(secret, 'private');
/** What is wrong with a secret that is to sign, if anything. */
export const wrongSigner = (secret: string): string | undefined => wrong(secret, 'public');

function wrong(secret: string, other: Kind): string | undefined {
  const { kind, bytes } = keyOf(secret);
  if (kind === other)
    return `is a ${kind} key, which is the other side's: give the one with "${other === 'public' ? 'whsk_' : 'whpk_'}"`;
  if (!base64.test(secret.slice(prefixOf(secret).length)))
    return 'must be base64, with "whsec_" before it or without';
  const { length } = bytes;
  if (kind === 'shared')
    return length < 16
      ? `has ${length} bytes, which is guessed too easily: use 24 to 64 random ones`
      : undefined;
  return length === 32 || (kind === 'private' && length === 64)
    ? undefined
    : `has ${length} bytes: a ${kind} key of Ed25519 has 32`;
}

/** The bytes as they are, with what says which message they are of, and when. */
const content = (id: string, timestamp: string, body: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);

/** A sender signs with one secret or two, while one takes the place of another; each more costs the receiver a look. */
const most = 20;

/**
 * Refuses a message unless one of its signatures is one of a secret's: `v1` of a shared one, `v1a` of a public key.
 * @param signatures - `v1,…` and the like. Other versions are passed over, as the specification asks.
 * @throws AuthError
 */
export function checkStandard(
  signatures: readonly string[],
  secrets: readonly string[],
  [id, timestamp, body]: readonly [id: string, timestamp: string, body: Uint8Array],
): void {
  if (signatures.length > most) throw refuse(`The header webhook-signature may have ${most} signatures.`);
  const given = (version: string, length: number) =>
    signatures
      .filter((each) => each.startsWith(`${version},`))
      .flatMap((each) => fromBase64(each.slice(version.length + 1), length));
  const keys = secrets.map(keyOf);
  const signed = keys
    .filter(({ kind }) => kind === 'public')
    .some(({ bytes }) =>
      given('v1a', 64).some((each) => isEd25519(each, bytes, content(id, timestamp, body))),
    );
  if (signed) return;
  const shared = keys.filter(({ kind }) => kind === 'shared');
  checkSignature(
    given('v1', 32),
    shared.map(({ bytes }) => mac(bytes, `${id}.${timestamp}.`, body)),
  );
}

export interface StandardHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/** Signs now, with each secret, so that the receiver may hold an old one or the new one. */
export function standardHeaders(
  secrets: readonly string[],
  id: string,
  body: Uint8Array,
  now: number,
): StandardHeaders {
  const timestamp = String(Math.floor(now / 1000));
  const signatures = secrets
    .map(keyOf)
    .map(({ kind, bytes }) =>
      kind === 'private'
        ? `v1a,${Buffer.from(signEd25519(bytes, content(id, timestamp, body))).toString('base64')}`
        : `v1,${Buffer.from(mac(bytes, `${id}.${timestamp}.`, body)).toString('base64')}`,
    );
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}

function prefixOf(secret: string): keyof typeof kinds | '' {
  return (Object.keys(kinds) as (keyof typeof kinds)[]).find((prefix) => secret.startsWith(prefix)) ?? '';
}

function keyOf(secret: string): Key {
  const prefix = prefixOf(secret);
  return {
    kind: prefix ? kinds[prefix] : 'shared',
    bytes: Buffer.from(secret.slice(prefix.length), 'base64'),
  };
}
