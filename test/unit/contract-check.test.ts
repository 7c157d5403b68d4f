import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { z } from 'zod';
import { ContractError, contract, event, method, stream, type } from '../../dist/contract/index.js';

const good = {
  name: 'acme.ticket',
  version: '1.3.0',
  props: v.object({ ticketId: v.string() }),
  host: { confirm: method({ input: type<string>(), output: type<boolean>() }), same: method() },
  guest: {
    open: method({ input: z.object({ id: z.string() }), idempotent: true }),
    rows: stream({ output: v.number() }),
    paid: event(type<number>(), { retain: 'log' }),
    closed: event(),
    same: event(),
  },
};

test('a contract keeps what it was given, and both sides may use one name', () => {
  assert.deepEqual(contract(good), good);
});

test('a contract is frozen down to its members, and its schemas are left alone', () => {
  const made = contract(good);
  for (const part of [made, made.host, made.guest, made.guest.open, made.guest.closed])
    assert.ok(Object.isFrozen(part));
  assert.ok(!Object.isFrozen(good), 'the definition itself is not touched');
  assert.equal(made.props, good.props);
});

test('a contract needs a name and a version only', () => {
  assert.deepEqual(contract({ name: 'a', version: '0.0.1-beta.1+build.5' }), {
    name: 'a',
    version: '0.0.1-beta.1+build.5',
  });
});

const bad: Record<string, [definition: unknown, says: RegExp]> = {
  'nothing at all': [undefined, /must be an object/],
  null: [null, /must be an object/],
  'no name': [{ version: '1.0.0' }, /"name" must be/],
  'an empty name': [{ ...good, name: '' }, /"name" must be/],
  'a name with a space': [{ ...good, name: 'acme ticket' }, /"name" must be/],
  'a name with a line break': [{ ...good, name: 'acme\n' }, /"name" must be/],
  'the name that stands for any contract': [{ ...good, name: '*' }, /"name" must be/],
  'a name that is no string': [{ ...good, name: 1 }, /"name" must be/],
  'no version': [{ name: 'a' }, /"version" must be semver .* not undefined/],
  'a version of two numbers': [
    { ...good, version: '1.3' },
    /Contract "acme.ticket": "version" must be semver .* not "1\.3"/,
  ],
  'a version with a v': [{ ...good, version: 'v1.3.0' }, /"version" must be/],
  'a version with a leading zero': [{ ...good, version: '01.3.0' }, /"version" must be/],
  'a range': [{ ...good, version: '^1.3.0' }, /"version" must be/],
  'a version that is no string': [{ ...good, version: 1 }, /"version" must be/],
  'an unknown key': [{ ...good, gest: {} }, /"gest" is not a part of a contract/],
  'an own __proto__ key': [
    JSON.parse('{"name":"a","version":"1.0.0","__proto__":{}}'),
    /"__proto__" is not a part/,
  ],
  'props that are no schema': [
    { ...good, props: { ticketId: 'string' } },
    /"props" must be a Standard Schema/,
  ],
  'props that are null': [{ ...good, props: null }, /"props" must be a Standard Schema/],
  'a side that is null': [{ ...good, host: null }, /"host" must be an object/],
  'a side that is a function': [{ ...good, guest: () => {} }, /"guest" must be an object/],
  'a member that is a bare schema': [
    { ...good, guest: { open: v.string() } },
    /"guest\.open" must be made by method\(\)/,
  ],
  'a member that is null': [{ ...good, guest: { open: null } }, /"guest\.open" must be made by/],
  'a member of an unknown kind': [
    { ...good, guest: { open: { kind: 'call' } } },
    /"guest\.open" must be made by/,
  ],
  "a member of a kind that is an object's own": [
    { ...good, guest: { open: { kind: 'constructor' } } },
    /must be made by/,
  ],
  'an input that is no schema': [
    { ...good, host: { a: method({ input: {} as never }) } },
    /"host\.a\.input" must be a Standard/,
  ],
  'an output that is a string': [
    { ...good, host: { a: stream({ output: 'x' as never }) } },
    /"host\.a\.output" must be/,
  ],
  'a payload in an options object': [
    { ...good, host: { a: event({ payload: v.string() } as never) } },
    /"host\.a\.payload" must be/,
  ],
  'a schema of another version': [
    { ...good, host: { a: method({ input: { '~standard': { version: 2, validate() {} } } as never }) } },
    /"host\.a\.input" must be a Standard Schema/,
  ],
  'a misspelt part of a member': [
    { ...good, host: { a: method({ inptu: v.string() } as never) } },
    /"host\.a\.inptu" is not a part/,
  ],
  'a schema in the place of options': [
    { ...good, host: { a: method(v.string() as never) } },
    /is not a part of its method/,
  ],
  ...Object.fromEntries(
    ['then', 'constructor', '__proto__', 'prototype', '@oriel', '@oriel/props'].flatMap((name) => [
      [
        `a host's member named ${name}`,
        [{ ...good, host: own(name, method()) }, new RegExp(`"host\\.${name}" is a reserved name`)],
      ],
      [
        `a guest's event named ${name}`,
        [{ ...good, guest: own(name, event()) }, new RegExp(`"guest\\.${name}" is a reserved name`)],
      ],
    ]),
  ),
  'a reserved prop name, where the schema tells its names': [
    { ...good, props: z.object(Object.fromEntries([['then', z.string()]])) },
    /"props\.then" is a reserved name/,
  ],
};

for (const [what, [definition, says]] of Object.entries(bad)) {
  test(`refused at once: ${what}`, () => {
    assert.throws(
      () => contract(definition as typeof good),
      (error) => {
        assert.ok(error instanceof ContractError);
        assert.equal(error.code, 'bad-contract');
        assert.match(error.message, says);
        return true;
      },
    );
  });
}

test('props whose types have no JSON Schema are fine', () => {
  assert.doesNotThrow(() => contract({ name: 'a', version: '1.0.0', props: z.object({ at: z.date() }) }));
});

test('a part of a member that is undefined counts as left out', () => {
  const open = method({ input: undefined } as object);
  assert.doesNotThrow(() => contract({ name: 'a', version: '1.0.0', guest: { open } }));
});

test('what is refused says in which contract, where that has a name', () => {
  const message = (definition: object) => {
    try {
      contract(definition as typeof good);
    } catch (error) {
      return (error as Error).message;
    }
    return 'not refused';
  };
  assert.match(message({ ...good, host: null }), /^Contract "acme\.ticket": "host" must be/);
  assert.match(message({ version: '1.0.0' }), /^Contract: /);
  const open = { ...method(), inptu: type() };
  assert.match(
    message({ ...good, guest: { open } }),
    /"guest\.open\.inptu" .*: input, output, idempotent\.$/,
  );
});

/** An object with one own key, `__proto__` included, as JSON.parse makes it. */
function own(key: string, value: unknown): object {
  return Object.defineProperty({}, key, { value, enumerable: true });
}
