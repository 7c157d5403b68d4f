// A process with a log of its own: it is told how to make it, and appends and follows as it is ordered.
import { envelope } from '../../dist/events/index.js';
import type { Log } from '../../dist/log/index.js';

export type LogOrder =
  | { readonly append: string; readonly ids: readonly string[] }
  | { readonly follow: string }
  | { readonly close: true };

export interface LogReport {
  readonly taken?: string;
  readonly page?: string;
}

const { factory, args } = JSON.parse(process.argv[2] ?? '');
const log = (await import(`../../dist/log/${factory}.js`))[factory](...args) as Log;
const report = (it: LogReport) => void process.send?.(it);

async function obey(order: LogOrder): Promise<void> {
  if ('append' in order) {
    for (const id of order.ids) {
      await log.append(order.append, [envelope({ id, source: '/far', type: 'happened', data: { id } })]);
      report({ taken: id });
    }
  } else if ('follow' in order) {
    for await (const page of log.follow(order.follow, 'latest')) report({ page: page.answer });
  } else {
    await log.close();
    process.disconnect(); // and nothing else keeps it
  }
}

process.on('message', (order: LogOrder) =>
  obey(order).catch((error) => {
    if (error.code !== 'log-closed') throw error;
  }),
);
