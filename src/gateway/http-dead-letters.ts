import { InvalidValue, UnknownMember } from '../contract/index.js';
import { jsonOf } from './body.js';
import type { DeadLetter } from './dead-letters.js';
import { streamed } from './http-stream.js';
import { toJson } from './json.js';
import { Refusal } from './problem.js';
import type { Served, ServedEvent } from './served.js';
import type { Streams } from './streams.js';
import type { Caller } from './tokens.js';

export interface HttpDeadLettersOptions {
  readonly lettersOf: (served: Served, event: ServedEvent) => AsyncIterable<DeadLetter>;
  readonly streams: Streams;
  /** Bytes in a body. */
  readonly limit: number;
}

/** What is to be done with which, by their ids. */
interface Order {
  readonly verb: 'replay' | 'discard';
  readonly ids: readonly string[] | '*';
}

/**
 * Answers `GET /{contract}/{event}/dead-letters` with all of them, and `POST` with what became of those that are to be
 * sent again or discarded: a line for each.
 * @throws Refusal, InvalidValue, UnknownMember
 */
export async function seeToLetters(
  served: Served,
  name: string,
  request: Request,
  caller: Caller,
  { lettersOf, streams, limit }: HttpDeadLettersOptions,
): Promise<Response> {
  const { name: contract } = served.contract;
  if (!caller.operates(contract, name))
    throw new Refusal(
      403,
      'unauthorized',
      `Dead letters are for a token whose claim says so: { "contract": "${contract}", "operate": ["${name}"] }. Where nobody has to show one, nobody may see them by this way.`,
    );
  const event = served.events.get(name);
  if (!event?.topic) throw new UnknownMember(name);
  const order = request.method === 'GET' ? undefined : orderOf(await jsonOf(request, limit), name);
  const letters = seen(lettersOf(served, event), ({ subject }) => caller.operates(contract, name, subject));
  const read = () => (order ? obeyed(order, letters) : listed(letters));
  return streamed({ name, caller, read }, request, streams);
}

async function* seen(
  letters: AsyncIterable<DeadLetter>,
  may: (letter: DeadLetter) => boolean,
): AsyncGenerator<DeadLetter> {
  for await (const letter of letters) if (may(letter)) yield letter;
}

async function* listed(letters: AsyncIterable<DeadLetter>): AsyncGenerator<object> {
  for await (const { replay: _, discard: __, payload, raw, ...its } of letters)
    yield {
      ...its,
      ...written(payload),
      ...(raw && { raw: { headers: raw.headers, body: Buffer.from(raw.body).toString('base64') } }),
    };
}

/** Bytes as base64; what JSON has no form for by why, since an operator has to see the letter all the same. */
function written(payload: unknown): object {
  if (payload instanceof Uint8Array) return { payloadBytes: Buffer.from(payload).toString('base64') };
  try {
    toJson(payload, 'payload');
    return { payload };
  } catch (error) {
    return { payloadError: (error as Error & { cause: Error }).cause.message };
  }
}

async function* obeyed({ verb, ids }: Order, letters: AsyncIterable<DeadLetter>): AsyncGenerator<object> {
  const left = new Set(ids === '*' ? [] : ids);
  const done = verb === 'replay' ? 'replayed' : 'discarded';
  if (ids === '*' || left.size)
    for await (const letter of letters) {
      const { id } = letter;
      if (ids !== '*' && !left.delete(id)) continue;
      yield await letter[verb]().then(
        () => ({ id, outcome: done }),
        (error) => ({ id, outcome: 'failed', reason: String(Object(error).message ?? error) }),
      );
      if (ids !== '*' && !left.size) return;
    }
  for (const id of left) yield { id, outcome: 'unknown' };
}

/** @throws InvalidValue */
function orderOf(given: unknown, name: string): Order {
  const [[verb, ids] = [], ...more] = Object.entries(Object(given));
  const right = ids === '*' || (Array.isArray(ids) && ids.every((id) => typeof id === 'string'));
  if ((verb === 'replay' || verb === 'discard') && right && !more.length) return { verb, ids };
  const message = 'must be { "replay": […] } or { "discard": […] }, with ids or "*"';
  throw new InvalidValue(name, [{ message, path: [] }]);
}
