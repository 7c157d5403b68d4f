import type { CallContext, Contract, EventName, Implementation, Members } from '../contract/index.js';
import type { Log } from '../log/log.js';
import type { ServiceContext } from '../services/service.js';
import type { Sink } from '../sinks/sink.js';
import type { Source } from '../sources/source.js';
import type { GatewayLimits } from './limits.js';
import type { AuthOptions } from './tokens.js';

/** What answers a contract's calls: a function or a recipe for each of its guest's methods and streams. */
export type Services<M extends Members | undefined> = {
  readonly [K in keyof Implementation<M>]: Implementation<M>[K] extends (
    input: infer I,
    context: CallContext,
  ) => infer R
    ? (input: I, context: ServiceContext) => R
    : never;
};

/** What one contract is served by. */
export interface Plan<C extends Contract = Contract> {
  readonly contract: C;
  /** One for each method and stream of the contract's guest. */
  readonly services?: Services<C['guest']>;
  /** What feeds the guest's events, by their names. */
  readonly sources?: { readonly [K in EventName<C['guest']>]?: Source | readonly Source[] };
  /** Where events go, by their names: the guest's, and those that pages send, the host's. Each has to be kept in a log. */
  readonly sinks?: { readonly [K in EventName<C['guest']> | EventName<C['host']>]?: Sink | readonly Sink[] };
}

/** What holds for all contracts of a gateway. */
export interface GatewayCommon {
  /**
   * Where events with `retain: 'log'` are kept, or what opens it. It is closed with the gateway.
   * Default: an embedded log on disk, in the folder `.oriel`.
   */
  readonly log?: Log | Promise<Log> | (() => Log | Promise<Log>);
  /** Which tokens are taken. `false`, written out, lets in everybody who reaches the gateway. */
  readonly auth: AuthOptions | false;
  /** The origins whose pages may call, such as `https://crm.example`; `*` is any. Default: none but the gateway's own. */
  readonly cors?: readonly string[];
  readonly limits?: Partial<GatewayLimits>;
  /** Where it is mounted in a server of yours, such as `/api`. Default: at the root. */
  readonly path?: string;
  /**
   * Where other processes that share the log reach this one, such as `http://10.0.0.5:8080`: what a client of
   * `oriel/channels/sse` posts to one of them is handed to the one that has its stream. Default: there are no others.
   */
  readonly self?: string;
  /** How often something is said on a stream that is idle, in ms. Default 20,000. */
  readonly beat?: number;
  /** What goes wrong and stops nothing. Default: the console. */
  readonly onError?: (error: unknown, where: string) => void;
}

/** A gateway for one contract, or with `contracts` for several. */
export type GatewayOptions<C extends Contract = Contract> = GatewayCommon &
  ((Plan<C> & { readonly contracts?: never }) | { readonly contracts: readonly AnyPlan[] });

/** A plan of whatever contract, as {@link plan} gives it. */
export interface AnyPlan {
  readonly contract: Contract;
  readonly services?: object;
  readonly sources?: object;
  readonly sinks?: object;
}

/**
 * One of several contracts, with its types checked: `gateway({ contracts: [plan({ contract: ticket, services }), …] })`.
 */
export function plan<const C extends Contract>(its: Plan<C>): AnyPlan {
  return its;
}
