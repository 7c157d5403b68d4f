import { type Contract, ContractError, compatible } from '../contract/index.js';
import type { Hello } from './message.js';

export interface ContractIdentity {
  readonly name: string;
  readonly version: string;
}

/** For a host without a contract: accepts a guest of any name and version, and can be asked for nothing. */
export const anyContract: Contract = Object.freeze({ name: '*', version: '0.0.0' });

/** Why these two can't talk to each other, or `undefined` when they can. */
export function mismatch(
  ours: ContractIdentity,
  theirs: Partial<Hello> | undefined,
): ContractError | undefined {
  // A stock penpal peer names no contract.
  if (!theirs || ours.name === '*' || theirs.name === '*') return;
  const name = word(theirs.name);
  const version = word(theirs.version);
  const both = { ours, theirs: { name, version } };
  if (name !== ours.name) {
    return new ContractError(
      'contract-mismatch',
      `This side speaks "${ours.name}", the other side "${name}". Embed the guest that implements "${ours.name}".`,
      both,
    );
  }
  if (!compatible(ours.version, version)) {
    return new ContractError(
      'version-mismatch',
      `This side has "${ours.name}" ${ours.version}, the other side ${version}. Bring both to one major version.`,
      both,
    );
  }
}

/** What came from outside may be anything, and String() throws on some of it. */
function word(value: unknown): string {
  return typeof value === 'string' ? value : typeof value;
}
