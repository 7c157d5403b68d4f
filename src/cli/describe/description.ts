import type { ContractDescription } from '../../contract/index.js';
import { CliError, exits } from '../exit.js';

const kinds = ['method', 'stream', 'event'];

/** What a gateway says of its contract, once it is seen to be that. @throws CliError */
export function descriptionOf(given: unknown): ContractDescription {
  const { name, version, props, host, guest } = Object(given) as Record<string, unknown>;
  const fits =
    typeof name === 'string' &&
    typeof version === 'string' &&
    (props === undefined || isValue(props)) &&
    [host, guest].every((side) => isObject(side) && Object.values(side).every(isMember));
  if (fits) return given as ContractDescription;
  throw new CliError(exits.failed, 'That is no contract as a gateway tells it.');
}

function isMember(member: unknown): boolean {
  if (!isObject(member) || !kinds.includes(String(member['kind']))) return false;
  return ['input', 'output', 'payload'].every((part) => member[part] === undefined || isValue(member[part]));
}

function isValue(value: unknown): boolean {
  if (!isObject(value)) return false;
  return isObject(value['schema']) && ['string', 'undefined'].includes(typeof value['note']);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
