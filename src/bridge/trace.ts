import { text } from './failure.js';
import type { Message } from './message.js';
import { guarded } from './store.js';

/** One message, as `peer.trace` tells it. Payloads are left out unless they are asked for. */
export interface TraceRecord {
  /** `performance.now()`, in ms. */
  readonly at: number;
  readonly direction: 'in' | 'out';
  readonly type: 'handshake' | 'call' | 'answer' | 'event' | 'props' | 'note' | 'batch' | 'close' | 'refused';
  /** The contract's member, or the kit's own topic. */
  readonly member?: string;
  /** What a call and its answer have in common. */
  readonly id?: string;
  /** About how many bytes it holds. */
  readonly size: number;
  /** From the call to its answer, in ms; with the answer. */
  readonly duration?: number;
  /** With an answer: how it went; else why it was refused. */
  readonly outcome?: string;
  readonly payload?: unknown;
}

export interface TraceOptions {
  /** Shows what was sent as well. It may hold secrets. Default `false`. */
  readonly payloads?: boolean;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

type Listener = (record: TraceRecord) => void;

/** Tells listeners what crosses. Calls are timed as long as somebody listens. */
export class Tracer {
  readonly #listeners = new Map<Listener, boolean>();
  readonly #calls = new Map<string, { at: number; member: string }>();
  readonly #refused = new Set<string>();

  /** Whether anybody listens. */
  get on(): boolean {
    return this.#listeners.size > 0;
  }

  add(listener: Listener, { payloads = false }: TraceOptions): () => void {
    const own: Listener = (record) => listener(record);
    this.#listeners.set(own, payloads);
    return () => this.#listeners.delete(own);
  }

  message(direction: 'in' | 'out', crossing: Message): void {
    const { type, id, callId, topic } = crossing;
    const at = performance.now();
    const payload = crossing.args ?? crossing.value ?? crossing.payload ?? crossing.items;
    const record = { at, direction, size: sizeOf(payload), payload };
    if (type === 'CALL') {
      const path: unknown = crossing.methodPath;
      const member = Array.isArray(path) ? path.map(text).join('.') : '';
      this.#calls.set(`${direction}${text(id)}`, { at, member });
      return this.#tell({ ...record, type: 'call', member, id: text(id) });
    }
    if (type === 'REPLY') {
      const key = `${direction === 'in' ? 'out' : 'in'}${text(callId)}`;
      const call = this.#calls.get(key);
      this.#calls.delete(key);
      return this.#tell({
        ...record,
        type: 'answer',
        id: text(callId),
        outcome: crossing.isError ? text((payload as { code?: unknown })?.code ?? 'error') : 'ok',
        ...(call && { member: call.member, duration: at - call.at }),
      });
    }
    if (type === 'NOTE') {
      const kind = topic === 'event' || topic === 'props' ? topic : 'note';
      const member = topic === 'event' ? (payload as { name?: unknown })?.name : topic;
      return this.#tell({ ...record, type: kind, member: text(member) });
    }
    this.#tell({ ...record, type: kinds.get(text(type)) ?? 'handshake' });
  }

  /** What came and had no effect: once an epoch for each that sent it, since a message costs its sender nothing. */
  refused(outcome: string): void {
    if (!this.on || this.#refused.has(outcome)) return;
    this.#refused.add(outcome);
    this.#tell({ at: performance.now(), direction: 'in', type: 'refused', size: 0, outcome });
  }

  /** An epoch is over: its calls get no answer. */
  forget(): void {
    this.#calls.clear();
    this.#refused.clear();
  }

  #tell({ payload, ...record }: TraceRecord): void {
    for (const [listener, payloads] of [...this.#listeners]) {
      guarded(() => listener(payloads ? { ...record, payload } : record));
    }
  }
}

const kinds: ReadonlyMap<string, TraceRecord['type']> = new Map([
  ['BATCH', 'batch'],
  ['DESTROY', 'close'],
  ['REFUSE', 'refused'],
]);

/** Text by its length, buffers by their bytes, the rest as eight bytes each. */
function sizeOf(value: unknown): number {
  const seen = new Set<unknown>();
  const waiting = [value]; // not by recursion: whoever sent it may have nested it deeper than the stack
  let size = 0;
  while (waiting.length) {
    const part = waiting.pop();
    if (typeof part === 'string') size += part.length;
    else if (typeof part !== 'object' || part === null || seen.has(part)) size += 8;
    else {
      seen.add(part);
      const { byteLength } = part as { byteLength?: unknown };
      if (typeof byteLength === 'number') size += byteLength;
      else if (part instanceof Blob) size += part.size;
      else if (part instanceof Map || part instanceof Set) waiting.push([...part]);
      else
        for (const [key, inner] of Object.entries(part)) {
          if (!Array.isArray(part)) size += key.length;
          waiting.push(inner);
        }
    }
  }
  return size;
}
