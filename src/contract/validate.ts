import { ContractError, InvalidValue } from './errors.js';
import type { AnySchema, Schema } from './schema.js';

/**
 * What a schema makes of a value.
 * @param member - What the value belongs to, for the error.
 * @throws InvalidValue with the issues; ContractError (`bad-contract`) when the schema answers with a promise, since
 * waiting for it would reorder messages.
 */
export function validate<O>(schema: Schema<unknown, O> | AnySchema, value: unknown, member: string): O {
  const verdict = schema['~standard'].validate(value);
  // A promise of another realm or library is none of our Promise.
  if ('then' in verdict) {
    verdict.then(undefined, () => {}); // nobody waits for it, so its rejection is no news
    throw new ContractError(
      'bad-contract',
      `The schema of "${member}" answers with a promise. Use one that answers at once.`,
    );
  }
  if (verdict.issues) throw new InvalidValue(member, verdict.issues);
  return verdict.value;
}
