// A client that stops reading, beside five hundred that go on: the gateway and the crowd in processes of their own.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { WebSocket } from 'ws';
import { connect } from '../../dist/bridge/index.js';
import { websocket } from '../../dist/channels/websocket.js';
import { bulk } from '../contracts/news.contract.js';
import { folderWith } from '../support/command.js';
import { crowd, type NewsGateway, newsGateway } from '../support/crowd.js';
import { Follower } from '../support/follower.js';
import { freePort } from '../support/free-port.js';
import { until } from '../support/wait.js';

const crowds = 2;
const each = { followers: 200, peers: 25 };
/** At the gateway's default, and so many beyond it that they fill more than a page. */
const chunk = 80_000;

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);
const percentile = (values: number[], share: number) =>
  values.sort((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;

test('clients that stop reading end at their queue, cost their memory, and read on from the log', {
  timeout: 60_000,
}, async (t) => {
  const file = join(folderWith({}), 'log.sqlite');
  const gateway = await newsGateway({ file, port: await freePort() });
  const others = Array.from({ length: crowds }, (_, i) =>
    crowd({ url: gateway.url, name: String(i), ...each }),
  );
  await Promise.all(others.map((one) => one.up()));

  // What reads beside them, of the same event.
  const witness = new Follower({ url: gateway.url, contract: bulk.name });
  const stalled = new Follower({ url: gateway.url, contract: bulk.name });
  let socket: WebSocket | undefined;
  const open = (url: string) => (socket = new WebSocket(url));
  const channel = websocket(`${gateway.url.replace('http', 'ws')}/ws`, { open, retry: { first: 50 } });
  const peer = connect({ channel, contract: bulk, side: 'host', onError: () => {} });
  const heard: number[] = [];
  peer.on('told', ({ n }) => heard.push(n));
  after(() => {
    peer.close();
    for (const follower of [witness, stalled]) follower.close();
  });
  await peer.ready;
  await until(() => [witness, stalled].every(({ said }) => said.includes('live')));

  // Both kinds, in turns, each to all who follow it, before the next.
  let [told, chunks] = [0, 0];
  const tell = async () => {
    told = await gateway.tell({ from: told, count: 1, length: 200 });
    await Promise.all(others.map((one) => one.had(told)));
  };
  const flood = async () => {
    chunks = await gateway.tell({ from: chunks, count: 10, length: chunk }, bulk.name);
    await until(() => witness.seen.length === chunks);
  };
  const latency = async () => {
    const delays = (await Promise.all(others.map((one) => one.followed())))
      .flat()
      .flatMap((one) => one.delays);
    await Promise.all(others.map((one) => one.anew()));
    return { half: percentile(delays, 0.5), most: percentile(delays, 0.99) };
  };
  // What the log and the gateway have at hand for all is there by then.
  for (let round = 0; round < 6; round++) {
    await tell();
    await flood();
  }
  await until(() => heard.length === chunks);
  const [quiet, before] = [await latency(), await gateway.held()];

  stalled.stall();
  socket?.pause();
  const slow = () => gateway.metric('oriel_streams_ended_total{kind="events",why="slow"}');
  const clients = () => gateway.metric('oriel_clients');
  const connected = crowds * 2 * each.peers + 1;
  assert.equal(await clients(), connected);
  let most = before;
  let rounds = 0;
  const gone = { follower: 0, peer: 0 };
  for (; rounds < 60 && !(gone.follower && gone.peer); rounds++) {
    await tell();
    await flood();
    if (rounds % 3 === 0) most = larger(most, await gateway.held());
    if (!gone.follower && (await slow())) gone.follower = chunks;
    if (!gone.peer && (await clients()) < connected) gone.peer = chunks;
  }
  most = larger(most, await gateway.held());
  const busy = await latency();
  t.diagnostic(
    `ended after ${gone.follower} and ${gone.peer} of 80 kB, from ${6 * 10} on; ${mebi(most.needed - before.needed)} MiB needed at most, ${mebi((await gateway.held()).resident - before.resident)} MiB more resident; latency of the others ${text(quiet)} ms before, ${text(busy)} ms meanwhile`,
  );
  assert.ok(gone.follower && gone.peer, JSON.stringify(gone));
  assert.ok(most.needed - before.needed < 10 * 2 ** 20, `${most.needed - before.needed} bytes`);
  assert.ok(busy.half < 3 * quiet.half + 50, `${text(quiet)} before, ${text(busy)} meanwhile`);
  await until(async () => (await gateway.metric('oriel_streams_open')) === crowds * each.followers + 1);

  // More than a page is missed meanwhile.
  for (let round = 0; round < 6; round++) await flood();
  const pages = stalled.said.filter((one) => one === 'replayed').length;
  stalled.read();
  socket?.resume();
  await until(() => stalled.seen.length >= chunks, { timeout: 20_000 });
  assert.deepEqual(stalled.seen, upTo(chunks));
  assert.ok(stalled.said.includes('slow'));
  assert.ok(stalled.said.filter((one) => one === 'replayed').length > pages, 'page by page');
  assert.ok((await gateway.held()).needed - before.needed < 10 * 2 ** 20);
  await until(() => peer.state.get().epoch === 2 && peer.state.get().status === 'ready');
  await flood();
  await until(() => heard.at(-1) === chunks - 1);

  // None of the others missed anything, or was ended.
  for (const { seen, attempts } of (await Promise.all(others.map((one) => one.followed()))).flat()) {
    assert.deepEqual(seen, upTo(told));
    assert.equal(attempts.length, 0);
  }
  for (const its of (await Promise.all(others.map((one) => one.connected()))).flat())
    assert.deepEqual([its.heard, its.attempts.length], [upTo(told), 0]);
  for (const one of others) one.end();
  await gateway.kill();
});

const mebi = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
const text = ({ half, most }: { half: number; most: number }) =>
  `${half.toFixed(1)} (99 %: ${most.toFixed(1)})`;

type Held = Awaited<ReturnType<NewsGateway['held']>>;
const larger = (one: Held, other: Held) => (other.needed > one.needed ? other : one);
