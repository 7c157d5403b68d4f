import { refuse } from './refuse.js';
import type { Clock } from './style.js';

// Number() and parseInt() take "17e8", " 17" and "1700abc" too.
const seconds = /^[1-9]\d{0,11}$/;

/**
 * Refuses a time that is no whole number of seconds, or is not now.
 * @throws AuthError
 */
export function checkTimestamp(text: string, { now, tolerance }: Clock): void {
  if (!seconds.test(text)) throw refuse('The timestamp must be whole seconds since 1970, in digits.');
  const age = now - Number(text) * 1000;
  if (age > tolerance) throw refuse(`The timestamp is more than ${tolerance / 1000} s old.`);
  if (age < -tolerance) throw refuse(`The timestamp is more than ${tolerance / 1000} s in the future.`);
}
