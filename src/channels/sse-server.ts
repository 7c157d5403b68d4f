import { type Listener, pack, unpack } from '../bridge/index.js';
import type { AuthError } from '../contract/index.js';
import { leave, Refusal, shared, textOf } from './answers.js';
import { Flow } from './flow.js';
import { comeBack, type EndNote, posted, refused, sessionHeader, silent, type Welcome } from './notes.js';
import { type Authorize, OtherSubject } from './pass.js';
import { allows, type Outlet, Served, type ServerOptions, Services } from './served.js';
import { Watch } from './watch.js';

export type { Authorize, Claims } from './pass.js';

export interface EventStreamsOptions extends ServerOptions {
  /** Reads the token that each client then has to bear. What it gives is `claims` to the handlers. */
  readonly authorize?: Authorize<Request> | undefined;
  /**
   * How many bytes wait for a client that reads slowly, besides one message however long it is; its stream is ended when
   * there are more. Default 4 MiB.
   */
  readonly queue?: number;
  /** How many streams may be open at once; one more is refused with 503. Default: any number. */
  readonly streams?: number;
  /** Stands before the name of each stream, so that a post which came to another process can be handed to this one. */
  readonly name?: string | undefined;
  /** How many bytes one post may have. Default 24 MiB: a message of 16 MiB as text. */
  readonly body?: number;
}

/** Clients over HTTP, and what answers them. */
export interface EventStreams extends Listener {
  /** Answers a request for the address that it is mounted at. */
  fetch(request: Request): Promise<Response>;
  /** Whether what is posted to a stream of that name, which its header `oriel-session` says, is for this one. */
  has(session: string): boolean;
  /**
   * Ends all streams, and opens no more.
   * @param after - In how many seconds the clients may come back. Default 1.
   */
  close(after?: number): void;
}

/**
 * Inside a server: each session of each client that connects by `sse`, on a channel of its own. Several contracts are
 * served on one of it. It is mounted in any server that has the web's `Request` and `Response`, at an address that takes
 * `GET`, `POST` and `OPTIONS`; with several processes, what is posted has to come to the one that has the stream.
 * @example
 * const streams = eventStreams({ allowOrigins: ['https://crm.example'] });
 * serve(ticket, implementation, streams);
 * app.all('/oriel', (context) => streams.fetch(context.req.raw));
 */
export function eventStreams(options: EventStreamsOptions): EventStreams {
  const {
    allowOrigins,
    body: most = 24 * 2 ** 20,
    streams: mostStreams = Number.POSITIVE_INFINITY,
  } = options;
  const services = new Services();
  const streams = new Map<string, Stream>();
  let closed: number | undefined;

  return {
    listen: (...what) => services.listen(...what),
    has: (session) => streams.has(session),
    async fetch(request) {
      const origin = request.headers.get('origin') ?? undefined;
      if (!allows(allowOrigins, origin))
        return new Refusal(403, 'bad-origin', 'This origin is not allowed.').answer();
      const response = await answer(request, origin).catch((error) => {
        if (error instanceof Refusal) return error.answer();
        throw error;
      });
      for (const [name, value] of Object.entries(shared(origin))) response.headers.set(name, value);
      return response;
    },
    close(after = 1) {
      closed = after;
      for (const stream of [...streams.values()]) stream.close(1013, `retry-after: ${after}`);
    },
  };

  async function answer(request: Request, origin: string | undefined): Promise<Response> {
    switch (request.method) {
      case 'OPTIONS':
        return new Response(null, { status: 204, headers: leave });
      case 'GET':
        return open(request, origin);
      case 'POST':
        await take(request, origin);
        return new Response(null, { status: 204 });
    }
    throw new Refusal(405, 'method', 'GET opens a stream, POST says something.', {
      allow: 'GET, POST, OPTIONS',
    });
  }

  async function open(request: Request, origin: string | undefined): Promise<Response> {
    if (closed !== undefined)
      throw new Refusal(503, 'closed', 'The server goes away.', { 'retry-after': String(closed) });
    // An image of another page's, for one, names no origin either.
    if (request.headers.get('sec-fetch-mode') === 'no-cors')
      throw new Refusal(403, 'bad-origin', 'A stream is asked for by fetch().');
    if (streams.size >= mostStreams)
      throw new Refusal(503, 'limit', `There are ${mostStreams} streams already.`, { 'retry-after': '5' });
    const stream: Stream = new Stream(request, origin, options, () => {
      streams.delete(stream.id);
      services.end(stream.served);
    });
    streams.set(stream.id, stream); // one that is asked for its token counts too
    const lasts = await stream.admit(request).catch((error) => {
      stream.close(refused, Object(error).code);
      throw error;
    });
    stream.send({ oriel: 'welcome', session: stream.id, most, lasts } satisfies Welcome);
    stream.served.beat();
    return new Response(stream.flow.readable, { headers: streaming });
  }

  async function take(request: Request, origin: string | undefined): Promise<void> {
    const { headers } = request;
    const stream = streams.get(headers.get(sessionHeader) ?? '');
    if (!stream) throw new Refusal(410, 'gone', 'There is no such stream, or no longer.');
    if (headers.get('content-type')?.split(';')[0] !== posted)
      throw new Refusal(415, 'type', `What is posted must be ${posted}.`);
    if (stream.begin(origin)) services.add(stream.served);
    await stream.take(request, most);
  }
}

