import { type Listener, type Peer, type Service, serve } from '../bridge/index.js';
import {
  type CallContext,
  ConnectionClosed,
  ConnectionLost,
  type Contract,
  type Implementation,
} from '../contract/index.js';
import type { Callers } from './callers.js';
import { type CallInfo, type Calls, permit } from './calls.js';
import type { Emitter } from './emitter.js';
import type { Hub } from './hub.js';
import { keyedCall } from './keyed-call.js';
import { Refusal, unwrapped } from './problem.js';
import type { Rates } from './rates.js';
import type { Results } from './results.js';
import { pause } from './retry.js';
import type { Served, ServedEvent } from './served.js';
import { payloadOf } from './topics.js';

interface PeersOptions {
  readonly calls: Calls;
  readonly emitter: Emitter;
  /** How often each caller may ask. */
  readonly rates: Rates;
  readonly results: Results;
  readonly hubOf: (topic: string) => Hub;
  readonly callers: Callers;
  /** Bytes in one message. */
  readonly messageBytes: number;
  readonly onError: (error: unknown, where: string) => void;
}

/** A contract's clients on a bridge, over whatever channel they come. */
export class Peers {
  readonly #served: Served;
  readonly #options: PeersOptions;
  readonly #services = new Set<Service>();
  readonly #heard = new WeakSet<Peer>();
  readonly #stop = new AbortController();

  constructor(served: Served, options: PeersOptions) {
    this.#served = served;
    this.#options = options;
  }

  get count(): number {
    return [...this.#services].reduce((sum, { clients }) => sum + clients.size, 0);
  }

  /** Serves all that a listener brings. */
  listen(listener: Listener): void {
    const { contract } = this.#served;
    if (!this.#services.size) this.#followAll();
    const service: Service = serve<Contract>(
      contract,
      (client) => this.#implement(client as Peer),
      {
        listen: (accept, signal, name) =>
          listener.listen(
            (channel) => {
              accept(channel);
              for (const client of service.clients) this.#hear(client as Peer);
            },
            signal,
            name,
          ),
      },
      {
        signal: this.#stop.signal,
        limits: { bytes: this.#options.messageBytes },
        keepResults: false, // they are kept for all channels and processes together
        onError: (error) => this.#options.onError(error, contract.name),
      },
    );
    this.#services.add(service);
  }

  /** Sends an event to each client that may have it. */
  emit({ name }: ServedEvent, payload: unknown, subject: string | undefined): void {
    for (const { clients } of this.#services)
      for (const client of clients) {
        if (client.state.get().status !== 'ready') continue;
        if (!this.#options.callers.of(client as Peer).sees(this.#served.contract.name, name, subject))
          continue;
        try {
          (client as Peer<Contract, 'guest'>).emit(name as never, payload as never);
        } catch (error) {
          this.#options.onError(error, `${this.#served.contract.name}.${name}`);
        }
      }
  }

  close(): void {
    this.#stop.abort();
  }

  /** Takes the events of a client that has just come. */
  #hear(client: Peer): void {
    if (this.#heard.has(client)) return;
    this.#heard.add(client);
    const { callers, emitter, rates, onError } = this.#options;
    const { name: contract } = this.#served.contract;
    for (const event of this.#served.events.values()) {
      if (event.side !== 'host') continue;
      const take = async (payload: unknown) => {
        const caller = callers.of(client);
        rates.take(caller.id);
        permit(caller, contract, event.name);
        const given = { id: crypto.randomUUID(), payload, subject: caller.subject };
        await emitter.checked(this.#served, event, given);
      };
      let told = false;
      (client as Peer<Contract, 'guest'>).on(event.name as never, (payload: unknown) => {
        take(payload).catch((error) => {
          // Nobody waits for an answer to an event, and one who sends too many is told of once.
          if (!told || !(error instanceof Refusal)) onError(error, `${contract}.${event.name}`);
          told ||= error instanceof Refusal;
        });
      });
    }
  }

  #implement(client: Peer): Implementation<Contract['guest']> {
    const { calls, callers, rates } = this.#options;
    const info = (context: CallContext): CallInfo => {
      const caller = callers.of(client);
      try {
        rates.take(caller.id);
      } catch (error) {
        unwrapped(error);
      }
      return { ...pick(context), caller };
    };
    const entries = [...this.#served.calls].map(([name, { member }]) => [
      name,
      member.kind === 'stream'
        ? (input: unknown, context: CallContext) =>
            this.#plain(calls.stream(this.#served, name, input, info(context)))
        : (input: unknown, context: CallContext) =>
            this.#method(client, name, input, info(context)).catch(unwrapped),
    ]);
    return Object.fromEntries(entries);
  }

  /** Calls a method, and one that has a key once. */
  async #method(client: Peer, name: string, input: unknown, info: CallInfo): Promise<unknown> {
    const { calls, results } = this.#options;
    const { caller, key, origin, signal } = info;
    if (key === undefined) return calls.method(this.#served, name, input, info);
    const { name: contract } = this.#served.contract;
    permit(caller, contract, name);
    const call = keyedCall({
      contract,
      member: name,
      // Nobody is told from others, and comes back as another: only the key does it.
      caller: client.claims ? caller.id : `anybody ${origin}`,
      key,
      input,
      claims: caller.claims,
    });
    return results.once(call, () =>
      calls.method(this.#served, name, input, { ...info, signal: withdrawn(signal) }),
    );
  }

  async *#plain(items: AsyncGenerator<unknown>): AsyncGenerator<unknown> {
    try {
      yield* items;
    } catch (error) {
      unwrapped(error);
    }
  }

  /** What is kept reaches clients here from whichever process it was appended in. */
  #followAll(): void {
    for (const event of this.#served.events.values())
      if (event.topic && event.side === 'guest') void this.#follow(event, event.topic);
  }

  async #follow(event: ServedEvent, topic: string): Promise<void> {
    const { hubOf, onError } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await hubOf(topic).each(
          (item) => this.emit(event, payloadOf(item.event), item.event.subject),
          signal,
        );
      } catch (error) {
        if (!(error instanceof Refusal)) onError(error, topic); // it is starting, or ending
      }
      await pause(1000, signal);
    }
  }
}

/** Aborted when a call is taken back. Its connection's end doesn't count: its caller comes back for the answer. */
function withdrawn(signal: AbortSignal): AbortSignal {
  const own = new AbortController();
  signal.addEventListener(
    'abort',
    () => {
      const { reason } = signal;
      if (!(reason instanceof ConnectionLost || reason instanceof ConnectionClosed)) own.abort(reason);
    },
    { once: true },
  );
  return own.signal;
}

// A getter of the context makes its signal when it is asked for.
function pick({ origin, epoch, signal, key }: CallContext & { readonly key?: string | undefined }) {
  return { origin, epoch, signal, key };
}
