import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as errors from '../../dist/contract/index.js';

const cause = new Error('why');
const each = [
  ['ConnectionLost', 'lost', new errors.ConnectionLost('reload', { cause })],
  ['ConnectionClosed', 'closed', new errors.ConnectionClosed('removed', { cause })],
  ['CallTimeout', 'timeout', new errors.CallTimeout('open', 30_000, { cause })],
  ['Unresponsive', 'unresponsive', new errors.Unresponsive(5_000, { cause })],
  ['UnknownMember', 'unknown-member', new errors.UnknownMember('opne', { cause })],
  ['InvalidValue', 'invalid', new errors.InvalidValue('open', [{ message: 'no', path: ['id'] }], { cause })],
  ['NotCloneable', 'not-cloneable', new errors.NotCloneable('open', ['id'], { cause })],
  ['LimitExceeded', 'limit', new errors.LimitExceeded('open calls', 1_000, { cause })],
  ['Released', 'released', new errors.Released(undefined, { cause })],
  ['Unsupported', 'unsupported-by-peer', new errors.Unsupported('Streams', { cause })],
  ['ContractError', 'version-mismatch', new errors.ContractError('version-mismatch', 'No.', { cause })],
  ['EmbedError', 'silent', new errors.EmbedError('silent', 'No.', { cause })],
  ['AuthError', 'unauthorized', new errors.AuthError('unauthorized', 'No.', { cause })],
  ['LogError', 'log-closed', new errors.LogError('log-closed', 'No.', { cause })],
] as const;

for (const [name, code, error] of each) {
  test(`${name} has its name, the code "${code}", a message and its cause`, () => {
    assert.ok(error instanceof errors.OrielError && error instanceof Error);
    assert.equal(error.constructor.name, name);
    assert.equal(error.name, name);
    assert.equal(error.code, code);
    assert.match(error.message, /\.$|no$/);
    assert.equal(error.cause, cause);
  });
}

test('every error class is in the table above, or one of the two that have tests of their own', () => {
  const classes = Object.entries(errors).filter(
    ([, value]) => Object.getPrototypeOf(value) === errors.OrielError,
  );
  assert.deepEqual(
    classes
      .map(([name]) => name)
      .filter((name) => name !== 'RemoteError')
      .sort(),
    each.map(([name]) => name).sort(),
  );
});

test('errors carry what their code alone does not say', () => {
  const { reason, outcome } = new errors.ConnectionLost('crashed');
  assert.deepEqual({ reason, outcome }, { reason: 'crashed', outcome: 'unknown' });
  assert.equal(new errors.ConnectionClosed('flood').reason, 'flood');
  assert.equal(new errors.UnknownMember('opne').member, 'opne');
  const { member, path, message } = new errors.NotCloneable('open', ['rows', 0, Symbol('a')]);
  assert.equal(member, 'open');
  assert.equal(path.length, 3);
  assert.match(message, /"open\.rows\.0\.Symbol\(a\)"/);
  const { limit, value } = new errors.LimitExceeded('callbacks', 10_000);
  assert.deepEqual({ limit, value }, { limit: 'callbacks', value: 10_000 });
  const both = { ours: { name: 'a', version: '1.0.0' }, theirs: { name: 'a', version: '2.0.0' } };
  const { ours, theirs } = new errors.ContractError('version-mismatch', 'No.', both);
  assert.deepEqual({ ours, theirs }, both);
});

test("a RemoteError is what the callee threw, by the callee's own name and code", () => {
  const error = new errors.RemoteError({
    name: 'RangeError',
    message: 'too far',
    code: 'E_FAR',
    data: { at: 3 },
    cause,
  });
  const { name, message, code, data } = error;
  assert.deepEqual(
    { name, message, code, data },
    { name: 'RangeError', message: 'too far', code: 'E_FAR', data: { at: 3 } },
  );
  assert.equal(error.cause, cause);
});

test('a RemoteError without a code that can be switched on is "remote"', () => {
  // A DOMException's code is a number.
  for (const code of [undefined, null, 20, {}])
    assert.equal(new errors.RemoteError({ name: 'E', message: '', code }).code, 'remote');
  assert.ok(!('cause' in new errors.RemoteError({ name: 'E', message: '' })));
});

test('an error that is told nothing more says what can be said', () => {
  assert.equal(new errors.OrielError('closed', 'No.').name, 'OrielError');
  const refused = new errors.InvalidValue('open', []);
  assert.deepEqual(refused.path, []);
  assert.match(refused.message, /at "open": refused by its schema$/);
  const uncloneable = new errors.NotCloneable('open');
  assert.deepEqual(uncloneable.path, []);
  assert.match(uncloneable.message, /^"open" holds/);
  const released = new errors.Released();
  assert.equal(released.how, 'by its holder');
  assert.match(released.message, /was released by its holder\./);
});

test("a RemoteError has an aggregate's errors and the other side's stack where there are some", () => {
  const thrown = { name: 'AggregateError', message: 'all', errors: [1, 2], stack: 'at there' };
  const { errors: inner, remoteStack } = new errors.RemoteError(thrown);
  assert.deepEqual({ inner, remoteStack }, { inner: [1, 2], remoteStack: 'at there' });
  const plain = new errors.RemoteError({ name: 'E', message: '' });
  assert.ok(!('errors' in plain) && !('remoteStack' in plain));
});
