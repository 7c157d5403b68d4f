import { ContractError } from './errors.js';
import type { Member, Members } from './members.js';
import { type AnySchema, toJsonSchema } from './schema.js';
import { isVersion } from './version.js';

export type Side = 'host' | 'guest';
export type Other<S extends Side> = S extends 'host' ? 'guest' : 'host';

/** What two systems agree on. */
export interface Contract {
  /** Such as `acme.ticket`; both sides must name the same. */
  readonly name: string;
  /** semver; compatible by the caret rule. */
  readonly version: string;
  /** State that the host owns and the guest sees change: one object schema. */
  readonly props?: AnySchema;
  readonly host?: Members;
  readonly guest?: Members;
}

/**
 * Makes a contract, and checks it at once.
 * @throws ContractError (`bad-contract`) that says what is wrong, and where.
 */
export function contract<const C extends Contract>(definition: C): C {
  if (typeof definition !== 'object' || definition === null) throw bad('It must be an object.');
  const { name, version, props, host, guest, ...rest } = definition as Contract;
  if (typeof name !== 'string' || !/^[^\s*]+$/.test(name))
    throw bad('"name" must be a word such as "acme.ticket".');
  if (!isVersion(version)) throw bad(`"version" must be semver such as "1.0.0", not ${show(version)}.`, name);
  for (const key of Object.keys(rest))
    throw bad(`"${key}" is not a part of a contract: name, version, props, host, guest.`, name);
  if (props !== undefined) {
    checkSchema(props, 'props', name);
    for (const key of propNames(props))
      if (isReserved(key)) throw bad(`"props.${key}" is a reserved name. Choose another.`, name);
  }
  return Object.freeze({
    ...definition,
    ...(host !== undefined && { host: members(host, 'host', name) }),
    ...(guest !== undefined && { guest: members(guest, 'guest', name) }),
  });
}

function members(group: Members, side: Side, contractName: string): Members {
  if (typeof group !== 'object' || group === null)
    throw bad(`"${side}" must be an object of members.`, contractName);
  const checked = Object.entries(group).map(([name, member]) => {
    const where = `${side}.${name}`;
    if (isReserved(name)) throw bad(`"${where}" is a reserved name. Choose another.`, contractName);
    const keys = Object.hasOwn(keysOf, member?.kind) ? keysOf[member.kind] : undefined;
    if (!keys) throw bad(`"${where}" must be made by method(), stream() or event().`, contractName);
    for (const [key, value] of Object.entries(member)) {
      if (key === 'kind') continue;
      if (!keys.includes(key))
        throw bad(`"${where}.${key}" is not a part of its ${member.kind}: ${keys.join(', ')}.`, contractName);
      if (key === 'idempotent' && value !== undefined && typeof value !== 'boolean')
        throw bad(`"${where}.idempotent" must be true or false.`, contractName);
      if (key !== 'idempotent' && key !== 'retain' && value !== undefined)
        checkSchema(value, `${where}.${key}`, contractName);
    }
    return [name, Object.freeze(member)] as const;
  });
  return Object.freeze(Object.fromEntries(checked));
}

const keysOf: Readonly<Record<Member['kind'], readonly string[]>> = {
  method: ['input', 'output', 'idempotent'],
  stream: ['input', 'output'],
  event: ['payload', 'retain'],
};

/** The props' names, as far as their schema tells them. */
function propNames(props: AnySchema): string[] {
  try {
    return Object.keys(toJsonSchema(props)?.['properties'] ?? {});
  } catch {
    return []; // some of its types have no JSON Schema
  }
}

/** Names that JavaScript itself looks up on objects, and the kit's own. */
export function isReserved(name: string): boolean {
  return ['then', 'constructor', '__proto__', 'prototype'].includes(name) || name.startsWith('@oriel');
}

function checkSchema(schema: AnySchema, where: string, contractName: string): void {
  const standard = schema?.['~standard'];
  if (standard?.version !== 1 || typeof standard.validate !== 'function') {
    throw bad(`"${where}" must be a Standard Schema (Zod, Valibot, ArkType), or type<T>().`, contractName);
  }
}

function bad(problem: string, name?: string): ContractError {
  return new ContractError('bad-contract', `Contract${name ? ` "${name}"` : ''}: ${problem}`);
}

function show(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value);
}
