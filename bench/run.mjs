// Measures oriel beside its peers and the raw platform, all in one run, and prints Markdown tables.
//
//   npm run build && cd bench && npm ci     what is measured is ../dist
//   node run.mjs                            sizes, and all parts in each engine that is installed
//   node run.mjs --engines=chromium,firefox --parts=calls,height,depth,frames,flood --seconds=300 oriel penpal
//   node size.mjs                           the sizes alone
//   node heap.mjs                           what is left of it all in Chromium's heap
//
// A round visits each peer once, in random order and in a fresh page, where it takes turns with raw: their ratio is
// of the same moment. Raw has a row of its own, so what stands there beside 1.00 is noise. A hundred frames are too
// many to take turns; there raw is the page before or after. Rounds go on until the part's time is up.
// What fails is named, and the run goes on.
import { setTimeout as sleep } from 'node:timers/promises';
import { findBrowsers } from '../scripts/browsers.mjs';
import { openBrowser } from './browser.mjs';
import { privateMemory } from './memory.mjs';
import { peersOf, serve } from './server.mjs';
import { sizes } from './size.mjs';
import { table } from './table.mjs';

const all = {
  calls: {
    title: 'Calls',
    share: 0.4,
    figures: { roundTrip: 'round trip, µs', ready: 'ready, ms', atOnce: '60 at once, µs each' },
    goals: (engine) => ({ roundTrip: engine === 'chromium' ? 1.25 : 1.3, ready: 1.1 }),
  },
  height: {
    title: "The guest's height",
    share: 0.25,
    figures: { applied: 'written, ms', drawn: 'drawn, ms' },
    goals: () => ({ applied: 1.1, drawn: 1.1 }),
  },
  depth: {
    title: 'In bulk',
    share: 0.5,
    figures: {
      pipelined: '1,000 calls at once, µs each',
      moved: '1 MiB moved there and back, µs',
      cloned: '1 MiB cloned there and back, µs',
      item: 'an item of a stream, µs',
      chunk: '64 KiB of a stream, moved, µs',
      callback: 'a call with a callback (to a plain one), µs',
      callbacks: '1,000 of them at once (to comlink), µs each',
    },
    goals: (engine) => ({
      pipelined: { chromium: 0.25, firefox: 0.4, webkit: 1 }[engine],
      moved: 1.1,
      cloned: 1.2,
      item: { chromium: 0.1, firefox: 0.25, webkit: 0.7 }[engine],
      callback: 2.2,
      ...(engine === 'chromium' && { chunk: 1.5, callbacks: 0.2 }),
      ...(engine === 'firefox' && { callbacks: 0.25 }),
    }),
  },
  frames: {
    title: 'A hundred frames',
    share: 0.35,
    figures: { time: 'a frame, ms', memory: 'a frame, kB' },
    goals: () => ({ time: 1.15, memory: 1.15 }),
  },
  flood: {
    title: 'A flood of 100,000 messages',
    share: 0.2,
    figures: {
      beat: "a timer of the host's every 10 ms, its 95th percentile, ms",
      message: 'heard, µs each',
      heard: 'heard at all',
    },
    goals: () => ({}),
    // In themselves, since nothing holds back what floods the raw platform.
    bounds: (engine) => (engine === 'chromium' ? { beat: 50 } : { message: 50 }),
  },
};
const count = 100;
/** Unless asked for: a hundred frames take seconds, and the goal is against raw. */
const usual = { frames: ['raw', 'oriel', 'penpal'] };
/** Whatever hangs is given up then; WebDriver ends a script after 30 s by itself. */
const limit = 25_000;

const flag = (name) => process.argv.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1];
const engines = flag('engines')?.split(',') ?? Object.keys(findBrowsers());
const parts = flag('parts')?.split(',') ?? Object.keys(all);
const seconds = Number(flag('seconds') ?? 210);
const asked = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));

function peers(part) {
  const wanted = asked.length ? ['raw', ...asked] : (usual[part] ?? peersOf(part));
  return peersOf(part).filter((name) => wanted.includes(name));
}

console.log(await sizes(), '\n');
const server = await serve(parts);
for (const engine of engines) await runEngine(engine);
server.close();

