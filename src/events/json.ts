import type { Issue } from '../contract/index.js';

/** Deeper than this is refused, before the stack ends. */
const depth = 64;

/** What in a value JSON would lose, drop or choke on, each with its path; none where it arrives as it left. */
export function checkJson(
  value: unknown,
  path: readonly PropertyKey[],
  inside: readonly unknown[] = [],
): Issue[] {
  const message = refusal(value, inside);
  if (message) return [{ message, path: [...path] }];
  if (typeof value !== 'object' || value === null) return [];
  const within = [...inside, value];
  const parts: [PropertyKey, unknown][] = Array.isArray(value)
    ? Array.from(value, (item, index) => [index, item]) // a hole is undefined
    : Object.entries(value);
  return parts.flatMap(([key, part]) => checkJson(part, [...path, key], within));
}

function refusal(value: unknown, inside: readonly unknown[]): string | undefined {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? undefined : `JSON has no ${value}`;
    case 'string':
    case 'boolean':
      return;
    case 'object':
      break;
    default:
      return `JSON has no ${typeof value}`;
  }
  if (value === null) return;
  if (inside.includes(value)) return 'it leads back to itself, which JSON cannot say';
  if (inside.length >= depth) return `is more than ${depth} levels deep`;
  if (Array.isArray(value)) return;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return;
  return `JSON has no ${Object.prototype.toString.call(value).slice(8, -1)}; send plain data, or bytes by themselves`;
}
