// A line to a server that can be made to carry nothing, in either direction, while nobody is told.
import { once } from 'node:events';
import { createServer, type Socket, connect as tcp } from 'node:net';

export interface Line {
  readonly url: string;
  die(): void;
  live(): void;
  close(): void;
}

export async function lineTo(url: string): Promise<Line> {
  const pairs = new Set<[Socket, Socket]>();
  let dead = false;
  const proxy = createServer((near) => {
    const distant = tcp(Number(new URL(url).port), '127.0.0.1');
    pairs.add([near, distant]);
    near.on('data', (data) => dead || distant.write(data)).on('error', () => {});
    distant.on('data', (data) => dead || near.write(data)).on('error', () => {});
    near.on('close', () => dead || distant.destroy());
    distant.on('close', () => dead || near.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const own = new URL(url);
  own.port = String((proxy.address() as { port: number }).port);
  return {
    url: own.href,
    die: () => {
      dead = true;
    },
    live: () => {
      dead = false;
    },
    close() {
      proxy.close();
      for (const sockets of pairs) for (const socket of sockets) socket.destroy();
    },
  };
}