async function runEngine(engine) {
  let browser = await openBrowser(engine);
  console.log(`### ${browser.name}\n`);
  const shares = parts.reduce((sum, part) => sum + all[part].share, 0);
  for (const part of parts) {
    const { share, goals, bounds = () => ({}), ...its } = all[part];
    const end = performance.now() + (seconds * 1000 * share) / shares;
    const results = Object.fromEntries(peers(part).map((name) => [name, {}]));
    const failures = new Map();
    let rounds = 0;
    for (let longest = 0; rounds < 2 || performance.now() + longest < end; rounds++) {
      const start = performance.now();
      const round = {};
      for (const name of shuffled(part === 'frames' ? ['raw again', ...peers(part)] : peers(part))) {
        try {
          round[name] = await withLimit(
            measure(browser, engine, part, name.replace(' again', '')),
            part === 'depth' ? 4 * limit : limit,
          );
        } catch (error) {
          const reason = `${name}: ${error.message.split('\n')[0]}`;
          failures.set(reason, (failures.get(reason) ?? 0) + 1);
          await browser.close();
          browser = await openBrowser(engine);
        }
      }
      for (const [name, figures] of Object.entries(part === 'frames' ? besideRaw(round) : round))
        for (const [figure, value] of Object.entries(figures)) (results[name][figure] ??= []).push(value);
      longest = Math.max(longest, performance.now() - start);
    }
    console.log(
      table(
        { ...its, title: `${its.title} (${rounds} rounds)`, goals: goals(engine), bounds: bounds(engine) },
        results,
      ),
    );
    for (const [what, times] of failures) console.log(`- FAILED in ${times} of ${rounds} rounds: ${what}`);
    console.log();
  }
  await browser.close();
}

async function measure(browser, engine, part, name) {
  await browser.goto(server.hostOf(part, name));
  const [url, rawUrl] = [name, 'raw'].map((peer) => JSON.stringify(server.guestOf(part, peer)));
  await browser.run(`pair.peer.url = ${url}; pair.raw.url = ${rawUrl};`);
  if (part === 'depth') return measureDepth(browser);
  if (part !== 'frames') return browser.run('return page.measure(pair);');
  await browser.run('await page.prepare(pair);');
  const before = privateMemory();
  const time = await browser.run(`return page.measure(pair, ${count});`);
  // Elsewhere a page can't have its garbage collected, and what is counted is mostly that.
  if (engine !== 'chromium' || before === undefined) return { time };
  return { time, memory: (privateMemory() - before) / count };
}

/** Figure by figure, since all of them together take longer than a driver waits for a script. */
async function measureDepth(browser) {
  await browser.run(
    `pair.comlink.url = ${JSON.stringify(server.guestOf('depth', 'comlink'))}; await page.prepare(pair);`,
  );
  const figures = {};
  for (const figure of Object.keys(all.depth.figures)) {
    const value = await browser.run(`return page.measure(pair, '${figure}');`);
    if (value) figures[figure] = value;
  }
  return figures;
}

/** One round's pages beside the mean of its two of raw. */
function besideRaw({ raw, 'raw again': again, ...others }) {
  if (!raw || !again) return {};
  const beside = (figures, other) =>
    Object.fromEntries(
      Object.entries(figures).map(([figure, peer]) => [figure, { peer, raw: other(figure) }]),
    );
  const mean = (figure) => (raw[figure] + again[figure]) / 2;
  return {
    raw: beside(raw, (figure) => again[figure]),
    ...Object.fromEntries(Object.entries(others).map(([name, figures]) => [name, beside(figures, mean)])),
  };
}

function withLimit(promise, ms = limit) {
  const over = new AbortController();
  const late = sleep(ms, undefined, { signal: over.signal }).then(() => {
    throw new Error(`not done within ${ms} ms`);
  });
  return Promise.race([promise, late]).finally(() => {
    over.abort();
    late.catch(() => {});
    promise.catch(() => {});
  });
}

function shuffled(values) {
  return values
    .map((value) => [Math.random(), value])
    .sort(([a], [b]) => a - b)
    .map(([, value]) => value);
}
