import { CallTimeout, LimitExceeded, UnknownMember, validate } from '../contract/index.js';
import type { ServiceContext } from '../services/service.js';
import type { GatewayLimits } from './limits.js';
import type { Meter } from './meter.js';
import { Refusal, WrongOutput } from './problem.js';
import type { Served } from './served.js';
import type { Caller } from './tokens.js';

/** How one call came. */
export interface CallInfo {
  readonly caller: Caller;
  readonly origin: string;
  readonly epoch: number;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  readonly key?: string | undefined;
}

/** A call that is being answered. */
interface Begun {
  /** Aborted when nobody waits for it any more, or the gateway can't. */
  readonly signal: AbortSignal;
  readonly done: (outcome: 'ok' | 'error') => void;
}

/** Runs services: within limits, counted, and with what they answer checked before it leaves. */
export class Calls {
  readonly #limits: GatewayLimits;
  readonly #meter: Meter;
  readonly #open = new Map<string, number>();
  readonly #waiting = new Set<() => void>();
  /** One for each call: a signal that lives long would collect listeners. */
  readonly #running = new Set<AbortController>();
  #stopped: Refusal | undefined;

  constructor(limits: GatewayLimits, meter: Meter) {
    this.#limits = limits;
    this.#meter = meter;
    meter.gauge('oriel_calls_open', 'Calls that are being answered.', () => this.#running.size);
  }

  /** Calls a method. @param input - As the contract's schema gave it. */
  async method(served: Served, name: string, input: unknown, info: CallInfo): Promise<unknown> {
    const { member, service } = callOf(served, name, info.caller);
    const { signal, done } = this.#begin(served, name, info);
    try {
      const result = await service(input, context(served, name, info, signal));
      checkOutput(member.output, result, name);
      done('ok');
      return result;
    } catch (error) {
      done('error');
      throw error;
    }
  }

  /** Reads a stream. Nothing has begun before the first item is asked for. */
  async *stream(served: Served, name: string, input: unknown, info: CallInfo): AsyncGenerator<unknown, void> {
    const { member, service } = callOf(served, name, info.caller);
    const { signal, done } = this.#begin(served, name, info);
    let outcome: 'ok' | 'error' = 'ok';
    try {
      const items = await service(input, context(served, name, info, signal));
      for await (const item of items as AsyncIterable<unknown>) {
        checkOutput(member.output, item, name);
        yield item;
      }
    } catch (error) {
      outcome = 'error';
      throw error;
    } finally {
      done(outcome);
    }
  }

  /** Resolves when no call is open any more. */
  idle(): Promise<void> {
    return this.#running.size ? new Promise((resolve) => this.#waiting.add(resolve)) : Promise.resolve();
  }

  /** Aborts those that are open. */
  stop(): void {
    this.#stopped = new Refusal(503, 'closed', 'The gateway is closing. Call again.');
    for (const call of [...this.#running]) call.abort(this.#stopped);
  }

  #begin({ contract }: Served, member: string, { caller: { id }, signal }: CallInfo): Begun {
    if (this.#stopped) throw this.#stopped;
    const open = this.#open.get(id) ?? 0;
    if (open >= this.#limits.calls) throw new LimitExceeded('open calls', this.#limits.calls);
    this.#open.set(id, open + 1);
    const own = new AbortController();
    this.#running.add(own);
    const left = () => own.abort(signal.reason);
    if (signal.aborted) left();
    else signal.addEventListener('abort', left, { once: true });
    const start = performance.now();
    const done = (outcome: 'ok' | 'error') => {
      signal.removeEventListener('abort', left);
      const others = (this.#open.get(id) ?? 1) - 1;
      if (others) this.#open.set(id, others);
      else this.#open.delete(id);
      const labels = { contract: contract.name, member };
      this.#meter.count('oriel_calls_total', 'Calls that were answered.', { ...labels, outcome });
      const seconds = (performance.now() - start) / 1000;
      this.#meter.time('oriel_call_seconds', 'How long calls took.', seconds, labels);
      this.#running.delete(own);
      if (this.#running.size) return;
      for (const resolve of this.#waiting) resolve();
      this.#waiting.clear();
    };
    return { signal: own.signal, done };
  }
}

/** Waits for no longer than this; then the signal tells whoever is still at it. @throws CallTimeout */
export async function within<T>(
  ms: number,
  what: string,
  run: (late: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<never>((_, reject) => {
    if (ms > 2 ** 31 - 1) return; // longer than a timer can wait
    timer = setTimeout(() => {
      const error = new CallTimeout(what, ms);
      reject(error);
      late.abort(error);
    }, ms);
  });
  try {
    return await Promise.race([run(late.signal), over]);
  } finally {
    clearTimeout(timer);
  }
}

function callOf(served: Served, name: string, caller: Caller) {
  const call = served.calls.get(name);
  if (!call) throw new UnknownMember(name);
  permit(caller, served.contract.name, name);
  return call;
}

/** @throws Refusal where the caller's token doesn't allow it */
export function permit(caller: Caller, contract: string, member?: string): void {
  if (caller.may(contract, member)) return;
  const what = member === undefined ? `"${contract}"` : `"${member}" of "${contract}"`;
  throw new Refusal(403, 'unauthorized', `This token does not allow ${what}.`);
}

function context(served: Served, member: string, info: CallInfo, signal: AbortSignal): ServiceContext {
  const { caller, origin, epoch, key } = info;
  const { subject, claims } = caller;
  return { contract: served.contract.name, member, subject, claims, origin, epoch, signal, key };
}

// It leaves as the service gave it: the caller's own schema reads it.
function checkOutput(
  schema: Parameters<typeof validate>[0] | undefined,
  value: unknown,
  member: string,
): void {
  if (!schema) return;
  try {
    validate(schema, value, member);
  } catch (cause) {
    throw new WrongOutput(`"${member}" answered with what its contract refuses.`, { cause });
  }
}
