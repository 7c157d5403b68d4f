import { isPlain } from '../bridge/walk.js';
import { NotCloneable } from '../contract/index.js';
import { WrongOutput } from './problem.js';

/** Deeper than this is refused, before the stack ends. */
const depth = 64;

/**
 * A value as JSON, for callers that are no bridge: a `Date` as ISO 8601, a property that is `undefined` left out, and
 * nothing lost without a word.
 * @throws WrongOutput, caused by NotCloneable with the path of what JSON has no form for
 */
export function toJson(value: unknown, member: string): string {
  const path = refusedAt(value, []);
  if (path) throw new WrongOutput('', { cause: new NotCloneable(member, path) });
  return JSON.stringify(value) ?? 'null';
}

function refusedAt(value: unknown, path: readonly PropertyKey[]): readonly PropertyKey[] | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : path;
  if (typeof value !== 'object')
    return ['string', 'boolean', 'undefined'].includes(typeof value) ? undefined : path;
  if (value === null || (value instanceof Date && !Number.isNaN(value.getTime()))) return;
  if (path.length >= depth) return path;
  if (!Array.isArray(value) && !isPlain(value)) return path;
  for (const [key, part] of Object.entries(value)) {
    // In an array it would become null.
    const bad = part === undefined && Array.isArray(value) ? [...path, key] : refusedAt(part, [...path, key]);
    if (bad) return bad;
  }
  return;
}
