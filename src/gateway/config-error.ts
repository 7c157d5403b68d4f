import { OrielError } from '../contract/index.js';
import { nearest } from './nearest.js';

/** What a gateway was told does not fit together. `key` says where, such as `sinks.paid`. */
export class ConfigError extends OrielError {
  override readonly name = 'ConfigError';
  readonly key: string;

  constructor(key: string, problem: string, options?: ErrorOptions) {
    super('bad-config', `${key}: ${problem}`, options);
    this.key = key;
  }
}

/** @throws ConfigError for the first key that nobody knows, with the one that was meant perhaps. */
export function checkKeys(given: object, known: readonly string[], where: string, what: string): void {
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue;
    const meant = nearest(key, known);
    throw new ConfigError(
      where ? `${where}.${key}` : key,
      `no ${what} is called so. ${meant ? `Did you mean "${meant}"?` : `There ${known.length ? `are: ${known.join(', ')}` : 'is none'}.`}`,
    );
  }
}
