// A server for each channel over a network, that a test can cut off and end.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket as TcpSocket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { WebSocketServer } from 'ws';
import type { Listener } from '../../dist/bridge/index.js';
import { type EventStreamsOptions, eventStreams } from '../../dist/channels/sse-server.js';
import { type Claims, sockets } from '../../dist/channels/websocket-server.js';

export interface FarOptions extends Omit<EventStreamsOptions, 'allowOrigins' | 'authorize'> {
  readonly allowOrigins?: readonly string[];
  readonly authorize?: ((token: string) => Claims | Promise<Claims>) | undefined;
  /** Default: any that is free. */
  readonly port?: number;
}

export interface Far {
  readonly url: string;
  /** What a contract is served on. */
  readonly at: Listener;
  /** How many connections there have been, and are. */
  readonly counts: { made: number; open: number };
  /** What each was asked for with. */
  readonly asked: { readonly path: string; readonly at: number }[];
  /** Breaks all connections, without a word. */
  cut(): void;
  /** As if the network took nothing more, for one client or all. */
  stall(): void;
  close(): Promise<void>;
}

/** WebSockets, by `ws`. */
export async function startSockets({
  port = 0,
  allowOrigins = [],
  ...options
}: FarOptions = {}): Promise<Far> {
  const http = createServer();
  const server = new WebSocketServer({ server: http });
  const far = await started(http, port, 'ws', sockets(server, { allowOrigins, ...options }));
  server.on('connection', (socket, { url = '' }) => {
    far.asked.push({ path: url, at: performance.now() });
    far.counts.made++;
    far.counts.open++;
    socket.on('close', () => far.counts.open--);
  });
  return far;
}

/** Server-sent events, as Hono serves them. */
export async function startStreams({
  port = 0,
  allowOrigins = [],
  ...options
}: FarOptions = {}): Promise<Far> {
  const streams = eventStreams({ allowOrigins, ...options });
  const http = createServer((request, response) => {
    if (request.method === 'GET') {
      far.asked.push({ path: request.url ?? '', at: performance.now() });
      far.counts.made++;
      far.counts.open++;
      response.on('close', () => far.counts.open--);
    }
    answer(request, response);
  });
  const answer = getRequestListener(streams.fetch);
  const far = await started(http, port, 'http', streams);
  return far;
}

async function started(http: Server, port: number, scheme: string, at: Listener): Promise<Far> {
  const all = new Set<TcpSocket>();
  http.on('connection', (socket) => {
    all.add(socket);
    socket.on('close', () => all.delete(socket));
  });
  http.listen(port, '127.0.0.1');
  await once(http, 'listening');
  const cut = () => {
    for (const socket of all) socket.destroy();
  };
  return {
    url: `${scheme}://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    at,
    counts: { made: 0, open: 0 },
    asked: [],
    cut,
    stall() {
      for (const socket of all) socket.cork();
    },
    async close() {
      const closed = once(http, 'close');
      http.close();
      cut();
      await closed;
    },
  };
}
