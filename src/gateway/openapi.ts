import {
  type ContractDescription,
  describe,
  type MemberDescription,
  type ValueDescription,
} from '../contract/index.js';
import type { Served } from './served.js';

/** What both documents say of a value: its JSON Schema, or why there is none. */
export function schemaOf(value: ValueDescription | undefined): Record<string, unknown> {
  if (!value) return {};
  // Its dialect is the document's.
  const { $schema: _, ...schema } = value.schema as Record<string, unknown>;
  return value.note === undefined ? schema : { ...schema, description: value.note };
}

/** A contract's methods, streams, events and errors over plain HTTP, as OpenAPI 3.1. `server` is its base address. */
export function openapi({ contract, calls, events }: Served, server: string, secured: boolean): object {
  const description = describe(contract);
  const kept = [...events.values()].filter(({ side, topic }) => side === 'guest' && topic);
  const taken = [...events.values()].filter(({ side }) => side === 'host');
  const at = `/${encodeURIComponent(contract.name)}`;
  const paths = Object.fromEntries([
    ...[...calls].map(([name, { member }]) => [
      `${at}/${encodeURIComponent(name)}`,
      { post: operation(name, description, member.kind) },
    ]),
    ...taken.map(({ name }) => [`${at}/${encodeURIComponent(name)}`, { post: emission(name, description) }]),
    ...(kept.length ? [[`${at}/events`, { get: following(kept.map(({ name }) => name)) }]] : []),
  ]);
  return {
    openapi: '3.1.0',
    info: { title: contract.name, version: contract.version },
    servers: [{ url: server }],
    ...(secured && { security: [{ token: [] }] }),
    paths,
    components: {
      schemas: { Problem: problem, Event: cloudEvent },
      responses: {
        Problem: {
          description: 'What went wrong (RFC 9457), with a code to switch on.',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
      ...(secured && { securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } }),
    },
  };
}

const failed = { default: { $ref: '#/components/responses/Problem' } };

const key = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'Names this call: the same one again gets the first answer.',
  schema: { type: 'string', minLength: 1, maxLength: 200 },
};

function body(value: ValueDescription | undefined): object {
  return (
    (value && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(value) } } },
    }) ||
    {}
  );
}

function operation(name: string, { guest }: ContractDescription, kind: string): object {
  const { input, output } = guest[name] as MemberDescription;
  const schema = schemaOf(output);
  const lines = {
    type: 'object',
    properties: { item: schema, error: { $ref: '#/components/schemas/Problem' } },
  };
  const answer =
    kind === 'method'
      ? { description: 'The answer.', content: { 'application/json': { schema } } }
      : {
          description: 'Items, one a line, or as server-sent events; an error in their midst is the last.',
          content: {
            'application/x-ndjson': { schema: lines },
            'text/event-stream': { schema: { type: 'string' } },
          },
        };
  return {
    operationId: name,
    ...(kind === 'method' && { parameters: [key] }),
    ...body(input),
    responses: { 200: answer, ...failed },
  };
}

function emission(name: string, { host }: ContractDescription): object {
  const kept = { id: { type: 'string' }, cursor: { type: 'string' }, duplicate: { type: 'boolean' } };
  const schema = { type: 'object', properties: kept, required: ['id', 'duplicate'] };
  return {
    operationId: name,
    parameters: [key],
    ...body(host[name]?.payload),
    responses: {
      202: { description: 'It is taken.', content: { 'application/json': { schema } } },
      ...failed,
    },
  };
}

function following(names: readonly string[]): object {
  return {
    operationId: 'events',
    parameters: [
      {
        name: 'topic',
        in: 'query',
        description: 'Events to follow. Default: all that the token allows.',
        schema: { type: 'array', items: { type: 'string', enum: names } },
        explode: true,
      },
      {
        name: 'after',
        in: 'query',
        description: 'How far this client has come: the id that it was sent last, `earliest` or `latest`.',
        schema: { type: 'string', default: 'latest' },
      },
      { name: 'Last-Event-ID', in: 'header', description: 'The same, first.', schema: { type: 'string' } },
    ],
    responses: {
      200: {
        description:
          'Server-sent events. One without a name is an event (CloudEvents 1.0); `replayed`, `live` and `reset` say where this client stands; `end` says why the stream ends.',
        content: { 'text/event-stream': { schema: { type: 'string' } } },
      },
      ...failed,
    },
  };
}

const problem = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
    member: { type: 'string' },
    path: { type: 'array', items: { type: ['string', 'integer'] } },
    issues: { type: 'array', items: { type: 'object' } },
    data: {},
  },
};

const cloudEvent = {
  type: 'object',
  required: ['specversion', 'id', 'source', 'type', 'time'],
  properties: {
    specversion: { const: '1.0' },
    id: { type: 'string' },
    source: { type: 'string' },
    type: { type: 'string' },
    subject: { type: 'string' },
    time: { type: 'string', format: 'date-time' },
    datacontenttype: { type: 'string' },
    data: {},
    data_base64: { type: 'string' },
  },
};
