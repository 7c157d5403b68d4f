import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { refuse } from './refuse.js';

/** HMAC-SHA-256 over what is signed, piece by piece, so that no body is copied. */
export function mac(key: string | Uint8Array, ...pieces: readonly (string | Uint8Array)[]): Uint8Array {
  const hmac = createHmac('sha256', key);
  for (const piece of pieces) hmac.update(piece);
  return hmac.digest();
}

/**
 * Refuses unless one of the signatures is one of those that are expected.
 * @throws AuthError
 */
export function checkSignature(given: readonly Uint8Array[], expected: readonly Uint8Array[]): void {
  let matches = false;
  // Each is compared with each, so that the time does not say which it was.
  for (const mine of expected) {
    for (const theirs of given) {
      if (theirs.length === mine.length && timingSafeEqual(theirs, mine)) matches = true;
    }
  }
  if (!matches) throw refuse('No signature fits the body and the secret.');
}

/** Names a message that has no id of its own. */
export const digest = (...pieces: readonly (string | Uint8Array)[]): string => {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return `sha256:${hash.digest('hex')}`;
};

const hex = /^[0-9a-f]{64}$/i;

/** The bytes of a signature in hex; none for anything else. */
export const fromHex = (text: string): Uint8Array[] => (hex.test(text) ? [Buffer.from(text, 'hex')] : []);

/** The bytes of a signature in base64; none for anything else. */
export function fromBase64(text: string, length = 32): Uint8Array[] {
  const bytes = Buffer.from(text, 'base64'); // which takes nearly anything
  return bytes.length === length && bytes.toString('base64') === text ? [bytes] : [];
}
