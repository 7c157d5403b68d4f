import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareCursors, formatCursor, parseCursor } from '../../dist/events/index.js';

test('a cursor is read as it was written', () => {
  for (const parts of [
    { epoch: 'a', seq: '0' },
    { epoch: 'e_1', seq: '12' },
    { epoch: 'x'.repeat(40), seq: '999999999999999999-0' },
    { epoch: '1', seq: '0-7' },
  ])
    assert.deepEqual(parseCursor(formatCursor(parts)), parts);
});

test('whatever is no cursor is none', () => {
  const bad = [
    '',
    ':',
    'a',
    'a:',
    ':1',
    'a:b',
    'a:01',
    'a:1-',
    'a:1-01',
    'a:-1',
    'a:1 ',
    ' a:1',
    'a:1\n',
    'a b:1',
    'a:1:2',
  ];
  for (const value of [
    ...bad,
    'earliest',
    `${'a'.repeat(41)}:1`,
    `a:${'1'.repeat(19)}`,
    null,
    undefined,
    7,
    {},
    ['a:1'],
  ])
    assert.equal(parseCursor(value), undefined, String(value));
  assert.throws(() => formatCursor({ epoch: 'a', seq: 'b' }), RangeError);
  assert.throws(() => formatCursor({ epoch: '', seq: '1' }), RangeError);
});

test('cursors are in the order of their numbers, within an epoch', () => {
  const ordered = [
    'a:0',
    'a:9',
    'a:10',
    'a:10-1',
    'a:10-9',
    'a:10-10',
    'a:11',
    'a:999999999999999998',
    'a:999999999999999999',
  ];
  for (const [i, one] of ordered.entries())
    for (const [j, other] of ordered.entries())
      assert.equal(Math.sign(compareCursors(one, other) ?? Number.NaN), Math.sign(i - j), `${one} ${other}`);
  assert.equal(compareCursors('a:10', 'a:10-0'), 0);
  assert.equal(compareCursors('a:1', 'b:1'), undefined);
  assert.equal(compareCursors('a:1', 'earliest'), undefined);
});
