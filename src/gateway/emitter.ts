import { type EventMember, InvalidValue, validate } from '../contract/index.js';
import { envelope } from '../events/index.js';
import type { RawMessage } from '../events/raw-message.js';
import type { Log } from '../log/log.js';
import type { Settled, SourceEvent } from '../sources/source.js';
import type { Meter } from './meter.js';
import type { Served, ServedEvent } from './served.js';
import { codec, deadTopicOf, rawAttributes } from './topics.js';

interface Taken {
  readonly cursor?: string | undefined;
  readonly duplicate: boolean;
}

type Live = (served: Served, event: ServedEvent, payload: unknown, subject: string | undefined) => void;

/**
 * Takes events: checks them, keeps those that must not be lost, and hands the others to whoever is connected. What is
 * kept reaches them from the log.
 */
export class Emitter {
  readonly #log: () => Promise<Log>;
  readonly #meter: Meter;
  readonly #live: Live;

  /** @param live - Sends an event to the peers that are connected now. */
  constructor(log: () => Promise<Log>, meter: Meter, live: Live) {
    this.#log = log;
    this.#meter = meter;
    this.#live = live;
  }

  /**
   * One of a source: what is not valid goes to the dead letters, and the source goes on.
   * @param again - It stands there already.
   */
  async fromSource(served: Served, event: ServedEvent, given: SourceEvent, again = false): Promise<Settled> {
    try {
      checkPayload(event, given.payload);
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      if (!again) await this.bury(served, event, given, error.message);
      return { outcome: 'dead', reason: error.message };
    }
    const { cursor, duplicate } = await this.checked(served, event, given);
    return { outcome: duplicate ? 'duplicate' : 'kept', cursor };
  }

  /** One of a page, or of the gateway's own program. @throws InvalidValue */
  async fromPage(served: Served, name: string, given: SourceEvent): Promise<Taken> {
    const event = served.events.get(name) as ServedEvent;
    checkPayload(event, given.payload);
    return this.checked(served, event, given);
  }

  /** Puts aside what can't be taken or delivered, with the reason. Without a log it is only counted. */
  async bury(
    served: Served,
    { name, topic }: ServedEvent,
    { id, payload, subject, raw }: Partial<SourceEvent>,
    reason: string,
    more: Readonly<Record<string, string | number>> = {},
  ): Promise<void> {
    const { name: contract } = served.contract;
    this.#meter.count('oriel_events_dead_total', 'Events put among the dead letters.', {
      contract,
      event: name,
    });
    if (topic === undefined) return;
    const letter = envelope(
      {
        ...(id !== undefined && { id: `${id}${more['sink'] === undefined ? '' : ` ${more['sink']}`}` }),
        source: `/${encodeURIComponent(contract)}`,
        type: name,
        subject,
        data: payload,
        extensions: {
          ...rawAttributes(raw),
          ...more,
          reason: reason.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 1000),
        },
      },
      codec,
    );
    await (await this.#log()).append(deadTopicOf(contract, name), [letter]);
  }

  /** What came to a source and could not be read. */
  rejected(served: Served, event: ServedEvent, raw: RawMessage, reason: string, from: string): Promise<void> {
    return this.bury(served, event, { raw }, reason, { from });
  }

  /** One whose payload is known to be valid. */
  async checked(served: Served, event: ServedEvent, given: SourceEvent): Promise<Taken> {
    const { name: contract } = served.contract;
    const count = (outcome: string) =>
      this.#meter.count('oriel_events_total', 'Events that were taken.', {
        contract,
        event: event.name,
        outcome,
      });
    const { id, payload, subject, time, raw } = given;
    if (!event.topic) {
      this.#live(served, event, payload, subject);
      count('sent');
      return { duplicate: false };
    }
    const kept = envelope(
      {
        id,
        source: `/${encodeURIComponent(contract)}`,
        type: event.name,
        subject,
        ...(time !== undefined && { time }),
        data: payload,
        extensions: rawAttributes(raw),
      },
      codec,
    );
    const [appended] = await (await this.#log()).append(event.topic, [kept]);
    const { cursor, duplicate } = appended as Taken;
    count(duplicate ? 'duplicate' : 'kept');
    return { cursor, duplicate };
  }
}

function checkPayload({ member, name }: ServedEvent, payload: unknown): void {
  const { payload: schema } = member as EventMember;
  if (schema) validate(schema, payload, name);
}
