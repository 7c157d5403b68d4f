// A gateway in a process of its own, which keeps events in a file and can be killed and started again at its port.
import { contract, event, type } from '../../dist/contract/index.js';
import { gateway } from '../../dist/gateway/index.js';
import { listen } from '../../dist/gateway/node.js';
import { sqlite } from '../../dist/log/sqlite.js';

export const meter = contract({
  name: 'test.meter',
  version: '1.0.0',
  guest: { read: event(type<number>(), { retain: 'log' }), sealed: event(type<string>(), { retain: 'log' }) },
});

export interface KeptOrder {
  readonly file: string;
  readonly port: number;
}

/** What a process is told to keep, once it runs. */
export interface KeptEvents {
  readonly read: readonly number[];
}

if (process.send) await start(JSON.parse(process.argv[2] ?? ''));

async function start({ file, port }: KeptOrder): Promise<void> {
  const running = gateway({ contract: meter, log: sqlite(file), auth: false, beat: 200 });
  await running.ready;
  const { server } = await listen(running, { port });
  process.on('message', async ({ read }: KeptEvents) => {
    for (const value of read) await running.emit('test.meter/read', value, { id: String(value) });
    process.send?.(read.length);
  });
  process.send?.((server.address() as { port: number }).port);
}
