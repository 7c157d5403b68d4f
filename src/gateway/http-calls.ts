import { UnknownMember, validate } from '../contract/index.js';
import { jsonOf } from './body.js';
import { type CallInfo, type Calls, permit, within } from './calls.js';
import { digested } from './digested.js';
import type { Emitter } from './emitter.js';
import { streamed } from './http-stream.js';
import { toJson } from './json.js';
import { keyedCall } from './keyed-call.js';
import type { GatewayLimits } from './limits.js';
import { Refusal } from './problem.js';
import type { Results } from './results.js';
import type { Served } from './served.js';
import type { Streams } from './streams.js';
import type { Caller } from './tokens.js';

export interface HttpCallOptions {
  readonly calls: Calls;
  readonly streams: Streams;
  readonly results: Results;
  readonly emitter: Emitter;
  readonly limits: GatewayLimits;
}

/** Answers `POST /{contract}/{member}`: calls a method, reads a stream, or takes an event of the host's side. */
export async function post(
  served: Served,
  name: string,
  request: Request,
  caller: Caller,
  options: HttpCallOptions,
): Promise<Response> {
  permit(caller, served.contract.name, name);
  const call = served.calls.get(name);
  const event = served.events.get(name);
  if (!call && event?.side !== 'host') throw new UnknownMember(name);
  const sent = await jsonOf(request, options.limits.body);
  const key = keyOf(request);
  if (!call) return take(served, name, sent, caller, key, options);
  const { input: schema } = call.member;
  const input = schema ? validate(schema, sent, name) : undefined;
  const info: CallInfo = {
    caller,
    origin: request.headers.get('origin') ?? '',
    epoch: 0,
    signal: request.signal,
    key,
  };
  if (call.member.kind === 'stream') {
    const read = (signal: AbortSignal) => options.calls.stream(served, name, input, { ...info, signal });
    return streamed({ name, caller, read }, request, options.streams);
  }
  return json(await answer(served, name, input, info, options));
}

async function answer(
  served: Served,
  name: string,
  input: unknown,
  info: CallInfo,
  { calls, results, limits }: HttpCallOptions,
): Promise<string> {
  const { key, caller } = info;
  const { name: contract } = served.contract;
  const value = await within(limits.callTime, name, (late) => {
    const run = (signal: AbortSignal) => calls.method(served, name, input, { ...info, signal });
    if (key === undefined) return run(AbortSignal.any([info.signal, late]));
    const call = keyedCall({
      contract,
      member: name,
      caller: caller.id,
      key,
      input,
      claims: caller.claims,
    });
    // It goes on when its caller goes away, who may come back and ask for what became of it.
    return results.once(call, () => run(late));
  });
  return toJson(value, name);
}

/** An event that a page sends: kept, or handed to nobody where the contract keeps none. */
async function take(
  served: Served,
  name: string,
  payload: unknown,
  caller: Caller,
  key: string | undefined,
  { emitter }: HttpCallOptions,
): Promise<Response> {
  // Another caller's key may be the same word, and its event is another.
  const id = key === undefined ? crypto.randomUUID() : await digested(JSON.stringify([caller.id, key]));
  const { cursor, duplicate } = await emitter.fromPage(served, name, {
    id,
    payload,
    subject: caller.subject,
  });
  return json(JSON.stringify({ id, cursor, duplicate }), 202);
}

function keyOf({ headers }: Request): string | undefined {
  const key = headers.get('idempotency-key') ?? undefined;
  if (key !== undefined && !/^[\x21-\x7e]{1,200}$/.test(key))
    throw new Refusal(400, 'bad-key', 'Idempotency-Key must be 1 to 200 visible ASCII characters.');
  return key;
}

function json(text: string, status = 200): Response {
  return new Response(text, {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  });
}
