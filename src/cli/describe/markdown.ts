import type { ContractDescription, MemberDescription, ValueDescription } from '../../contract/index.js';

/** A contract for people to read. */
export function markdown({ name, version, props, host, guest }: ContractDescription): string {
  return [
    `# ${name}`,
    `Version ${version}.`,
    ...(props ? ['## Props', 'State that the host owns, and the guest sees change.', shown(props)] : []),
    ...side('The guest offers', guest),
    ...side('The host offers', host),
  ].join('\n\n');
}

function side(title: string, members: ContractDescription['guest']): string[] {
  const all = Object.entries(members);
  if (!all.length) return [];
  return [`## ${title}`, ...all.flatMap(([name, member]) => section(name, member))];
}

const kinds = {
  method: 'A method: one input, one output.',
  stream: 'A stream: one input, many outputs.',
  event: 'An event: it is sent, and not answered.',
} as const;

function section(
  name: string,
  { kind, input, output, payload, retain, idempotent }: MemberDescription,
): string[] {
  const what: string[] = [kinds[kind]];
  if (retain) what.push('It is kept in a log: who missed it gets it later.');
  if (idempotent) what.push('It may be called again with the same key.');
  const parts = Object.entries({ Input: input, Output: output, Payload: payload });
  return [
    `### \`${name}\``,
    what.join(' '),
    ...parts.flatMap(([label, value]) => (value ? [`${label}:`, shown(value)] : [])),
  ];
}

function shown({ schema, note }: ValueDescription): string {
  if (note !== undefined) return `(${note})`;
  const { $schema: _, ...rest } = schema as Record<string, unknown>;
  return `\`\`\`json\n${JSON.stringify(rest, null, 2)}\n\`\`\``;
}
