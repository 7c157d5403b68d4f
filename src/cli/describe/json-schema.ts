import type { ContractDescription, ValueDescription } from '../../contract/index.js';

/** All values of a contract as one JSON Schema, each under `$defs` by its place: `guest.price.input`. */
export function jsonSchema({ name, version, props, host, guest }: ContractDescription): object {
  const $defs: Record<string, object> = {};
  const add = (place: string, value: ValueDescription | undefined) => {
    if (!value) return;
    const { $schema: _, ...schema } = value.schema as Record<string, unknown>;
    $defs[place] = { ...schema, ...(value.note !== undefined && { $comment: value.note }) };
  };
  add('props', props);
  for (const [side, members] of Object.entries({ host, guest }))
    for (const [member, { input, output, payload }] of Object.entries(members)) {
      add(`${side}.${member}.input`, input);
      add(`${side}.${member}.output`, output);
      add(`${side}.${member}.payload`, payload);
    }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:oriel:contract:${encodeURIComponent(name)}:${version}`,
    title: `${name} ${version}`,
    $defs,
  };
}
