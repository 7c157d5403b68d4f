import type { Contract } from './contract.js';
import type { Member, Members } from './members.js';
import { type AnySchema, toJsonSchema } from './schema.js';

/** JSON Schema of one value: `{}` with a note where its schema can't tell. */
export interface ValueDescription {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly note?: string;
}

export interface MemberDescription {
  readonly kind: Member['kind'];
  readonly input?: ValueDescription;
  readonly output?: ValueDescription;
  readonly payload?: ValueDescription;
  readonly idempotent?: boolean;
  readonly retain?: 'log';
}

export interface ContractDescription {
  readonly name: string;
  readonly version: string;
  readonly props?: ValueDescription;
  readonly host: Readonly<Record<string, MemberDescription>>;
  readonly guest: Readonly<Record<string, MemberDescription>>;
}

/** A contract as plain data, for documents and tools. Values are described as their sender gives them. */
export function describe({ name, version, props, host = {}, guest = {} }: Contract): ContractDescription {
  return { name, version, ...(props && { props: value(props) }), host: group(host), guest: group(guest) };
}

function group(members: Members): Record<string, MemberDescription> {
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, one(member)]));
}

function one(member: Member): MemberDescription {
  const { input, output, payload, ...rest } = member as Member &
    Partial<Record<'input' | 'output' | 'payload', AnySchema>>;
  return {
    ...rest,
    ...(input && { input: value(input) }),
    ...(output && { output: value(output) }),
    ...(payload && { payload: value(payload) }),
  };
}

// Never a guess: a schema that can't tell gets a note.
function value(schema: AnySchema): ValueDescription {
  try {
    const json = toJsonSchema(schema);
    if (json) return { schema: json };
    return { schema: {}, note: `Schemas of "${schema['~standard'].vendor}" do not offer JSON Schema.` };
  } catch (error) {
    return { schema: {}, note: error instanceof Error ? error.message : String(error) };
  }
}
