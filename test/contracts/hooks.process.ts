// A gateway in a process of its own: webhooks come in on /hooks/bank, are kept in a file, and go on through a pipe.
import { contract, event, type } from '../../dist/contract/index.js';
import { gateway } from '../../dist/gateway/index.js';
import { listen } from '../../dist/gateway/node.js';
import type { Log } from '../../dist/log/index.js';
import { sqlite } from '../../dist/log/sqlite.js';
import { type PipeOptions, pipe } from '../../dist/sinks/pipe.js';
import { webhook } from '../../dist/sources/webhook.js';

export const hooks = contract({
  name: 'test.hooks',
  version: '1.0.0',
  guest: { paid: event(type<unknown>(), { retain: 'log' }) },
});
/** Where the gateway keeps them. */
export const topic = 'test.hooks/paid';

export interface HooksOrder {
  readonly file: string;
  readonly secret: string;
  readonly pipes?: readonly PipeOptions[];
  /** Ends itself as `kill -9` would, once an event is kept and before anybody is told. */
  readonly dies?: boolean;
}

/** Only as a process: tests import what stands above. */
if (process.send) await start(JSON.parse(process.argv[2] ?? ''));

async function start({ file, secret, pipes = [], dies = false }: HooksOrder): Promise<void> {
  const log = sqlite(file);
  const running = gateway({
    contract: hooks,
    sources: { paid: webhook({ path: '/hooks/bank', secret }) },
    sinks: { paid: pipes.map((options) => pipe(options)) },
    log: dies ? dying(log) : log,
    auth: false,
  });
  await running.ready;
  const { server, close } = await listen(running, { port: 0 });
  process.on('message', () => close().then(() => process.disconnect()));
  process.send?.((server.address() as { port: number }).port);
}

function dying(log: Log): Log {
  return {
    ...bound(log),
    async append(...args) {
      const taken = await log.append(...args);
      process.kill(process.pid, 'SIGKILL');
      return taken;
    },
  };
}

/** A log's methods stand on its prototype. */
function bound(log: Log): Log {
  return {
    name: log.name,
    durable: log.durable,
    notes: log.notes,
    passing: log.passing.bind(log),
    append: log.append.bind(log),
    read: log.read.bind(log),
    follow: log.follow.bind(log),
    head: log.head.bind(log),
    close: log.close.bind(log),
  };
}
