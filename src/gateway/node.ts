import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type WebSocket, WebSocketServer } from 'ws';
import { Rate } from '../bridge/index.js';
import { sockets } from '../channels/websocket-server.js';
import { forwardedFor } from './address.js';
import type { Gateway } from './gateway.js';
import { outletOf } from './outlet.js';
import { problemResponse, Refusal } from './problem.js';

export interface AttachOptions {
  /** Where WebSockets connect. Default `/ws`, below the gateway's own `path` if you mount it there. */
  readonly socketPath?: string;
  /**
   * How many proxies stand before it, each of which adds whom it was asked by to `X-Forwarded-For`: the client's address
   * is told from there. Default 0: the header is anybody's word, and the address is that of who connects.
   */
  readonly proxies?: number;
}

export interface ServeHttpOptions extends AttachOptions {
  /** Default 8080; 0 takes one that is free. */
  readonly port?: number;
  /** Which of the machine's addresses. Default `127.0.0.1`: this machine alone. */
  readonly host?: string;
}

/** A gateway that listens. */
export interface Listening {
  readonly server: Server;
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Takes nothing more, ends the gateway, and then the connections. */
  close(options?: { readonly deadline?: number }): Promise<void>;
}

/**
 * Lets a gateway listen on a port, with its limits on connections, headers and time.
 * @throws Error what Node says, such as `EADDRINUSE`
 * @example
 * const { url } = await listen(gateway({ contract: ticket, services, auth }), { port: 8080 });
 */
export async function listen(gateway: Gateway, options: ServeHttpOptions = {}): Promise<Listening> {
  const { port = 8080, host = '127.0.0.1', ...rest } = options;
  const { limits } = gateway;
  const answer = requestListener(gateway, rest);
  const server = createServer(
    {
      maxHeaderSize: limits.headers,
      headersTimeout: limits.headersTime,
      requestTimeout: limits.requestTime,
      // How exactly the two times above are kept.
      connectionsCheckingInterval: Math.min(1000, limits.headersTime, limits.requestTime),
      keepAliveTimeout: 5000,
    },
    answer,
  );
  server.maxConnections = limits.connections;
  // A reader that takes nothing any more, or is gone without a word, holds its connection no longer than this.
  server.setTimeout(Math.min(limits.idleTime, 2 ** 31 - 1));
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    // Who asks before it sends a body that is too long is told before it does.
    if (!(Number(request.headers['content-length']) > limits.body)) response.writeContinue();
    void answer(request, response);
  });
  // Browsers connect ahead. Node takes such a connection for one in use, and a server that ends would wait for it.
  const unused = new Set<Duplex>();
  server.on('connection', (socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  const used = ({ socket }: IncomingMessage) => void unused.delete(socket);
  server.on('request', used).on('checkContinue', used).on('upgrade', used);
  attach(gateway, server, rest);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { address, family, port: taken } = server.address() as AddressInfo;
  return {
    server,
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`,
    async close(closing) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of unused) socket.destroy();
      await gateway.close(closing);
      // What is still being sent has a moment to get there.
      const late = setTimeout(() => server.closeAllConnections(), 1000);
      server.closeIdleConnections();
      await closed;
      clearTimeout(late);
    },
  };
}

/** Answers the requests of a server of Node's: `createServer(requestListener(gateway))`. */
export function requestListener(
  gateway: Gateway,
  { proxies = 0 }: Pick<AttachOptions, 'proxies'> = {},
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return getRequestListener(
    async (request, { incoming, outgoing }) => {
      const response = await gateway.fetch(request, {
        address: addressOf(incoming as IncomingMessage, proxies),
      });
      const outlet = outletOf(response);
      if (!outlet) return response;
      const to = outgoing as ServerResponse;
      to.useChunkedEncodingByDefault = response.headers.get('connection') !== 'close';
      to.writeHead(response.status, Object.fromEntries(response.headers)).flushHeaders();
      outlet.into(to);
      return RESPONSE_ALREADY_SENT;
    },
    {
      overrideGlobalObjects: false,
      // A request that isn't HTTP as we know it, such as one without a host.
      errorHandler: () =>
        problemResponse(new Refusal(400, 'bad-request', 'This is not a request that can be read.')),
    },
  );
}

/**
 * Lets WebSockets connect to a gateway, at a server of Node's that answers requests on its own. When the gateway closes
 * they are told to come back.
 */
export function attach(
  gateway: Gateway,
  server: Server,
  { socketPath = '/ws', proxies = 0 }: AttachOptions = {},
): void {
  const { limits, channel } = gateway;
  const webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.message,
    perMessageDeflate: false,
  });
  let ended = false;
  gateway.listen(sockets(webSockets, channel), () => {
    ended = true;
    // Clients add to that second what they draw, so that they don't come all at once.
    for (const client of webSockets.clients) client.close(1012, 'retry-after: 1');
    webSockets.close();
    setTimeout(() => {
      for (const client of webSockets.clients) client.terminate();
    }, 1000).unref();
  });
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    // A client may ask for anything, such as "//", which is no address.
    const [pathname] = (request.url ?? '/').split('?');
    if (pathname !== socketPath) return refuse(socket as Socket, '404 Not Found');
    if (ended || webSockets.clients.size >= limits.streams)
      return refuse(socket as Socket, '503 Service Unavailable');
    const may = gateway.connecting({ address: addressOf(request, proxies) });
    if (may === 'flood') return refuse(socket as Socket, '429 Too Many Requests');
    webSockets.handleUpgrade(request, socket, head, (opened) => {
      // A page can read when to come back once it is connected, and not before.
      if (may === 'refuse') return sendAway(opened);
      const rate = new Rate({ rate: limits.messages, burst: limits.messagesBurst });
      opened.on('message', () => rate.take(performance.now()) === 'pass' || sendAway(opened));
      webSockets.emit('connection', opened, request);
    });
  };
  server.on('upgrade', upgrade);
}

/** Ends a socket whose client comes, or speaks, too often; it hears when to come back. */
function sendAway(socket: WebSocket): void {
  socket.removeAllListeners('message'); // nothing more of it is read
  socket.close(1013, 'retry-after: 2');
  setTimeout(() => socket.terminate(), 1000).unref();
}

function addressOf({ headers, socket }: IncomingMessage, proxies: number): string | undefined {
  return forwardedFor(headers['x-forwarded-for'], socket.remoteAddress, proxies);
}

function refuse(socket: Socket, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
