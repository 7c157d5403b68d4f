export { type Delivery, type Sink, type SinkRetry, Undeliverable } from '../sinks/sink.js';
export type { Settled, Source, SourceContext, SourceEvent } from '../sources/source.js';
export type { RequestInfo } from './app.js';
export type { PeerClaims } from './callers.js';
export { ConfigError } from './config-error.js';
export type { DeadLetter } from './dead-letters.js';
export { type ChannelOptions, type Gateway, gateway } from './gateway.js';
export type { GatewayLimits } from './limits.js';
export {
  type AnyPlan,
  type GatewayCommon,
  type GatewayOptions,
  type Plan,
  plan,
  type Services,
} from './options.js';
export type { AuthOptions, Caller, Grant } from './tokens.js';
