// The far end of the shared suite of channels, in a process of its own.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Limits } from '../../dist/bridge/index.js';
import type { Order } from '../contracts/suite.server.js';

export interface FarProcess {
  /** A server, and what ends it. */
  open(limits: Partial<Limits>): Promise<{ url: string; close(): void }>;
  end(): void;
}

export function farInProcess(by: NonNullable<Order['by']>): FarProcess {
  const far = fork(new URL('../contracts/suite.server.js', import.meta.url));
  const order = (it: Order) => void far.send(it);
  return {
    async open(limits) {
      order({ open: limits, by });
      const [url] = (await once(far, 'message')) as [string];
      return { url, close: () => order({ close: url }) };
    },
    end: () => void far.kill(),
  };
}
