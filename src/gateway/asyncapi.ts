import { describe } from '../contract/index.js';
import { schemaOf } from './openapi.js';
import type { Served } from './served.js';

/** A contract's events, calls and streams as AsyncAPI 3.0, from the gateway's side: it sends events and receives calls. */
export function asyncapi({ contract, calls, events }: Served, server: string): object {
  const { guest, host } = describe(contract);
  const base = new URL(server);
  const channels: Record<string, object> = {};
  const operations: Record<string, object> = {};
  const at = encodeURIComponent(contract.name);
  const message = (name: string, payload: Record<string, unknown>) => ({ name, payload });

  for (const [name, { member }] of calls) {
    const key = `call_${name}`;
    const { input, output } = guest[name] ?? {};
    channels[key] = {
      address: `${at}/${encodeURIComponent(name)}`,
      messages: {
        input: message(name, schemaOf(input)),
        output: message(member.kind === 'stream' ? `item of ${name}` : `answer of ${name}`, schemaOf(output)),
      },
    };
    operations[key] = {
      action: 'receive',
      channel: { $ref: `#/channels/${key}` },
      messages: [{ $ref: `#/channels/${key}/messages/input` }],
      reply: {
        channel: { $ref: `#/channels/${key}` },
        messages: [{ $ref: `#/channels/${key}/messages/output` }],
      },
    };
  }
  for (const { name, side, topic } of events.values()) {
    const key = `event_${name}`;
    const payload = schemaOf((side === 'guest' ? guest : host)[name]?.payload);
    channels[key] = {
      address:
        side === 'guest' && topic
          ? `${at}/events?topic=${encodeURIComponent(name)}`
          : `${at}/${encodeURIComponent(name)}`,
      messages: { event: message(name, topic && side === 'guest' ? enveloped(payload) : payload) },
    };
    operations[key] = {
      action: side === 'guest' ? 'send' : 'receive',
      channel: { $ref: `#/channels/${key}` },
      messages: [{ $ref: `#/channels/${key}/messages/event` }],
    };
  }
  return {
    asyncapi: '3.0.0',
    info: { title: contract.name, version: contract.version },
    defaultContentType: 'application/json',
    servers: {
      gateway: {
        host: base.host,
        protocol: base.protocol.slice(0, -1),
        ...(base.pathname !== '/' && { pathname: base.pathname }),
      },
    },
    channels,
    operations,
  };
}

/** An event as it travels: CloudEvents 1.0. */
function enveloped(data: Record<string, unknown>): Record<string, unknown> {
  const text = { type: 'string' };
  return {
    type: 'object',
    required: ['specversion', 'id', 'source', 'type', 'time'],
    properties: {
      specversion: { const: '1.0' },
      id: text,
      source: text,
      type: text,
      subject: text,
      time: text,
      data,
    },
  };
}
