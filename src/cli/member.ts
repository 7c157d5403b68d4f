import { CliError, exits } from './exit.js';

/** What `acme.shop/price` names: contracts may have slashes themselves, members have none. */
export interface Named {
  readonly contract: string;
  readonly member: string;
}

/** @throws CliError for what names no member */
export function memberOf(text: string, example: string): Named {
  const at = text.lastIndexOf('/');
  const [contract, member] = [text.slice(0, at), text.slice(at + 1)];
  if (at > 0 && member) return { contract, member };
  throw new CliError(
    exits.usage,
    `"${text}" must name a contract and what is meant of it, such as ${example}.`,
  );
}

/** Where a gateway has it. */
export function pathOf({ contract, member }: Named): string {
  return `/${encodeURIComponent(contract)}/${encodeURIComponent(member)}`;
}
