// A restart under a thousand followers, and the clients of channels beside them: who tries when, and what each gets.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderWith } from '../support/command.js';
import { crowd, newsGateway } from '../support/crowd.js';
import { freePort } from '../support/free-port.js';
import { pause, until } from '../support/wait.js';

const crowds = 2;
/** A thousand followers, always. Clients of channels cost more: `npm run soak -- network` has a thousand of those too. */
const each = { followers: 500, peers: Math.ceil(Number(process.env['CLIENTS'] ?? 100) / (2 * crowds)) };

/** So long, in s, does what stands in for a gateway ask to be left alone. */
const asked = 2;

test('a thousand clients come back spread, as they are asked to, and each has all of it once', {
  timeout: 120_000,
}, async (t) => {
  const order = { file: join(folderWith({}), 'log.sqlite'), port: await freePort() };
  let gateway = await newsGateway(order);
  const clients = Array.from({ length: crowds }, (_, i) =>
    crowd({ url: gateway.url, name: String(i), ...each }),
  );
  const all = <T>(run: (one: (typeof clients)[number]) => Promise<T>) => Promise.all(clients.map(run));
  await all((one) => one.up());
  await gateway.tell({ from: 0, count: 20, length: 200 });
  await all((one) => one.had(20));
  await all((one) => one.anew());

  const left = performance.now();
  await gateway.close();
  // What is asked while nobody is there, once by each.
  await all((one) => one.visit());
  await answerWith503(order.port, 100);
  gateway = await newsGateway(order);
  await gateway.tell({ from: 20, count: 20, length: 200 });
  await pause(3000); // some are there by now, and some are not
  await gateway.tell({ from: 40, count: 20, length: 200 });
  await all(async (one) => {
    await one.up();
    await one.had(60, 0);
    await one.answered();
  });

  const followers = (await all((one) => one.followed())).flat();
  const peers = (await all((one) => one.connected())).flat();
  const firsts = [
    ...followers.map(({ attempts }) => attempts[0]?.at),
    ...peers.map(({ attempts }) => attempts[0]),
  ].map((at) => Number(at));
  const [first, last] = [Math.min(...firsts), Math.max(...firsts)];
  const seconds = Array.from(
    { length: 12 },
    (_, s) => firsts.filter((at) => at - first >= s * 1000 && at - first < (s + 1) * 1000).length,
  );
  t.diagnostic(
    `${followers.length} followers and ${peers.length} peers: first attempts over ${Math.round(last - first)} ms, by the second: ${seconds}; all were back ${Math.round(performance.now() - left)} ms after the end`,
  );
  assert.equal(firsts.length, crowds * (each.followers + 2 * each.peers));
  assert.ok(last - first >= 5000, `over ${last - first} ms`);
  assert.ok(Math.max(...seconds) < firsts.length / 2.5, `${seconds}`);

  // Each has every event once, in order, and none had to be taken out by its client.
  const expected = Array.from({ length: 60 }, (_, n) => n);
  for (const { seen, said } of followers) {
    assert.deepEqual(seen, expected);
    assert.ok(!said.includes('again') && !said.includes('reset'), `${said}`);
  }
  // Each asked once, though it tried to connect more than once.
  for (const { name, answered } of peers) assert.equal(answered, 1, name);
  assert.deepEqual(Object.entries(await gateway.visits()).sort(), peers.map(({ name }) => [name, 1]).sort());

  // Whoever was told when to come back did not come before.
  const told = followers.flatMap(({ attempts }) =>
    attempts.flatMap(({ at, status, after = 0 }, i) =>
      status === 503 && attempts[i + 1] ? [Number(attempts[i + 1]?.at) - at - after] : [],
    ),
  );
  assert.ok(told.length > 50, `${told.length} were told`);
  assert.ok(
    told.every((late) => late >= 0),
    `${Math.min(...told)}`,
  );
  assert.ok(Math.max(...told) - Math.min(...told) > 2500, 'and not all at once');
  for (const one of clients) one.end();
  await gateway.kill();
});

/** What stands before a gateway answers so while that is away; here until so many have asked. */
async function answerWith503(port: number, many: number): Promise<void> {
  let count = 0;
  const server = createServer((_, response) => {
    count++;
    response.writeHead(503, { 'retry-after': String(asked), connection: 'close' }).end();
  });
  server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n'));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  await until(() => count >= many, { timeout: 30_000 });
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
