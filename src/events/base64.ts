/** Bytes as text, in any JavaScript. */
export function base64(bytes: Uint8Array): string {
  let binary = '';
  // More arguments than this overflow the stack.
  for (let at = 0; at < bytes.length; at += 8192)
    binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}
