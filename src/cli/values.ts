import { CliError, exits } from './exit.js';

/** A whole number that an option holds. @throws CliError */
export function numberOf(flag: string, value: string | undefined, most: number): number {
  const number = Number(value);
  if (value !== undefined && /^\d+$/.test(value) && number <= most) return number;
  throw new CliError(exits.usage, `${flag} must be a number from 0 to ${most}, not "${value}".`);
}

/** An origin that an option holds; of a longer address, its origin. @throws CliError */
export function originOf(flag: string, value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.origin;
  throw new CliError(exits.usage, `${flag}: "${value}" is no origin. Write it as https://crm.example`);
}
