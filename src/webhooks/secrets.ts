import { OrielError } from '../contract/index.js';

/** One secret, or several while one takes the place of another. */
export interface Secrets {
  readonly secret?: string | undefined;
  /** Instead of `secret`, while it is changed: all of them count. */
  readonly secrets?: readonly string[] | undefined;
}

/**
 * All secrets that were given.
 * @param wrong - Says what is wrong with one, if anything.
 * @throws OrielError (`bad-config`) for one that is missing, empty or wrong. It doesn't show the secret.
 */
export function secretsOf(
  { secret, secrets }: Secrets,
  wrong: (secret: string) => string | undefined = () => undefined,
): readonly string[] {
  const given: readonly unknown[] = secrets ?? [secret];
  if (secret !== undefined && secrets !== undefined)
    throw new OrielError('bad-config', 'secret: stands beside "secrets". Give one of the two.');
  if (given.length === 0) throw new OrielError('bad-config', 'secrets: is empty. Give at least one.');
  return given.map((each, i) => {
    const key = secrets ? `secrets[${i}]` : 'secret';
    // What an unset variable of the environment gives.
    if (typeof each !== 'string' || each === '')
      throw new OrielError('bad-config', `${key}: must be text that is not empty; is its variable set?`);
    const problem = wrong(each);
    if (problem) throw new OrielError('bad-config', `${key}: ${problem}.`);
    return each;
  });
}
