import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { pause } from '../gateway/retry.js';
import { CliError, exits } from './exit.js';
import { mayPass, type Remote, whyNot } from './remote.js';
import { backoff } from './wait.js';

/** What a gateway says of a contract's events, frame by frame. */
export type Told =
  /** One event, and the place after it. */
  | { readonly kind: 'event'; readonly cursor: string; readonly event: KeptEvent }
  /** Where this client stands. */
  | { readonly kind: 'replayed' | 'live'; readonly cursor: string; readonly name: string }
  | {
      readonly kind: 'reset';
      readonly cursor: string;
      readonly name: string;
      readonly reason: string;
      readonly earliest: string;
    }
  /** The connection is gone, and is made again after so many ms. */
  | { readonly kind: 'lost'; readonly why: string; readonly wait: number };

/** An event as it is kept: CloudEvents 1.0. */
export interface KeptEvent {
  readonly id: string;
  readonly type: string;
  readonly time: string;
  readonly subject?: string;
  readonly data?: unknown;
}

interface FollowOptions {
  readonly contract: string;
  /** Default: all that the token allows. */
  readonly events: readonly string[];
  /** A place, `earliest` or `latest`. */
  readonly from: string;
  readonly signal: AbortSignal;
}

/**
 * Follows a contract's events, over breaks of the connection too, until the signal is aborted.
 * @throws CliError where the gateway refuses, or can't be reached at first
 */
export async function* follow(remote: Remote, options: FollowOptions): AsyncGenerator<Told, undefined> {
  const { signal } = options;
  let at = options.from;
  let connected = false;
  for (let failures = 0; !signal.aborted; ) {
    let [why, wait] = ['the connection ended', 0];
    try {
      for await (const frame of framesOf(await connect(remote, options, at), signal)) {
        [connected, failures] = [true, 0];
        const told = read(frame);
        if (told?.kind === 'end') [why, wait] = [`the gateway ended it: ${told.reason}`, told.retry];
        else if (told) {
          at = told.cursor;
          yield told;
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      // A token may have ended, an event may be gone: that doesn't pass.
      if (error instanceof CliError && !(connected && mayPass(error))) throw error;
      why = error instanceof CliError ? error.message : whyNot(error);
    }
    if (signal.aborted) return;
    wait = Math.max(wait, backoff(failures++));
    yield { kind: 'lost', why, wait };
    await pause(wait, signal);
  }
}

function connect(remote: Remote, { contract, events }: FollowOptions, at: string): Promise<Response> {
  const query = new URLSearchParams([...events.map((name) => ['topic', name]), ['after', at]]);
  return remote.ask(`/${encodeURIComponent(contract)}/events?${query}`, {
    headers: { accept: 'text/event-stream' },
  });
}

/** Half-dead connections are given up: a gateway says something three times as often. */
const silence = 60_000;

async function* framesOf(
  response: Response,
  signal: AbortSignal,
): AsyncGenerator<EventSourceMessage, undefined> {
  let frames: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (frame) => void frames.push(frame) });
  const decoder = new TextDecoder();
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  try {
    for (;;) {
      const watch = setTimeout(() => void reader.cancel().catch(() => {}), silence);
      const { done, value } = await reader.read().finally(() => clearTimeout(watch));
      if (done || signal.aborted) return;
      parser.feed(decoder.decode(value, { stream: true }));
      const read = frames;
      frames = [];
      yield* read;
    }
  } finally {
    await reader.cancel().catch(() => {}); // it may have failed already
  }
}

function read({
  event,
  id = '',
  data,
}: EventSourceMessage):
  | Exclude<Told, { kind: 'lost' }>
  | { readonly kind: 'end'; readonly reason: string; readonly retry: number }
  | undefined {
  const its = parsed(data);
  if (event === undefined) return { kind: 'event', cursor: id, event: its as unknown as KeptEvent };
  const { event: name, reason, earliest, retry } = its as Record<string, string>;
  if (event === 'replayed' || event === 'live') return { kind: event, cursor: id, name: String(name) };
  if (event === 'reset')
    return {
      kind: event,
      cursor: id,
      name: String(name),
      reason: String(reason),
      earliest: String(earliest),
    };
  if (event === 'end') return { kind: event, reason: String(reason), retry: Number(retry) || 0 };
  return; // what a later gateway says
}

function parsed(data: string): object {
  try {
    return Object(JSON.parse(data));
  } catch (cause) {
    throw new CliError(exits.failed, 'The gateway sent an event that is no JSON.', { cause });
  }
}
