import { UnknownMember } from '../contract/index.js';
import type { Log } from '../log/log.js';
import { permit } from './calls.js';
import type { Hub } from './hub.js';
import { Refusal } from './problem.js';
import type { Served } from './served.js';
import { sseFrame, streamHeaders } from './sse.js';
import type { Streams } from './streams.js';
import { positionsOf, Subscription } from './subscription.js';
import type { Caller } from './tokens.js';

interface FollowOptions {
  readonly log: Log;
  readonly hubOf: (topic: string) => Hub;
  readonly streams: Streams;
  readonly onError: (error: unknown, where: string) => void;
}

/** Answers `GET /{contract}/events?topic=…&after=…`: what of the log a client missed, and then what comes. */
export function follow(
  served: Served,
  request: Request,
  caller: Caller,
  { log, hubOf, streams, onError }: FollowOptions,
): Response {
  const { searchParams: query } = new URL(request.url);
  const { name } = served.contract;
  const kept = [...served.events.values()].filter(({ topic, side }) => topic && side === 'guest');
  const wanted = query.getAll('topic').length
    ? query.getAll('topic')
    : kept.map((event) => event.name).filter((event) => caller.may(name, event));
  const followed = [...new Set(wanted)];
  if (!followed.length)
    throw new Refusal(404, 'unknown-member', `"${name}" keeps no events that you may see.`);
  for (const event of followed) {
    if (!kept.some((one) => one.name === event)) throw new UnknownMember(event);
    permit(caller, name, event);
  }
  // The browser's own EventSource says in a header how far it has come.
  const after = positionsOf(
    request.headers.get('last-event-id') ?? query.get('after') ?? undefined,
    followed,
  );

  const stream = streams.open(caller, {
    kind: 'events',
    last: (why, retry) => sseFrame({ event: 'end', data: JSON.stringify({ reason: why, retry }), retry }),
    beat: () => subscription.beat(),
  });
  const subscription = new Subscription({
    log,
    outlet: stream.outlet,
    followed: kept.flatMap(({ name: event, topic = '' }) =>
      followed.includes(event)
        ? { event, topic, hub: hubOf(topic), after: after.get(event) ?? 'latest' }
        : [],
    ),
    sees: (event, { subject }) => caller.sees(name, event, subject),
    signal: stream.signal,
    slow: () => stream.end('slow'),
    lost: () => stream.end('unavailable'),
    // By which it knows a line that has died, and when to come with another token.
    terms: () => ({
      every: streams.beat,
      ...(caller.expires < Infinity && { lasts: caller.expires - Date.now() }),
    }),
  });
  subscription.start().catch((error) => {
    if (stream.signal.aborted) return;
    onError(error, `events of ${name}`);
    stream.end('unavailable');
  });
  return new Response(stream.outlet.body, {
    // It says itself when it ends, and its connection with it: no chunk needs a frame of its own.
    headers: { 'content-type': 'text/event-stream', connection: 'close', ...streamHeaders },
  });
}
