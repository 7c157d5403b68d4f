// A gateway in a process of its own, for crowds: it tells its news when it is asked to, and what it costs.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gateway, plan } from '../../dist/gateway/index.js';
import { listen } from '../../dist/gateway/node.js';
import { sqlite } from '../../dist/log/sqlite.js';
import { bulk, news, type Telling } from './news.contract.js';

export interface NewsOrder {
  readonly file: string;
  readonly port: number;
  /** Where it listens. Default: this machine alone. */
  readonly host?: string;
  /** Default: the gateway's own. */
  readonly beat?: number;
}

await start(JSON.parse(process.argv[2] ?? ''));

async function start({ file, port, host = '127.0.0.1', beat = 20_000 }: NewsOrder): Promise<void> {
  const visits: Record<string, number> = {};
  const tell = (name: string) => async (it: Telling) => {
    for (let n = it.from; n < it.from + it.count; n++)
      await running.emit(
        `${name}/told`,
        { n, at: performance.timeOrigin + performance.now(), text: 'x'.repeat(it.length) },
        { id: String(n) },
      );
    return it.from + it.count;
  };
  const running = gateway({
    contracts: [
      plan({
        contract: news,
        services: {
          tell: tell(news.name),
          held,
          visit: (who) => (visits[who] = (visits[who] ?? 0) + 1),
          visits: () => visits,
        },
      }),
      plan({ contract: bulk, services: { tell: tell(bulk.name) } }),
    ],
    log: sqlite(file),
    auth: false,
    beat,
    // A crowd comes from one address here.
    limits: { rate: 1e6, burst: 1e6, streamsPerCaller: 1e4, calls: 1e4 },
  });
  await running.ready;
  const { url, close } = await listen(running, { port, host });
  process.on('message', () => close().then(() => process.disconnect()));
  process.send?.(url);
}

async function held(): Promise<{ needed: number; resident: number }> {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc');
  // What one round finds to be of no use, the next one frees.
  for (let round = 0; round < 3; round++) {
    gc();
    await new Promise(setImmediate);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { needed: heapUsed + external, resident: rss };
}
