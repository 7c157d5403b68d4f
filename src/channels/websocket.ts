import type { Channel } from '../bridge/index.js';
import { type Address, type ConnectionOptions, type Dial, networked } from './connection.js';
import { Frames, type Socket } from './socket.js';

export interface WebSocketOptions extends ConnectionOptions {
  /** Makes the socket. Default: the platform's own. */
  readonly open?: ((url: string) => Socket) | undefined;
}

/**
 * Reaches a server by WebSocket. Any number of peers share the one connection, each with a session of its own; it is
 * opened for the first and closed after the last. When it breaks, what is in flight rejects as `lost`, and it is made
 * again after a wait. Bytes are cloned, never moved. A token goes in the first message: an address is logged, and so is
 * the one header that a page can set.
 * @param url - `ws:` or `wss:`, or what gives it, at each attempt.
 * @example
 * const server = websocket('wss://tickets.example/oriel', { token: () => session.token() });
 * const tickets = client(ticket, server);
 */
export function websocket(
  url: Address,
  { open = (address) => new WebSocket(address), ...options }: WebSocketOptions = {},
): Channel {
  const dial: Dial = (address, token, { opened, hear, ended }) => {
    const socket = open(address);
    const frames = new Frames(socket, hear, ended);
    socket.addEventListener('open', () => (token === undefined ? opened() : frames.renew(token)));
    return frames;
  };
  return networked(dial, url, options);
}
