import type { Listener } from '../bridge/index.js';
import { eventStreams } from '../channels/sse-server.js';
import { type Contract, OrielError } from '../contract/index.js';
import { keptEvents } from '../events/kept.js';
import type { Log } from '../log/log.js';
import { placeOf } from './address.js';
import { createApp, type RequestInfo } from './app.js';
import { Callers, type PeerClaims } from './callers.js';
import { Calls, within } from './calls.js';
import { ConfigError, checkKeys } from './config-error.js';
import { type DeadLetter, deadLetters } from './dead-letters.js';
import { defaultLog } from './default-log.js';
import { Emitter } from './emitter.js';
import { follow } from './follow.js';
import { post } from './http-calls.js';
import { seeToLetters } from './http-dead-letters.js';
import { Hub } from './hub.js';
import { KeptPeers } from './kept-peers.js';
import { type GatewayLimits, limitsOf } from './limits.js';
import { Meter } from './meter.js';
import type { AnyPlan, GatewayOptions } from './options.js';
import { Peers } from './peers.js';
import { Refusal } from './problem.js';
import { Rates } from './rates.js';
import { Relay, sessionHeader } from './relay.js';
import { Results } from './results.js';
import { type Served, type ServedEvent, servedFrom } from './served.js';
import { SharedResults } from './shared-results.js';
import { Sinks } from './sinks.js';
import { Sources } from './sources.js';
import { Streams } from './streams.js';
import { authorizer, tokenOf } from './tokens.js';

/** What runs services, sources and sinks for pages that cannot reach them. */
export interface Gateway {
  /**
   * Answers a request, in any server that has the web's `Request` and `Response`. Never rejects.
   * @param info - The client's address, by which it is told from others where nobody has to show a token.
   */
  fetch(request: Request, info?: RequestInfo): Promise<Response>;
  /**
   * Serves its contracts to the clients that a channel's listener brings, such as `sockets()` of WebSockets.
   * @param end - Called when the gateway closes and their calls are answered: it sends them away.
   */
  listen(listener: Listener, end?: () => void): void;
  /** What a channel's server takes as its options, so that the gateway's tokens and origins hold for it. */
  readonly channel: ChannelOptions;
  readonly limits: GatewayLimits;
  /**
   * Counts one more client that connects by what the gateway doesn't answer itself, such as a WebSocket.
   * @returns whether it may: `refuse` for now, `flood` where it isn't even worth telling
   */
  connecting(info?: RequestInfo): 'pass' | 'refuse' | 'flood';
  /** Resolves when its log is open and its sources run. Rejects with why not; requests are answered with 503 then. */
  readonly ready: Promise<void>;
  /**
   * Takes an event of a contract's guest side from your own program, and resolves when it is kept.
   * @param event - The contract's name and the event's, such as `acme.ticket/paid`.
   * @throws InvalidValue, LogError
   */
  emit(
    event: string,
    payload: unknown,
    options?: { readonly id?: string; readonly subject?: string },
  ): Promise<{ readonly cursor?: string | undefined; readonly duplicate: boolean }>;
  /**
   * What of an event could not be delivered, or was not valid when it came, the oldest first:
   * `for await (const letter of gateway.deadLetters('acme.ticket/paid')) await letter.replay();`
   * @throws ConfigError, LogError
   */
  deadLetters(event: string): AsyncIterableIterator<DeadLetter>;
  /**
   * Ends it: takes nothing more, tells each stream when to come back, and waits for what is being answered.
   * @param options.deadline - For how many ms at most; then it is aborted. Default 10,000.
   */
  close(options?: { readonly deadline?: number }): Promise<void>;
}

/** What is known of clients on a channel. */
export interface ChannelOptions {
  readonly allowOrigins: readonly string[];
  readonly beat: number;
  /** The limit of that name. */
  readonly queue: number;
  /** Absent where everybody is let in. */
  readonly authorize?: (token: string) => Promise<PeerClaims>;
}

const commonKeys = ['log', 'auth', 'cors', 'limits', 'path', 'self', 'beat', 'onError'];
const planKeys = ['contract', 'services', 'sources', 'sinks'];

