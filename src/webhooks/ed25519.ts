import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';

// What stands before 32 bytes of a key in DER, as RFC 8410 has it.
const publicHead = '302a300506032b6570032100';
const privateHead = '302e020100300506032b657004220420';
const der = (head: string, key: Uint8Array) => Buffer.concat([Buffer.from(head, 'hex'), key]);

/** @param key - The seed's 32 bytes, or those and the public key's. */
export function signEd25519(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const its = createPrivateKey({ key: der(privateHead, key.subarray(0, 32)), format: 'der', type: 'pkcs8' });
  return sign(null, bytes, its);
}

/** @param key - 32 bytes. */
export function isEd25519(signature: Uint8Array, key: Uint8Array, bytes: Uint8Array): boolean {
  const its = createPublicKey({ key: der(publicHead, key), format: 'der', type: 'spki' });
  return verify(null, bytes, its, signature);
}
