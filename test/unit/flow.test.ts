import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Flow } from '../../dist/channels/flow.js';
import { rejection } from '../support/wait.js';

function flow(room: number) {
  let ended = 0;
  const it = new Flow(room, () => ended++);
  const reader = it.readable.getReader();
  const read = async () => {
    const { done, value } = await reader.read();
    return done ? undefined : new TextDecoder().decode(value);
  };
  return { it, reader, read, ended: () => ended };
}

test('what is written is read in order, before and after it was asked for', async () => {
  const { it, read, ended } = flow(100);
  it.write('a');
  it.write('ü');
  assert.deepEqual([await read(), await read()], ['a', 'ü']);
  const later = read();
  it.write('c');
  assert.equal(await later, 'c');
  it.write('d');
  it.close();
  it.write('too late');
  assert.deepEqual([await read(), await read()], ['d', undefined]);
  assert.equal(ended(), 0, 'whoever closes it knows');
});

test('one text may be as long as it is, and what waits besides is bounded', async () => {
  const { it, read, reader, ended } = flow(10);
  const long = 'x'.repeat(1000);
  it.write(long);
  it.write('0123456789');
  assert.equal(await read(), long);
  it.write(long);
  assert.equal(ended(), 0);
  it.write('!');
  assert.equal(ended(), 1);
  assert.match((await rejection(reader.read())).message, /too slowly/);
  it.close();
  it.write('x');
  assert.equal(ended(), 1);
});

test('a reader that goes away ends it', async () => {
  const { it, reader, ended } = flow(10);
  it.write('x');
  await reader.cancel();
  assert.equal(ended(), 1);
  it.write('x'.repeat(100));
  it.close();
  assert.equal(ended(), 1);
});

test('a reader that waits when it is closed is told', async () => {
  const { it, read } = flow(10);
  const end = read();
  it.close();
  assert.equal(await end, undefined);
});
