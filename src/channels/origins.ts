import { EmbedError } from '../contract/index.js';

/**
 * Refuses what is no list of exact origins: a pattern or a path would let in more than was meant, or nobody.
 * @throws EmbedError: `bad-origin`.
 */
export function checkOrigins(allowOrigins: readonly string[]): void {
  if (!Array.isArray(allowOrigins))
    throw new EmbedError('bad-origin', `allowOrigins is a list, such as ["https://crm.example"].`);
  for (const origin of allowOrigins as readonly unknown[]) {
    if (origin === '*' || isOrigin(origin)) continue;
    const written = typeof origin === 'string' ? `"${origin}"` : String(origin);
    throw new EmbedError(
      'bad-origin',
      `allowOrigins: ${written} is not an origin. Write each as "https://crm.example", exactly: no path, no pattern.`,
    );
  }
}

function isOrigin(origin: unknown): boolean {
  if (typeof origin !== 'string' || origin.includes('*') || !URL.canParse(origin)) return false;
  // What an app's own scheme has for an origin is no affair of URL's, which says "null".
  return (
    new URL(origin).origin === origin || /^(?!https?:|javascript:)[a-z][\w+.-]*:\/\/[^\s/?#*]+$/.test(origin)
  );
}
