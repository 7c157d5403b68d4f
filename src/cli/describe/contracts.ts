import type { Contract } from '../../contract/index.js';
import { nearest } from '../../gateway/nearest.js';
import { servedFrom } from '../../gateway/served.js';
import { loadModule } from '../config.js';
import { CliError, exits } from '../exit.js';

/** The contract that a module exports: the only one, or the one that is named, by its export or its own name. */
export async function contractOf(file: string, name: string | undefined, cwd: string): Promise<Contract> {
  const module = await loadModule(
    file,
    cwd,
    'Name a module that exports a contract, or the address of a gateway.',
  );
  const found = new Map<string, Contract>();
  for (const [key, value] of Object.entries(module)) if (isContract(value)) found.set(key, value);
  if (!found.size)
    throw new CliError(
      exits.failed,
      `${file} exports no contract. It exports ${Object.keys(module).join(', ') || 'nothing'}.`,
    );
  const all = [...found];
  const [first] = all;
  if (name === undefined && first && new Set(found.values()).size === 1) return first[1];
  const names = all.flatMap(([key, contract]) => [key, contract.name]);
  const chosen = all.find(([key, contract]) => key === name || contract.name === name);
  if (chosen) return chosen[1];
  if (name === undefined)
    throw new CliError(
      exits.usage,
      `${file} exports several contracts: say which by --contract. There are ${all.map(([key]) => key).join(', ')}.`,
    );
  const meant = nearest(name, names);
  throw new CliError(
    exits.usage,
    `${file} exports no contract "${name}".${meant ? ` Did you mean "${meant}"?` : ` There are ${all.map(([key]) => key).join(', ')}.`}`,
  );
}

// Not by its class: the module may have its own copy of oriel.
function isContract(value: unknown): value is Contract {
  const { name, version, host, guest, props } = Object(value) as Record<string, unknown>;
  const group = (side: unknown) => side === undefined || (typeof side === 'object' && side !== null);
  return (
    typeof name === 'string' &&
    typeof version === 'string' &&
    /^\d+\.\d+\.\d+/.test(version) &&
    group(host) &&
    group(guest) &&
    (host ?? guest ?? props) !== undefined
  );
}

/** A contract as a gateway would serve it, with nothing behind it. @throws ConfigError for one that none could serve */
export function servedAlone(contract: Contract): ReturnType<typeof servedFrom> {
  const calls = Object.entries(contract.guest ?? {}).filter(([, { kind }]) => kind !== 'event');
  return servedFrom({ contract, services: Object.fromEntries(calls.map(([name]) => [name, nobody])) }, '');
}

function nobody(): never {
  throw new Error('Nothing is served here.');
}
