import { context, isMissing, isOurs } from './resolve.js';

/** What {@link resolveFromHere} does, where Node runs it in a thread of its own. */
export async function resolve(
  specifier: string,
  its: object,
  next: (specifier: string, its: object) => Promise<unknown>,
): Promise<unknown> {
  try {
    return await next(specifier, its);
  } catch (error) {
    if (!isMissing(error) || !isOurs(specifier)) throw error;
    return next(specifier, { ...its, ...context });
  }
}