/**
 * Makes a gateway, and checks what it is told at once.
 * @throws ConfigError that says what doesn't fit, and where
 * @example
 * export default gateway({
 *   contract: ticket,
 *   services: { quote: ({ sku }) => prices.quote(sku) },
 *   sources: { paid: webhook({ path: '/hooks/bank', secret }) },
 *   auth: { key: secret, algorithms: ['HS256'], audience: 'tickets' },
 *   cors: ['https://crm.example'],
 * });
 */
export function gateway<const C extends Contract>(options: GatewayOptions<C>): Gateway {
  return new Running(options as GatewayOptions);
}

class Running implements Gateway {
  readonly limits: GatewayLimits;
  readonly channel: ChannelOptions;
  readonly ready: Promise<void>;
  readonly #contracts = new Map<string, Served>();
  readonly #meter = new Meter();
  readonly #hubs = new Map<string, Hub>();
  readonly #peers = new Map<Served, Peers>();
  readonly #kept: KeptPeers;
  readonly #calls: Calls;
  readonly #streams: Streams;
  readonly #emitter: Emitter;
  readonly #sources: Sources;
  readonly #sinks: Sinks;
  readonly #onError: (error: unknown, where: string) => void;
  readonly #answer: (request: Request, info: RequestInfo) => Promise<Response>;
  readonly #ends: (() => void)[] = [];
  readonly #relay: Relay;
  readonly #connects: Rates;
  readonly #closing = new AbortController();
  #log: Log | undefined;
  /** What other processes that share the log were asked by a key. */
  #shared: SharedResults | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: GatewayOptions) {
    const { auth, cors = [], path = '/', beat = 20_000, onError = toConsole } = checked(options);
    this.limits = limitsOf(options.limits, beat);
    this.#onError = onError;
    for (const [plan, where] of plansOf(options)) {
      const served = servedFrom(plan, where);
      if (this.#contracts.has(served.contract.name) || served.contract.name === keptEvents.name)
        throw new ConfigError(`${where}.contract`, `"${served.contract.name}" is served already.`);
      this.#contracts.set(served.contract.name, served);
    }
    const authorize = authorizer(auth, (error) => onError(error, 'auth'));
    const all = [...this.#contracts.values()];
    const hubOf = (topic: string) => this.#hubOf(topic);
    const [meter, limits] = [this.#meter, this.limits];
    const results = new Results(limits, () => this.#shared);
    const rates = new Rates('requests a second', limits.rate, limits.burst);
    const messages = new Rates('messages a second', limits.messages, limits.messagesBurst);
    const connects = new Rates('connections a second', limits.connects, limits.connectsBurst);
    this.#connects = connects;
    this.#calls = new Calls(limits, meter);
    this.#streams = new Streams(limits, meter, beat);
    this.#emitter = new Emitter(
      () => this.#opened(),
      meter,
      (served, event, payload, subject) => this.#peers.get(served)?.emit(event, payload, subject),
    );
    this.#sources = new Sources(all, { emitter: this.#emitter, limits, onError });
    this.#sinks = new Sinks(all, { emitter: this.#emitter, meter, onError });
    const callers = new Callers();
    this.#kept = new KeptPeers({
      contracts: this.#contracts,
      callers,
      rates,
      streams: this.#streams,
      hubOf,
      log: () => this.#opened(),
      queue: limits.queue,
      onError,
    });
    for (const served of all)
      this.#peers.set(
        served,
        new Peers(served, {
          calls: this.#calls,
          emitter: this.#emitter,
          rates,
          results,
          hubOf,
          callers,
          messageBytes: limits.message,
          onError,
        }),
      );
    meter.gauge('oriel_clients', 'Clients that are connected by a channel.', () => this.#clients);
    this.channel = {
      allowOrigins: cors,
      beat,
      queue: limits.queue,
      ...(auth && {
        authorize: async (token: string) => {
          const caller = await authorize(token, undefined);
          // Answers to calls that have a key are kept by it, for this caller alone.
          return { ...caller.claims, caller, expires: caller.expires, sub: caller.id };
        },
      }),
    };
    // As text a message is longer.
    const posted = 1.5 * limits.message;
    this.#relay = new Relay(options.self, posted);
    this.ready = this.#start(options.log, all);
    this.ready.catch((error) => onError(error, 'start'));
    const events = eventStreams({
      ...this.channel,
      streams: limits.streams,
      body: posted,
      name: this.#relay.name,
    });
    this.listen(events, () => events.close());
    this.#answer = createApp({
      path,
      cors,
      secured: auth !== false,
      contracts: this.#contracts,
      sources: this.#sources,
      rates,
      connects,
      hooks: new Rates('requests a second', limits.hooks, limits.hooksBurst),
      meter,
      authorize,
      open: async () => void (await this.#opened()),
      health: () => this.#health(),
      sse: async (request, place) => {
        const session = request.headers.get(sessionHeader) ?? '';
        if (request.method === 'GET') {
          connects.take(`@${place}`);
          if (this.#clients >= limits.streams)
            throw new Refusal(503, 'limit', 'There are too many clients already.');
        } else if (request.method === 'POST') {
          if (events.has(session)) messages.take(session);
          else {
            const relayed = await this.#relay.post(request, session, this.#log, async () => {
              messages.take((await authorize(tokenOf(request), place)).id);
            });
            if (relayed) return relayed;
            connects.take(`@${place}`); // for a stream of none that is there: its client connects anew
          }
        }
        return events.fetch(request);
      },
      post: (served, name, request, caller) =>
        post(served, name, request, caller, {
          calls: this.#calls,
          streams: this.#streams,
          emitter: this.#emitter,
          results,
          limits,
        }),
      letters: (served, name, request, caller) =>
        seeToLetters(served, name, request, caller, {
          lettersOf: (...its) => this.#lettersOf(...its),
          streams: this.#streams,
          limit: limits.body,
        }),
      follow: async (served, request, caller) =>
        follow(served, request, caller, {
          log: await this.#opened(),
          hubOf,
          streams: this.#streams,
          onError,
        }),
      onError,
    });
  }

  get #clients(): number {
    return [...this.#peers.values()].reduce((sum, { count }) => sum + count, 0);
  }

  async fetch(request: Request, info: RequestInfo = {}): Promise<Response> {
    return this.#answer(request, info);
  }

  connecting({ address }: RequestInfo = {}): 'pass' | 'refuse' | 'flood' {
    return this.#connects.look(`@${placeOf(address)}`);
  }

  listen(listener: Listener, end?: () => void): void {
    if (end) this.#ends.push(end);
    for (const peers of this.#peers.values()) peers.listen(listener);
    this.#kept.listen(listener);
  }

  async emit(
    event: string,
    payload: unknown,
    { id = crypto.randomUUID() as string, subject }: { readonly id?: string; readonly subject?: string } = {},
  ): Promise<{ readonly cursor?: string | undefined; readonly duplicate: boolean }> {
    const { served, found } = this.#find(event, ['guest']);
    await this.#opened();
    return this.#emitter.fromPage(served, found.name, { id, payload, subject });
  }

  async *deadLetters(event: string): AsyncGenerator<DeadLetter, undefined, undefined> {
    const { served, found } = this.#find(event, ['guest', 'host']);
    yield* this.#lettersOf(served, found);
  }

  close({ deadline = 10_000 }: { readonly deadline?: number } = {}): Promise<void> {
    return (this.#closed ??= this.#close(deadline));
  }

  async *#lettersOf(served: Served, event: ServedEvent): AsyncGenerator<DeadLetter, undefined, undefined> {
    const log = await this.#opened();
    if (event.topic)
      yield* deadLetters(served, event, { log, emitter: this.#emitter, sources: this.#sources });
  }

  /** @throws ConfigError */
  #find(event: string, sides: readonly string[]): { readonly served: Served; readonly found: ServedEvent } {
    const at = event.lastIndexOf('/');
    const served = this.#contracts.get(event.slice(0, at));
    const found = served?.events.get(event.slice(at + 1));
    if (served && found && sides.includes(found.side)) return { served, found };
    throw new ConfigError(event, 'no contract here has this event. Name it as "acme.ticket/paid".');
  }

  async #start(log: GatewayOptions['log'], all: readonly Served[]): Promise<void> {
    const keeps = all.some(({ events }) => [...events.values()].some(({ topic }) => topic));
    if (keeps || this.#relay.name !== undefined || log !== undefined) {
      const opened = await (log === undefined
        ? defaultLog(this.#onError)
        : typeof log === 'function'
          ? log()
          : log);
      this.#log = opened;
      const { results: most, resultsTime: time } = this.limits;
      this.#shared = new SharedResults(opened.passing({ time, most }), this.#closing.signal, (error) =>
        this.#onError(error, 'results'),
      );
      await this.#relay.start(opened);
      await this.#sinks.start(opened);
    }
    this.#sources.start();
  }

  /** The log, once all is there. @throws Refusal while it isn't, or no longer */
  async #opened(): Promise<Log> {
    if (this.#closed)
      throw new Refusal(503, 'closed', 'The gateway is closing. Come back.', {
        headers: { 'retry-after': '1', connection: 'close' },
      });
    await this.ready.catch((cause) => {
      // Why may name what stands behind it, which is for the operator.
      throw new Refusal(503, 'not-ready', 'The gateway could not start. Come back later.', { cause });
    });
    return this.#log as Log;
  }

  async #health(): Promise<{ readonly ok: boolean; readonly log?: string; readonly durable?: boolean }> {
    try {
      const log = await this.#opened();
      if (!log) return { ok: true };
      await within(2000, 'log', (signal) => log.head('@health', { signal }));
      return { ok: true, log: log.name, durable: log.durable };
    } catch (error) {
      if (!(error instanceof Refusal) && !(error instanceof OrielError)) throw error;
      return { ok: false };
    }
  }

  #hubOf(topic: string): Hub {
    let hub = this.#hubs.get(topic);
    if (!hub) {
      hub = new Hub(
        () => this.#opened(),
        topic,
        (error) => this.#onError(error, topic),
      );
      this.#hubs.set(topic, hub);
    }
    return hub;
  }

  async #close(deadline: number): Promise<void> {
    this.#streams.close();
    this.#closing.abort();
    await this.ready.catch(() => {}); // what has begun to start can be ended only then
    await within(deadline, 'close', () => this.#calls.idle()).catch(() => this.#calls.stop());
    // What has just ended is told to the other processes, and its answer is on its way.
    await turn();
    await this.#shared?.idle();
    await turn();
    for (const end of this.#ends) end();
    await this.#sources.close();
    await this.#sinks.close();
    for (const peers of this.#peers.values()) peers.close();
    this.#kept.close();
    const recipes = [...this.#contracts.values()].flatMap(({ calls }) => [...calls.values()]);
    for (const { service } of recipes)
      await Promise.resolve(service.close?.()).catch((error) => this.#onError(error, 'close'));
    await this.#log?.close();
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** What was told, as far as it holds for all contracts. @throws ConfigError */
function checked(options: GatewayOptions): GatewayOptions {
  if (typeof options !== 'object' || options === null)
    throw new ConfigError('gateway', 'it takes an object.');
  const keys = 'contracts' in options ? ['contracts', ...commonKeys] : [...planKeys, ...commonKeys];
  checkKeys(options, keys, '', 'option of a gateway');
  const { cors, path, beat } = options;
  if (cors !== undefined) {
    if (!Array.isArray(cors))
      throw new ConfigError('cors', "it must be a list, such as ['https://crm.example'].");
    for (const origin of cors)
      if (origin !== '*' && (!URL.canParse(origin) || new URL(origin).origin !== origin))
        throw new ConfigError('cors', `"${origin}" is no origin: write it as "https://crm.example".`);
  }
  if (path !== undefined && !/^\/(?:[^?#]*[^?#/])?$/.test(path))
    throw new ConfigError('path', `it must be a path such as "/api", not "${path}".`);
  if (beat !== undefined && !(beat > 0)) throw new ConfigError('beat', 'it must be a number of ms above 0.');
  return options;
}

function plansOf(options: GatewayOptions): (readonly [plan: AnyPlan, where: string])[] {
  if (!options.contracts) return [[options as AnyPlan, '']];
  if (!Array.isArray(options.contracts) || !options.contracts.length)
    throw new ConfigError('contracts', 'it must list one plan or more: plan({ contract, services, … }).');
  return options.contracts.map((plan, i) => {
    checkKeys(Object(plan), planKeys, `contracts[${i}]`, 'part of a plan');
    return [plan, `contracts[${i}]`] as const;
  });
}

function toConsole(error: unknown, where: string): void {
  // An error of the kit's own says all by its message.
  console.error(`${where}:`, error instanceof OrielError ? error.message : error);
}
