import { refuse } from './refuse.js';

// One that came twice is joined by a comma and a space, and no header that is read here has a space of its own.
const visible = /^[!-~]+$/;

/**
 * A header that must be there, once, in visible ASCII.
 * @throws AuthError
 */
export function header(headers: Headers, name: string): string {
  const value = headers.get(name);
  if (value === null || value === '') throw refuse(`The header ${name} is missing.`);
  if (!visible.test(value)) throw refuse(`The header ${name} must come once, in visible ASCII.`);
  return value;
}

// A comma could be where two were joined.
const idOf = /^[!-+\--~]{1,256}$/;

/**
 * A header that names one message.
 * @throws AuthError
 */
export function idHeader(headers: Headers, name: string): string {
  const value = header(headers, name);
  if (!idOf.test(value)) throw refuse(`The header ${name} must be 1 to 256 characters without a comma.`);
  return value;
}