const streaming = {
  'content-type': 'text/event-stream; charset=utf-8',
  // Nothing on the way may keep it, or hold it back until there is more.
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
};

/** One client. */
class Stream implements Outlet {
  readonly id: string;
  readonly flow: Flow;
  readonly served: Served;
  readonly #ended: () => void;
  readonly #watch = new Watch(() => this.close(silent, 'Nothing was heard for too long.'));
  #begun = false;
  #busy = false;

  constructor(
    request: Request,
    origin: string | undefined,
    { name, queue = 4 * 2 ** 20, beat = 20_000, authorize }: EventStreamsOptions,
    ended: () => void,
  ) {
    this.id = `${name === undefined ? '' : `${name}.`}${crypto.randomUUID()}`;
    this.#ended = () => {
      this.#watch.stop();
      ended();
    };
    this.flow = new Flow(queue, this.#ended);
    this.served = new Served(this, {
      origin,
      beat,
      authorize: authorize && ((token) => authorize(token, request)),
    });
    // It posts at every second beat at least; the network may be slow.
    this.#watch.expect(3 * beat);
  }

  send(value: object): void {
    this.flow.write(`data: ${pack(value, false)}\n\n`);
  }

  close(code: number, reason: string): void {
    this.send({ oriel: 'end', code, reason } satisfies EndNote);
    this.flow.close();
    this.#ended();
  }

  /** Looks at the token of a request. @returns for how long it is good. @throws Refusal */
  async admit(request: Request): Promise<number | undefined> {
    try {
      return await this.served.pass.take(bearer(request));
    } catch (error) {
      // Whoever knows a stream's name has not thereby the right to speak on it, nor to end it.
      if (error instanceof OtherSubject) throw new Refusal(410, 'gone', 'The stream is of another subject.');
      const { code, message } = error as AuthError;
      if (code === 'auth-unavailable')
        throw new Refusal(503, code, message, { 'retry-after': String(comeBack) });
      throw new Refusal(401, code, message, { 'www-authenticate': 'Bearer' });
    }
  }

  /** Whether this is the first that is posted. A browser names a page's own origin with a post alone. */
  begin(origin: string | undefined): boolean {
    const first = !this.#begun;
    this.#begun = true;
    if (first) this.served.origin ??= origin;
    if (this.served.origin !== origin)
      throw new Refusal(403, 'bad-origin', 'The stream is of another origin.');
    return first;
  }

  async take(request: Request, most: number): Promise<void> {
    if (this.#busy) throw new Refusal(409, 'busy', 'One post after another.');
    this.#busy = true;
    try {
      this.#watch.heard();
      const { pass } = this.served;
      if (pass.authorize && bearer(request) !== pass.token) {
        const lasts = await this.admit(request);
        this.send({ oriel: 'welcome', lasts } satisfies Welcome);
      }
      for (const line of (await textOf(request, most)).split('\n')) if (line) this.served.hear(frameOf(line));
    } finally {
      this.#busy = false;
    }
  }
}

function bearer({ headers }: Request): string | undefined {
  return /^Bearer (.+)$/i.exec(headers.get('authorization') ?? '')?.[1];
}

function frameOf(line: string): unknown {
  try {
    return unpack(line);
  } catch {
    throw new Refusal(400, 'bad-frame', 'What is posted must be frames, one a line.');
  }
}
