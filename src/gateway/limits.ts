import { ConfigError, checkKeys } from './config-error.js';

/** What a gateway takes from the network. Whatever is more is refused, with `limit`. */
export interface GatewayLimits {
  /** Bytes in the body of a request. Default 1 MiB. */
  readonly body: number;
  /** Bytes in one message of a channel, such as a WebSocket's. Default 16 MiB. */
  readonly message: number;
  /** Bytes in the headers of a request, its first line included. Default 16 KiB. Node's servers alone. */
  readonly headers: number;
  /**
   * Requests a second of one caller: of a token's subject, or else of an address. Calls and events over a channel count
   * too, there of a client where nobody has to show a token. Default 100.
   */
  readonly rate: number;
  /** How many of them may come at once, after a quiet time. Default 500. */
  readonly burst: number;
  /**
   * Clients a second that connect from one address, by WebSocket or `/sse`, and those of one caller that follow events.
   * Default 200.
   */
  readonly connects: number;
  /** How many of them may come at once: all pages behind an address, when a gateway comes back. Default 5,000. */
  readonly connectsBurst: number;
  /** Messages a second on one connection of a channel: those of a WebSocket, or what is posted to `/sse`. Default 2,000. */
  readonly messages: number;
  /** How many of them may come at once. Default 20,000. */
  readonly messagesBurst: number;
  /** Requests a second of one address on the path of a source. Default 1,000. */
  readonly hooks: number;
  /** How many of them may come at once: what a sender held back while this was away. Default 10,000. */
  readonly hooksBurst: number;
  /** Calls that one caller may have open. Default 100. */
  readonly calls: number;
  /** Streams that are open at once, those of events included. Default 10,000. */
  readonly streams: number;
  /** Those of one caller. Default 100. */
  readonly streamsPerCaller: number;
  /** Bytes that wait for a client that reads slowly; then its stream ends, and may be resumed. Default 1 MiB. */
  readonly queue: number;
  /** Connections that are open at once. Default 10,000. Node's servers alone. */
  readonly connections: number;
  /** For how many ms a client may send its headers. Default 10,000. Node's servers alone. */
  readonly headersTime: number;
  /** For how many ms a client may send a whole request. Default 30,000. Node's servers alone. */
  readonly requestTime: number;
  /**
   * For how many ms nothing may move on a connection, such as that of a client that asks for nothing, or reads no more.
   * Longer than `callTime`, and than the gateway's `beat`. Default 60,000. Node's servers alone.
   */
  readonly idleTime: number;
  /** How long a call over HTTP may take, in ms. Default 30,000. */
  readonly callTime: number;
  /** Results that are kept for calls with an idempotency key. Default 10,000. */
  readonly results: number;
  /** For how many ms they are kept. Default 86,400,000, a day. */
  readonly resultsTime: number;
}

const defaults: GatewayLimits = {
  body: 2 ** 20,
  message: 16 * 2 ** 20,
  headers: 16 * 2 ** 10,
  rate: 100,
  burst: 500,
  connects: 200,
  connectsBurst: 5000,
  messages: 2000,
  messagesBurst: 20_000,
  hooks: 1000,
  hooksBurst: 10_000,
  calls: 100,
  streams: 10_000,
  streamsPerCaller: 100,
  queue: 2 ** 20,
  connections: 10_000,
  headersTime: 10_000,
  requestTime: 30_000,
  idleTime: 60_000,
  callTime: 30_000,
  results: 10_000,
  resultsTime: 86_400_000,
};

/** @param beat - How often something is said on a stream that is idle, in ms. @throws ConfigError */
export function limitsOf(given: Partial<GatewayLimits> = {}, beat = 0): GatewayLimits {
  checkKeys(given, Object.keys(defaults), 'limits', 'limit');
  for (const [name, value] of Object.entries(given))
    if (typeof value !== 'number' || !(value > 0))
      throw new ConfigError(`limits.${name}`, `it must be a number above 0, not ${String(value)}.`);
  const limits = { ...defaults, ...given };
  if (limits.idleTime <= Math.max(limits.callTime, beat))
    throw new ConfigError(
      'limits.idleTime',
      'it must be longer than callTime and beat, or they end with it.',
    );
  return limits;
}
