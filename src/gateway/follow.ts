import { UnknownMember } from '../contract/index.js';
import type { Position } from '../events/index.js';
import type { Log } from '../log/log.js';
import { permit } from './calls.js';
import type { Hub } from './hub.js';
import { Refusal } from './problem.js';
import type { Served } from './served.js';
import { sseBeat, sseFrame, streamHeaders } from './sse.js';
import type { Streams } from './streams.js';
import { type Followed, positionsOf, Subscription, type Teller } from './subscription.js';
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
  const topics = query.getAll('topic');
  const wanted = topics.length
    ? topics
    : keptBy(served).flatMap((event) => (caller.may(name, event.name) ? [event.name] : []));
  // The browser's own EventSource says in a header how far it has come.
  const after = positionsOf(request.headers.get('last-event-id') ?? query.get('after') ?? undefined, wanted);
  const followed = followedBy(served, caller, after, hubOf);

  const stream = streams.open(caller, {
    kind: 'events',
    last: (why, retry) => sseFrame({ event: 'end', data: JSON.stringify({ reason: why, retry }), retry }),
    beat: () => subscription.beat() || stream.outlet.write(sseBeat),
  });
  const { outlet } = stream;
  // By which it knows a line that has died, and when to come with another token.
  const terms = () => ({
    every: streams.beat,
    ...(caller.expires < Infinity && { lasts: caller.expires - Date.now() }),
  });
  const teller: Teller = {
    tell(told, written) {
      if (written?.frame && followed.length === 1) return outlet.write(written.frame);
      const id = idOf(subscription.at);
      if (told.kind !== 'event') {
        const { kind, name: event, ...more } = told;
        const said = { event, cursor: subscription.at.get(event), ...more, ...(kind === 'live' && terms()) };
        return outlet.write(sseFrame({ event: kind, id, data: JSON.stringify(said) }));
      }
      return outlet.write(sseFrame({ id, data: written?.json }));
    },
    drained: () => outlet.drained(),
    get over() {
      return outlet.over;
    },
  };
  const subscription = new Subscription({
    log,
    teller,
    followed,
    sees: (event, { subject }) => caller.sees(name, event, subject),
    signal: stream.signal,
    slow: () => stream.end('slow'),
    lost: () => stream.end('unavailable'),
  });
  subscription.start().catch((error) => {
    if (stream.signal.aborted) return;
    onError(error, `events of ${name}`);
    stream.end('unavailable');
  });
  return new Response(outlet.body, {
    // It says itself when it ends, and its connection with it: no chunk needs a frame of its own.
    headers: { 'content-type': 'text/event-stream', connection: 'close', ...streamHeaders },
  });
}

/** What a caller follows of a contract, each event from its place. @throws Refusal, UnknownMember */
export function followedBy(
  served: Served,
  caller: Caller,
  after: ReadonlyMap<string, Position>,
  hubOf: (topic: string) => Hub,
): Followed[] {
  const { name } = served.contract;
  if (!after.size) throw new Refusal(404, 'unknown-member', `"${name}" keeps no events that you may see.`);
  const kept = keptBy(served);
  for (const event of after.keys()) {
    if (!kept.some((one) => one.name === event)) throw new UnknownMember(event);
    permit(caller, name, event);
  }
  return kept.flatMap(({ name: event, topic = '' }) => {
    const place = after.get(event);
    return place === undefined ? [] : [{ event, topic, hub: hubOf(topic), after: place }];
  });
}

const keptBy = ({ events }: Served) =>
  [...events.values()].filter(({ topic, side }) => topic && side === 'guest');

/** One cursor, or one for each of several events. */
function idOf(at: ReadonlyMap<string, Position>): string {
  const places = [...at].map(([name, place]): [string, string] => [name, place]);
  return places.length === 1 ? String(places[0]?.[1]) : String(new URLSearchParams(places));
}
