// What is said in one go leaves as few messages as can be, in order.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Batch } from '../../dist/bridge/batch.js';
import { type Message, message } from '../../dist/bridge/index.js';

/** A batch, what has left of it, what could not, and what gives its end a turn. */
function batched({ on = true, carries = (_one: Message): boolean => true } = {}) {
  const left: Message[] = [];
  const failed: [Message, unknown][] = [];
  const waiting: (() => void)[] = [];
  const post = (one: Message) => {
    if (!carries(one)) throw new Error('too much');
    left.push(one);
  };
  const batch = new Batch({ post, turn: (run) => void waiting.push(run) }, (...it) => failed.push(it));
  if (on) batch.on = true;
  return { batch, left, failed, next: () => waiting.shift()?.() };
}

const notes = (count: number) =>
  Array.from({ length: count }, (_, i) => message('NOTE', { topic: String(i) }));
const flat = (left: Message[]) =>
  left.flatMap((one) => (one.type === 'BATCH' ? (one.items as Message[]) : [one]));

test('to an end that knows no batches each leaves by itself', async () => {
  const { batch, left } = batched({ on: false });
  const said = notes(3);
  for (const one of said) batch.post(one);
  assert.deepEqual(left, said);
  await undefined;
  assert.deepEqual(left, said);
});

test('the first leaves at once, the rest of a microtask together, and one alone as it is', async () => {
  const { batch, left } = batched();
  const [a, b, c, d, e, f] = notes(6) as [Message, Message, Message, Message, Message, Message];
  for (const one of [a, b, c]) batch.post(one);
  assert.deepEqual(left, [a]);
  await undefined;
  assert.deepEqual(left, [a, message('BATCH', { items: [b, c] })]);
  batch.post(d);
  batch.post(e);
  await undefined;
  assert.deepEqual(left.slice(2), [d, e]);
  batch.post(f);
  await undefined;
  assert.deepEqual(left.slice(4), [f]); // and no batch of nothing
});

test('what is moved leaves at once, after all that waits', async () => {
  const { batch, left } = batched();
  const said = notes(4);
  for (const one of said.slice(0, 3)) batch.post(one);
  batch.post(said[3] as Message, [new ArrayBuffer(1)]);
  assert.deepEqual(flat(left), said);
  assert.equal(left.length, 3);
});

test('what is too much together leaves one by one, and what is too much alone is told alone', async () => {
  const said = notes(5);
  const { batch, left, failed } = batched({ carries: (one) => one.type !== 'BATCH' && one !== said[3] });
  for (const one of said) batch.post(one);
  await undefined;
  assert.deepEqual(left, [said[0], said[1], said[2], said[4]]);
  assert.deepEqual(
    failed.map(([one, cause]) => [one, (cause as Error).message]),
    [[said[3], 'too much']],
  );
});

test('no more than 4,096 wait', () => {
  const { batch, left } = batched();
  const said = notes(4097);
  for (const one of said) batch.post(one);
  assert.equal(left.length, 2);
  assert.deepEqual(flat(left), said);
});

test('what an end says in one task leaves as few messages, however many microtasks it takes', async () => {
  const { batch, left, next } = batched();
  const said = notes(9999);
  for (const one of said) {
    batch.post(one);
    await undefined;
  }
  assert.equal(left.length, 100 + 2 * 2);
  next();
  assert.deepEqual(flat(left), said);
  // From here on as before.
  const before = left.length;
  for (const one of said.slice(0, 3)) batch.post(one);
  await undefined;
  assert.equal(left.length, before + 2);
});
