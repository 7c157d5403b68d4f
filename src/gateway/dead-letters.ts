import { compareCursors, envelope } from '../events/index.js';
import type { RawMessage } from '../events/raw-message.js';
import type { Log, Stored } from '../log/log.js';
import type { Delivery } from '../sinks/sink.js';
import { attempt } from './attempt.js';
import type { Emitter } from './emitter.js';
import type { Served, ServedEvent } from './served.js';
import type { Sources } from './sources.js';
import { deadTopicOf, payloadOf, rawOf, settledTopicOf } from './topics.js';

/** What could not be delivered, or was no valid event, and waits for somebody to see to it. */
export interface DeadLetter {
  /** Its own, among the dead letters of its event. */
  readonly id: string;
  readonly reason: string;
  /** When it was put aside, as ISO 8601. */
  readonly time: string;
  /** The event's id; `undefined` where it was never read as one. */
  readonly event: string | undefined;
  readonly subject: string | undefined;
  readonly payload: unknown;
  /** As it came to its source, if that kept it. */
  readonly raw: RawMessage | undefined;
  /** The sink that could not deliver it, after so many attempts; `undefined` where it was not valid when it came. */
  readonly sink: string | undefined;
  readonly attempts: number | undefined;
  /**
   * Tries once more: delivers it to its sink, or takes it as if it came now. Then it is no dead letter any more.
   * Rejects with why that failed again; then it still is.
   */
  replay(): Promise<void>;
  /** Takes it away from the dead letters. */
  discard(): Promise<void>;
}

export interface DeadLettersParts {
  readonly log: Log;
  readonly emitter: Emitter;
  readonly sources: Sources;
}

/**
 * The dead letters of one event, the oldest first, without those that have been seen to. What comes while they are
 * looked at is left for the next time: whoever sees to each would else meet those that fail again.
 */
export async function* deadLetters(
  served: Served,
  event: ServedEvent,
  parts: DeadLettersParts,
): AsyncGenerator<DeadLetter, undefined, undefined> {
  const { log } = parts;
  const { name: contract } = served.contract;
  const settled = new Set<string>();
  const marks = settledTopicOf(contract, event.name);
  const dead = deadTopicOf(contract, event.name);
  const { latest } = await log.head(dead);
  for await (const { event: mark } of allOf(log, marks)) settled.add(mark.id);
  for await (const stored of allOf(log, dead)) {
    if ((compareCursors(stored.cursor, latest) ?? 1) > 0) return;
    if (!settled.has(stored.cursor)) yield letterOf(stored, served, event, parts);
  }
}

function letterOf(
  { cursor, event: letter }: Stored,
  served: Served,
  event: ServedEvent,
  parts: DeadLettersParts,
) {
  const { reason, sink, attempts, from } = letter as { readonly [name: string]: unknown };
  const { name: contract } = served.contract;
  const read: Omit<DeadLetter, 'replay' | 'discard'> = {
    id: cursor,
    reason: String(reason),
    time: letter.time,
    // A sink's letter has its name behind the event's id.
    event: typeof from === 'string' ? undefined : letter.id.slice(0, sink ? -` ${sink}`.length : undefined),
    subject: letter.subject,
    payload: payloadOf(letter),
    raw: rawOf(letter),
    sink: typeof sink === 'string' ? sink : undefined,
    attempts: typeof attempts === 'number' ? attempts : undefined,
  };
  const discard = async () => {
    const mark = envelope({ id: cursor, source: letter.source, type: 'settled' });
    await parts.log.append(settledTopicOf(contract, event.name), [mark]);
  };
  const again = async () => {
    if (read.sink !== undefined) return deliver(deliveryOf(letter, read, served, event), read.sink, event);
    if (typeof from === 'string') return parts.sources.again(from, served, event, read.raw as RawMessage);
    const { event: id = letter.id, payload, subject, raw } = read;
    await parts.emitter.fromPage(served, event.name, { id, payload, subject, raw });
  };
  return { ...read, discard, replay: () => again().then(discard) };
}

function deliveryOf(
  { eventtime, eventcursor, time }: Stored['event'],
  { event: id = '', subject, payload, raw, attempts = 0 }: Omit<DeadLetter, 'replay' | 'discard'>,
  { contract }: Served,
  { name }: ServedEvent,
): Delivery {
  return {
    id,
    contract: contract.name,
    event: name,
    subject,
    time: typeof eventtime === 'string' ? eventtime : time,
    payload,
    raw,
    cursor: String(eventcursor),
    attempt: attempts + 1,
  };
}

async function deliver(delivery: Delivery, name: string, { sinks }: ServedEvent): Promise<void> {
  const sink = sinks.find((each) => each.name === name);
  if (!sink) throw new Error(`No sink is called "${name}" any more. Discard it, or give a sink that name.`);
  await attempt(sink, delivery);
}

/** All that a topic has now. */
async function* allOf(log: Log, topic: string): AsyncGenerator<Stored, undefined, undefined> {
  let after = 'earliest';
  for (;;) {
    const page = await log.read(topic, after);
    if (page.answer === 'reset') {
      after = page.earliest; // the oldest have been trimmed under it
      continue;
    }
    yield* page.events;
    if (page.answer === 'live') return;
    after = page.next;
  }
}
