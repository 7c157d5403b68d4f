import { addressed, type Channel, type Listener } from '../bridge/index.js';
import { carries, Joined } from './joined.js';
import { type Beat, refused } from './notes.js';
import { type Claims, Pass } from './pass.js';

/** What every server of a channel takes. */
export interface ServerOptions {
  /**
   * Pages of these origins may connect; `*` means any. A browser lets every page reach every server, so this is what
   * keeps other people's pages out. Whoever is no browser sends no origin, and is let in.
   */
  readonly allowOrigins: readonly string[];
  /** How often a client hears at least something, in ms: after twice as long it takes the line for dead. Default 20,000. */
  readonly beat?: number;
}

/** What carries to one client. */
export interface Outlet {
  send(value: object): void;
  /** Ends it; the client is told by the code and the reason. */
  close(code: number, reason: string): void;
  /** Asks whether anybody is left, where that can be. */
  ping?(): void;
}

/** So many sessions of one contract may be on one connection. */
const mostSessions = 1000;

type Accept = (client: Channel) => void;

/** One client's connection, on the server's side: its sessions, and its token. */
export class Served {
  readonly pass: Pass;
  /** Where the page is that connects. */
  origin: string | undefined;
  readonly #outlet: Outlet;
  readonly #every: number;
  readonly #serving = new Map<Accept, { readonly bus: Joined; readonly stop: AbortController }>();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(
    outlet: Outlet,
    { origin, beat, authorize }: { origin: string | undefined; beat: number; authorize: Pass['authorize'] },
  ) {
    this.#outlet = outlet;
    this.origin = origin;
    this.#every = beat;
    this.pass = new Pass(authorize, () => outlet.close(refused, 'auth-expired'));
    this.#timer = setInterval(() => this.beat(), beat);
  }

  /** Says that the line is alive. */
  beat(): void {
    this.#outlet.send({ oriel: 'beat', every: this.#every } satisfies Beat);
    this.#outlet.ping?.();
  }

  hear(frame: unknown): void {
    for (const { bus } of [...this.#serving.values()]) bus.ear.hear?.(frame);
  }

  serve(accept: Accept, contract: string | undefined): void {
    const stop = new AbortController();
    const bus = new Joined(
      (frame) => (this.#outlet.send(frame), true),
      () => void this.#serving.delete(accept),
    );
    this.#serving.set(accept, { bus, stop });
    const claims = (): Claims | undefined => this.pass.claims;
    addressed(() => bus, { origin: this.origin, claims, sessions: mostSessions, ...carries }).listen(
      accept,
      stop.signal,
      contract,
    );
  }

  stop(accept: Accept): void {
    this.#serving.get(accept)?.stop.abort();
  }

  /** It has ended: so have its sessions. */
  end(): void {
    clearInterval(this.#timer);
    this.pass.end();
    for (const { bus, stop } of [...this.#serving.values()]) {
      bus.ear.lost?.();
      stop.abort();
    }
  }
}

/** What is served, to each client that comes. */
export class Services implements Listener {
  readonly #services = new Map<Accept, string | undefined>();
  readonly #clients = new Set<Served>();

  /** Whether nothing is, for now. */
  get none(): boolean {
    return !this.#services.size;
  }

  listen(accept: Accept, signal: AbortSignal, contract?: string): void {
    this.#services.set(accept, contract);
    const stop = () => {
      this.#services.delete(accept);
      for (const client of [...this.#clients]) client.stop(accept);
    };
    signal.addEventListener('abort', stop, { once: true });
  }

  add(client: Served): void {
    this.#clients.add(client);
    for (const [accept, contract] of this.#services) client.serve(accept, contract);
  }

  end(client: Served): void {
    this.#clients.delete(client);
    client.end();
  }
}

/** Whether a page of that origin may connect. */
export function allows(allowOrigins: readonly string[], origin: string | undefined): boolean {
  return origin === undefined || allowOrigins.includes(origin) || allowOrigins.includes('*');
}
