import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { z } from 'zod';
import { ContractError, InvalidValue, type Schema, type, validate } from '../../dist/contract/index.js';

function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return assert.fail('nothing was thrown');
}

/** A schema that answers as told. */
const answering = (verdict: unknown): Schema => ({
  '~standard': { version: 1, vendor: 'test', validate: () => verdict as { value: unknown } },
});

test("what comes out is the schema's output", () => {
  assert.deepEqual(validate(v.object({ page: v.optional(v.number(), 1) }), {}, 'open'), { page: 1 });
  assert.deepEqual(validate(z.object({ n: z.coerce.number().default(3) }), { n: '4' }, 'open'), { n: 4 });
});

test('type<T>() lets everything through as it is', () => {
  const value = { any: 'thing' };
  assert.equal(validate(type<string>(), value, 'open'), value);
});

for (const [library, schema] of [
  ['valibot', v.object({ rows: v.array(v.object({ id: v.string() })), name: v.string() })],
  ['zod', z.object({ rows: z.array(z.object({ id: z.string() })), name: z.string() })],
] as const) {
  test(`${library}: a refused value is an InvalidValue with member, path and all issues`, () => {
    const error = thrown(() => validate(schema, { rows: [{ id: 'a' }, { id: 2 }] }, 'open'));
    assert.ok(error instanceof InvalidValue);
    assert.equal(error.code, 'invalid');
    assert.equal(error.member, 'open');
    assert.deepEqual(error.path, ['rows', 1, 'id']);
    assert.deepEqual(
      error.issues.map(({ path }) => path),
      [['rows', 1, 'id'], ['name']],
    );
    assert.match(error.message, /^Not a valid value at "open\.rows\.1\.id": ./);
    // The issues cross to the other side: nothing of the library, or of the value, may hang on them.
    assert.deepEqual(structuredClone(error.issues), error.issues);
    assert.deepEqual(Object.keys(error.issues[0] ?? {}), ['message', 'path']);
  });
}

test('an issue about the whole value has an empty path', () => {
  const error = thrown(() => validate(v.string(), 3, 'open'));
  assert.ok(error instanceof InvalidValue);
  assert.deepEqual(error.path, []);
  assert.match(error.message, /at "open":/);
});

test('a symbol in a path does not get in the way', () => {
  const error = thrown(() =>
    validate(answering({ issues: [{ message: 'no', path: [Symbol('a')] }] }), 3, 'open'),
  );
  assert.ok(error instanceof InvalidValue);
  assert.match(error.message, /"open\.Symbol\(a\)": no/);
});

test('a refusal without issues is still a refusal', () => {
  const error = thrown(() => validate(answering({ issues: [] }), 3, 'open'));
  assert.ok(error instanceof InvalidValue);
  assert.match(error.message, /refused by its schema/);
});

for (const [what, schema] of [
  ['zod', z.string().refine(async () => true)],
  [
    'valibot',
    v.pipeAsync(
      v.string(),
      v.checkAsync(async () => true),
    ),
  ],
  ['a promise that rejects', answering(Promise.reject(new Error('later')))],
  ['a thenable of another library', answering(Object.fromEntries([['then', () => {}]]))],
] as const) {
  test(`a schema that answers with a promise is a bad contract: ${what}`, () => {
    const error = thrown(() => validate(schema, 'x', 'open'));
    assert.ok(error instanceof ContractError);
    assert.equal(error.code, 'bad-contract');
    assert.match(error.message, /"open" answers with a promise/);
  });
}
