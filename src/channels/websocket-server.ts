import type { Listener } from '../bridge/index.js';
import type { AuthError } from '../contract/index.js';
import { comeBack, refused, type TokenNote, type Welcome } from './notes.js';
import { checkOrigins } from './origins.js';
import { type Authorize, OtherSubject } from './pass.js';
import { allows, Served, type ServerOptions, Services } from './served.js';
import { Frames, type Socket } from './socket.js';

export type { Authorize, Claims } from './pass.js';

/** A server as that of `ws` is. */
export interface SocketServer {
  on(event: 'connection', listener: (socket: Socket, request: SocketRequest) => void): unknown;
  off(event: 'connection', listener: (socket: Socket, request: SocketRequest) => void): unknown;
}

/** What a socket was asked for with: Node's `IncomingMessage`, or what is like it. */
export interface SocketRequest {
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  readonly url?: string | undefined;
}

export interface SocketsOptions extends ServerOptions {
  /** Reads the token that each client then has to show before anything else. What it gives is `claims` to the handlers. */
  readonly authorize?: Authorize<SocketRequest> | undefined;
  /**
   * How many bytes wait for a client that reads slowly, besides one message however long it is; its connection is ended
   * when there are more. Default 64 MiB.
   */
  readonly queue?: number | undefined;
}

/** So long may a client take to show a token, in ms. */
const patience = 10_000;

/**
 * Inside a server: each session of each client that connects, on a channel of its own. Several contracts are served on
 * one of it.
 * @param server - A `WebSocketServer` of `ws`, or what is like it.
 * @throws EmbedError: `bad-origin`.
 * @throws TypeError when it is served for a server that another one serves already.
 * @example
 * serve(ticket, implementation, sockets(new WebSocketServer({ port: 8080 }), { allowOrigins: ['https://crm.example'] }));
 */
export function sockets(
  server: SocketServer,
  { allowOrigins, beat = 20_000, authorize, queue }: SocketsOptions,
): Listener {
  checkOrigins(allowOrigins);
  const services = new Services();
  const connected = (socket: Socket, request: SocketRequest) => {
    const [origin] = [request.headers['origin']].flat();
    if (!allows(allowOrigins, origin)) return socket.close(1008, 'This origin is not allowed.');
    admit(socket, services, {
      origin,
      beat,
      queue,
      authorize: authorize && ((token) => authorize(token, request)),
    });
  };
  return {
    listen(accept, signal, contract) {
      if (services.none) {
        if (taken.has(server)) throw new TypeError('This server has its sockets() already: serve on those.');
        taken.add(server);
        server.on('connection', connected);
      }
      services.listen(accept, signal, contract);
      const rest = () => {
        if (!services.none) return;
        server.off('connection', connected);
        taken.delete(server);
      };
      signal.addEventListener('abort', rest, { once: true });
    },
  };
}

const taken = new WeakSet<object>();

/** Takes a client's socket; its token comes first, where one is asked for. */
function admit(
  socket: Socket,
  services: Services,
  options: ConstructorParameters<typeof Served>[1] & Pick<SocketsOptions, 'queue'>,
): void {
  let inside = false;
  let asking = false;
  const frames: Frames = new Frames(
    socket,
    (value) => {
      const { oriel, token } = Object(value) as Partial<TokenNote>;
      if (oriel === 'token' && !asking) show(token);
      else if (inside) served.hear(value);
      else refuse('unauthorized');
    },
    () => {
      clearTimeout(deadline);
      services.end(served);
    },
    options.queue,
  );
  const refuse = (code: AuthError['code']) => frames.close(refused, code);
  const served = new Served(frames, options);
  const deadline = setTimeout(refuse, patience, 'unauthorized');
  // A browser answers a ping even for a page that is frozen.
  if (socket.ping) frames.expect(options.beat);
  if (!options.authorize) enter();

  /** One at a time. */
  async function show(token: unknown): Promise<void> {
    asking = true;
    try {
      const lasts = await served.pass.take(typeof token === 'string' ? token : undefined);
      frames.send({ oriel: 'welcome', lasts } satisfies Welcome);
      if (!inside) enter();
    } catch (error) {
      if (error instanceof OtherSubject) frames.close(1008, 'Another subject connects anew.');
      else if ((error as AuthError).code === 'auth-unavailable')
        frames.close(1013, `retry-after: ${comeBack}`);
      else refuse((error as AuthError).code);
    }
    asking = false;
  }

  function enter(): void {
    inside = true;
    clearTimeout(deadline);
    served.beat();
    services.add(served);
  }
}
