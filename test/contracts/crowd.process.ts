// Many clients in one process, which does what it is told: see support/crowd.ts.
import { WebSocket } from 'ws';
import { type Channel, connect, type Peer } from '../../dist/bridge/index.js';
import type { Retry } from '../../dist/channels/backoff.js';
import type { ConnectionOptions } from '../../dist/channels/connection.js';
import { sse } from '../../dist/channels/sse.js';
import { websocket } from '../../dist/channels/websocket.js';
import { Follower } from '../support/follower.js';
import { until } from '../support/wait.js';
import { news } from './news.contract.js';

export interface CrowdOrder {
  readonly url: string;
  readonly name: string;
  readonly followers: number;
  /** Of each kind of channel. */
  readonly peers: number;
  /** The gateway's, where the clients have to notice that it is silent. */
  readonly beat?: number;
  readonly retry?: Retry;
}

const order = JSON.parse(process.argv[2] ?? '') as CrowdOrder;
const { url, name, beat, retry } = order;
const options: ConnectionOptions = { ...(retry && { retry }), ...(beat && { timeout: 2.5 * beat }) };
const channels: Record<string, (address: () => string) => Channel> = {
  ws: (address) =>
    websocket(() => `${address().replace('http', 'ws')}/ws`, {
      open: (at) => new WebSocket(at),
      ...options,
    }),
  sse: (address) => sse(() => `${address()}/sse`, options),
};

class Client {
  readonly attempts: number[] = [];
  /** The numbers of what it heard. */
  readonly heard: number[] = [];
  readonly peer: Peer<typeof news, 'host'>;
  readonly name: string;
  answered = 0;

  constructor(name: string, channel: (address: () => string) => Channel) {
    this.name = name;
    const address = () => {
      this.attempts.push(performance.now());
      return url;
    };
    this.peer = connect({ channel: channel(address), contract: news, side: 'host', onError: () => {} });
    this.peer.on('told', ({ n }) => this.heard.push(n));
  }

  get ready(): boolean {
    return this.peer.state.get().status === 'ready';
  }

  visit(): void {
    this.peer.remote.visit(this.name, { timeout: 60_000 }).then(
      () => this.answered++,
      () => {}, // then it isn't counted
    );
  }
}

const followers = Array.from(
  { length: order.followers },
  () => new Follower({ url, contract: news.name, ...(beat && { beat }), ...(retry && { retry }) }),
);
const clients = Object.entries(channels).flatMap(([kind, channel]) =>
  Array.from({ length: order.peers }, (_, i) => new Client(`${name} ${kind} ${i}`, channel)),
);

const deeds = {
  /** Resolves when all are connected, and have all that there is. */
  up: () =>
    until(
      () =>
        followers.every(({ resume }) => resume.freshness.get().state === 'live') &&
        clients.every(({ ready }) => ready),
      { timeout: 60_000 },
    ),
  /** Resolves when all know that their connection is gone. */
  stale: () =>
    until(
      () =>
        followers.every(({ resume }) => resume.freshness.get().state === 'stale') &&
        clients.every(({ ready }) => !ready),
      { timeout: 60_000 },
    ),
  /** Resolves when all have had as many as that, those on channels too, or as many of them. */
  had: (count: number, onChannels = count) =>
    until(
      () =>
        followers.every(({ seen }) => seen.length >= count) &&
        clients.every(({ heard }) => heard.length >= onChannels),
      { timeout: 60_000 },
    ),
  /** Resolves when all that was asked is answered. */
  answered: () => until(() => clients.every(({ answered }) => answered), { timeout: 60_000 }),
  followed: () => followers.map(({ seen, attempts, said, delays }) => ({ seen, attempts, said, delays })),
  connected: () =>
    clients.map(({ name, attempts, heard, answered }) => ({ name, attempts, heard, answered })),
  /** Forgets what it took until now. */
  anew: () => {
    for (const follower of followers) {
      follower.delays.length = follower.attempts.length = 0;
    }
    for (const { attempts } of clients) attempts.length = 0;
  },
  visit: () => {
    for (const client of clients) client.visit();
  },
};
export type Deeds = typeof deeds;

process.on('message', async ({ id, deed, args }: { id: number; deed: keyof Deeds; args: [never, never] }) => {
  process.send?.({ id, result: await deeds[deed](...args) });
});
