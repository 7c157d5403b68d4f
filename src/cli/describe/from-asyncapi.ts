import type { ContractDescription, MemberDescription, ValueDescription } from '../../contract/index.js';
import { CliError, exits } from '../exit.js';

interface Document {
  readonly info: { readonly title: string; readonly version: string };
  readonly channels: Readonly<Record<string, { readonly address: string; readonly messages: Messages }>>;
  readonly operations: Readonly<Record<string, { readonly action: 'send' | 'receive' }>>;
}
type Messages = Readonly<Record<string, { readonly name: string; readonly payload: Schema }>>;
type Schema = Readonly<Record<string, unknown>>;

/** What a gateway's AsyncAPI document says of its contract: all but the props and the host's own methods. */
export function fromAsyncapi(document: unknown): ContractDescription {
  const { info, channels, operations } = Object(document) as Partial<Document>;
  if (!info || !channels || !operations)
    throw new CliError(exits.failed, 'That is no AsyncAPI document as a gateway gives it.');
  const guest: Record<string, MemberDescription> = {};
  const host: Record<string, MemberDescription> = {};
  for (const [key, { address, messages }] of Object.entries(channels)) {
    const name = key.slice(key.indexOf('_') + 1);
    if (key.startsWith('call_')) {
      const kind = messages['output']?.name.startsWith('item of ') ? 'stream' : 'method';
      guest[name] = { kind, ...valued('input', messages), ...valued('output', messages) };
      continue;
    }
    const sent = operations[key]?.action === 'send';
    const kept = address.includes('?topic=');
    const payload = messages['event']?.payload ?? {};
    // What is kept travels in an envelope.
    const data = kept ? (payload['properties'] as Record<string, Schema>)['data'] : payload;
    const event: MemberDescription = {
      kind: 'event',
      payload: value(data ?? {}),
      ...(kept && { retain: 'log' }),
    };
    (sent ? guest : host)[name] = event;
  }
  return { name: info.title, version: info.version, host, guest };
}

function valued(name: 'input' | 'output', messages: Messages): Partial<MemberDescription> {
  const payload = messages[name]?.payload;
  return payload ? { [name]: value(payload) } : {};
}

function value(payload: Schema): ValueDescription {
  const { description, ...schema } = payload;
  // A schema that can't tell has its reason there.
  if (typeof description === 'string' && !Object.keys(schema).length) return { schema, note: description };
  return { schema: payload };
}
