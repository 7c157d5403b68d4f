// The far end in a process of its own: a server for each `open` that it is told, until its `close`.
import type { Limits } from '../../dist/bridge/index.js';
import { startSockets, startStreams } from '../support/servers.js';
import { suite } from './suite.contract.js';
import { startGuest } from './suite.guest.js';

export interface Order {
  readonly open?: Partial<Limits>;
  readonly by?: 'sockets' | 'streams';
  readonly close?: string;
}

const servers = new Map<string, () => void>();

process.on('message', async ({ open, by, close }: Order) => {
  if (close) {
    servers.get(close)?.();
    servers.delete(close);
  }
  if (!open) return;
  const far = await (by === 'streams' ? startStreams : startSockets)();
  const stop = new AbortController();
  far.at.listen((client) => startGuest(client, open), stop.signal, suite.name);
  servers.set(far.url, () => {
    stop.abort();
    far.close();
  });
  process.send?.(far.url);
});
