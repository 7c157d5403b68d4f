import assert from 'node:assert/strict';
import { test } from 'node:test';
import { equal } from '../../dist/bridge/equal.js';
import { createStore } from '../../dist/bridge/store.js';

test('a store tells each change to whoever listens, until they stop', () => {
  const [store, set] = createStore(1);
  const seen: number[] = [];
  const stop = store.subscribe((value) => seen.push(value));
  set(2);
  stop();
  set(3);
  assert.deepEqual(seen, [2]);
  assert.equal(store.get(), 3);
});

test('values are compared by content', () => {
  assert.ok(equal({ a: [1, { b: NaN }] }, { a: [1, { b: NaN }] }));
  assert.ok(!equal({ a: 1 }, { b: 1 }));
  assert.ok(!equal({ a: undefined }, {}));
  assert.ok(!equal([1], { 0: 1 }));
  assert.ok(!equal(new Date(0), new Date(0)));
  assert.ok(!equal(JSON.parse('{"__proto__":1}'), { a: 1 }));
});
