// A line on which packets vanish, and nobody is told: no reset, no end, between two machines of their own.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderWith } from '../support/command.js';
import { crowd, newsGateway } from '../support/crowd.js';
import { leftOut } from '../support/left-out.js';
import { machines } from '../support/machines.js';
import { until } from '../support/wait.js';

const beat = 800;
/** What a busy machine takes longer, in ms. */
const slack = 400;

test('both sides notice that packets vanish, and nothing is lost when they come through again', {
  timeout: 60_000,
}, async (t) => {
  const made = machines();
  if (typeof made === 'string') return leftOut(t, made);
  const { client, server, cut, mend } = made;
  const file = join(folderWith({}), 'log.sqlite');
  const gateway = await newsGateway({ file, port: 8080, host: '0.0.0.0', beat }, server);
  const url = `http://${server.address}:8080`;
  const far = crowd(
    { url, name: 'far', followers: 3, peers: 2, beat, retry: { first: 200, longest: 400 } },
    client,
  );
  const [clients, streams] = ['oriel_clients', 'oriel_streams_open'].map(
    (name) => () => gateway.metric(name),
  ) as [() => Promise<number>, () => Promise<number>];
  await far.up();
  await gateway.tell({ from: 0, count: 5, length: 100 });
  await far.had(5);
  assert.deepEqual([await clients(), await streams()], [4, 3]);

  cut();
  const start = performance.now();
  await far.stale();
  const noticed = performance.now() - start;
  assert.ok(noticed > beat && noticed < 2.5 * beat + slack, `stale after ${noticed} ms`);
  // What happens meanwhile, and what is asked.
  await gateway.tell({ from: 5, count: 5, length: 100 });
  await far.visit();
  // WebSockets are pinged at each beat; of a stream that posts, every second beat is heard; TCP gives the others up.
  await until(async () => (await clients()) === 0, { timeout: 20 * beat });
  const forgotten = performance.now() - start;
  await until(async () => (await streams()) === 0, { timeout: 30_000 });
  t.diagnostic(
    `stale after ${(noticed / beat).toFixed(1)} beats, their clients forgotten after ${(forgotten / beat).toFixed(1)}`,
  );

  mend();
  await far.up();
  await far.answered();
  await far.had(10, 0);
  await gateway.tell({ from: 10, count: 1, length: 100 });
  await far.had(11, 6);
  for (const { seen } of await far.followed()) assert.deepEqual(seen, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.deepEqual(Object.values(await gateway.visits()), [1, 1, 1, 1]);
  assert.deepEqual([await clients(), await streams()], [4, 3]);
  far.end();
  await gateway.kill();
});
