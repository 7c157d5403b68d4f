// A service worker that the browser stops while it has something to answer.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { engines, open } from '../support/drive.js';
import { leftOut } from '../support/left-out.js';
import { type Pages, startPages } from '../support/pages.js';

// Plain, so that TypeScript leaves it where it is.
const { bundle } = (await import(new URL('../../scripts/bundle.mjs', import.meta.url).href)) as {
  bundle(code: string, options: { format: 'iife' }): Promise<string>;
};

const at = (path: string) => JSON.stringify(fileURLToPath(new URL(`../../${path}`, import.meta.url)));
const silence = 600;

const worker = `
  import { startGuest } from ${at('build/contracts/suite.guest.js')};
  import { serviceWorkerClients } from ${at('dist/channels/service-worker.js')};
  serviceWorkerClients().listen((channel) => startGuest(channel), new AbortController().signal);
  self.born = Math.random();`;

const page = `
  import { suite } from ${at('build/contracts/suite.contract.js')};
  import { connect, control } from ${at('dist/bridge/index.js')};
  import { serviceWorker } from ${at('dist/channels/service-worker.js')};
  window.host = connect({
    channel: serviceWorker(navigator.serviceWorker.register('/worker.js')),
    contract: suite,
    side: 'host',
    unresponsiveAfter: ${silence},
    onError: () => {},
  });
  window.counts = () => control(host).counts;
  window.told = [];
  host.state.subscribe(({ status, reason }) => told.push([status, reason]));`;

/** One script for browsers: workers have no import maps. */
/** One script for browsers: workers have no import maps. */
const script = async (code: string) => ({
  type: 'text/javascript',
  body: await bundle(code, { format: 'iife' }),
});

let pages: Pages;
before(async () => {
  const scripts = { '/worker.js': await script(worker), '/page.js': await script(page) };
  pages = await startPages({
    '/': () => '<!doctype html><title>A page with a service worker</title><script src="/page.js"></script>',
    '/worker.js': () => scripts['/worker.js'],
    '/page.js': () => scripts['/page.js'],
  });
});
after(() => pages.close());

for (const engine of await engines()) {
  test(`${engine}: what a stopped service worker was asked rejects as lost, and the next call wakes it`, async (t) => {
    const driven = await open(engine);
    try {
      if (!driven.stopServiceWorkers) return leftOut(t, `${engine} can not be told to stop a service worker`);
      await driven.goto(`${pages.origin(1)}/`);
      await driven.evaluate(`
        await host.ready;
        const code = (error) => [error.code, error.reason];
        const read = async () => { for await (const item of host.remote.slow()) window.item = item; };
        const { next } = await host.remote.counter();
        window.ends = [host.remote.never().catch(code), read().catch(code), next().then(next).then(next)];
        for (const end = performance.now() + 10000; !(window.item > 1); await new Promise((go) => setTimeout(go, 20)))
          if (performance.now() > end) throw new Error('no item came');
        window.next = next;`);
      await driven.stopServiceWorkers();
      const result = await driven.evaluate<Record<string, unknown>>(`
        const [call, stream, counted] = await Promise.all(ends);
        const callback = await next().catch(({ code }) => code);
        const sum = await host.remote.add({ a: 1, b: 2 });
        return { call, stream, counted, callback, sum, epoch: host.state.get().epoch, told, counts: counts() };`);
      assert.deepEqual(result, {
        call: ['lost', 'reload'],
        stream: ['lost', 'reload'],
        counted: 3,
        callback: 'released',
        sum: 3,
        epoch: 2,
        told: [
          ['ready', undefined],
          ['lost', 'reload'],
          ['ready', 'reload'],
        ].map(([status, reason]) => (reason ? [status, reason] : [status, null])),
        counts: { calls: 0, lent: 0, held: 0, outgoing: 0, incoming: 0 },
      });
    } finally {
      await driven.close();
    }
  });
}
