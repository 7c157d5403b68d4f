import { seed } from './seed.js';

/** From 0 to below 1. */
export type Random = () => number;

/** Random numbers that the same seed gives again. */
export function draw(): { readonly random: Random; readonly seed: number } {
  let state = seed;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { random, seed };
}
