import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { z } from 'zod';
import { contract, describe, event, method, stream, type } from '../../dist/contract/index.js';

const described = describe(
  contract({
    name: 'acme.ticket',
    version: '1.3.0',
    props: z.object({ ticketId: z.string(), page: z.number().default(1) }),
    host: { confirm: method({ input: v.string(), output: type<boolean>() }) },
    guest: {
      open: method({ input: z.object({ id: z.string() }), idempotent: true }),
      rows: stream({ output: z.number() }),
      paid: event(z.object({ at: z.date() }), { retain: 'log' }),
      closed: event(),
    },
  }),
);

test('zod tells its JSON Schema, as the sender gives the value', () => {
  assert.deepEqual(described.props, {
    schema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: { ticketId: { type: 'string' }, page: { type: 'number', default: 1 } },
      required: ['ticketId'],
    },
  });
  assert.equal(described.guest['rows']?.output?.schema['type'], 'number');
});

test('a schema that offers no JSON Schema gets {} and a note, never a guess', () => {
  assert.deepEqual(described.host['confirm'], {
    kind: 'method',
    input: { schema: {}, note: 'Schemas of "valibot" do not offer JSON Schema.' },
    output: { schema: {}, note: 'Schemas of "oriel" do not offer JSON Schema.' },
  });
});

test("a type that JSON Schema can't say gets {} and the library's own reason", () => {
  const payload = described.guest['paid']?.payload;
  assert.deepEqual(payload?.schema, {});
  assert.match(payload?.note ?? '', /Date/);
});

test('what a member has beside its schemas is told as it is', () => {
  assert.deepEqual(Object.keys(described.guest), ['open', 'rows', 'paid', 'closed']);
  assert.equal(described.guest['open']?.idempotent, true);
  assert.equal(described.guest['paid']?.retain, 'log');
  assert.deepEqual(described.guest['closed'], { kind: 'event' });
});

test('a description is plain data', () => {
  assert.deepEqual(JSON.parse(JSON.stringify(described)), described);
  assert.deepEqual(describe(contract({ name: 'a', version: '1.0.0' })), {
    name: 'a',
    version: '1.0.0',
    host: {},
    guest: {},
  });
});
