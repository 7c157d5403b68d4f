import { InvalidValue } from '../contract/index.js';
import type { LogOptions } from './log.js';

/** What a log keeps, with nothing left open. `Infinity` where there is no bound. */
export interface Bounds {
  readonly age: number;
  readonly count: number;
  readonly bytes: number;
  readonly dedupe: number;
}

const day = 86_400_000;

/** @throws InvalidValue for what bounds nothing */
export function boundsOf(
  { retention = {}, dedupe = day }: LogOptions,
  defaults: Partial<Bounds> = {},
): Bounds {
  const { age = 7 * day, count = Infinity, bytes = Infinity } = { ...defaults, ...retention };
  const bounds = { age, count, bytes, dedupe };
  for (const [name, value] of Object.entries(bounds))
    if (typeof value !== 'number' || !(value > 0))
      throw new InvalidValue('log', [
        { message: `must be a number above 0, or Infinity, not "${value}"`, path: [name] },
      ]);
  return bounds;
}
