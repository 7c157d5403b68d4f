// What calls, callbacks, streams and reconnects leave in the heap of either page, after a forced collection. Chromium
// alone can be told to collect, and to say how much there is.
//
//   node heap.mjs
import { openBrowser } from './browser.mjs';
import { serve } from './server.mjs';
import { markdown } from './table.mjs';

const steps = {
  '10,000 calls': 'await many(10000, (i) => does.add([i, 1]));',
  '10,000 callbacks': 'await many(10000, (i) => does.tell((n) => n + i));',
  '10,000 streams': 'await many(10000, () => does.items(1), 50);',
  '100 reconnects': 'for (let i = 0; i < 100; i++) await does.reconnect();',
};
const many = `
  const does = pair.peer.does;
  const many = async (count, run, atOnce = 500) => {
    for (let i = 0; i < count; i += atOnce) await Promise.all(Array.from({ length: atOnce }, (_, j) => run(i + j)));
  };`;
const used = `
  for (let i = 0; i < 5; i++) {
    gc();
    await new Promise((go) => setTimeout(go, 50));
  }
  return performance.memory.usedJSHeapSize / 1024;`;

const server = await serve(['depth']);
const browser = await openBrowser('chromium');
const guest = server.guestOf('depth', 'oriel');
/** Both sides, which are two processes: each has a heap of its own. */
const sides = {
  host: { run: (code) => browser.run(code), counts: 'pair.peer.does.counts()' },
  guest: { run: (code) => browser.runIn(guest, code), counts: 'counts()' },
};
const rows = [];
for (const [step, code] of Object.entries(steps)) {
  await browser.goto(server.hostOf('depth', 'oriel'));
  await browser.run(`
    pair.peer.url = ${JSON.stringify(guest)};
    pair.peer.does = await pair.peer.host(pair.peer.url, document.querySelector('main'));`);
  // Once to warm up: code that is compiled and tables that have grown stay.
  await browser.run(`${many}${code.replaceAll('10000', '2000').replace('100;', '10;')}`);
  const heaps = Object.fromEntries(Object.keys(sides).map((side) => [side, []]));
  for (let round = 0; round < 3; round++) {
    if (round) await browser.run(`${many}${code}`);
    for (const [side, { run }] of Object.entries(sides)) heaps[side].push(await run(used));
  }
  for (const [side, { run, counts }] of Object.entries(sides)) {
    const open = await run(`return Object.values(${counts}).join(' ');`);
    rows.push([`${step}, the ${side}`, ...heaps[side].map((size) => size.toFixed(0)), open]);
  }
}
await browser.close();
server.close();
console.log(
  markdown(['kB of heap', 'before', 'after the first time', 'after the second', 'still open'], rows),
);
