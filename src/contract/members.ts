import type { AnySchema, In, Out, Schema } from './schema.js';

/** One input, one output. `I` and `OI` are what the schemas take, `IO` and `O` what they give. */
export interface Method<I = any, IO = any, OI = any, O = any> {
  readonly kind: 'method';
  readonly input?: Schema<I, IO>;
  readonly output?: Schema<OI, O>;
  /**
   * Whether it may be called again when its outcome is unknown: it is, when the connection is lost, by a key that lets the
   * other side give the first result again.
   */
  readonly idempotent?: boolean;
}

/** One input, many outputs. */
export interface Stream<I = any, IO = any, OI = any, O = any> {
  readonly kind: 'stream';
  readonly input?: Schema<I, IO>;
  readonly output?: Schema<OI, O>;
}

/** One payload, no answer. */
export interface EventMember<P = any, PO = any> {
  readonly kind: 'event';
  readonly payload?: Schema<P, PO>;
  /** `log`: must not be lost, and so goes through a log. */
  readonly retain?: 'log';
}

/** An event that must not be lost. */
export interface KeptEvent<P = any, PO = any> extends EventMember<P, PO> {
  readonly retain: 'log';
}

export type Member = Method | Stream | EventMember;
export type Members = Readonly<Record<string, Member>>;

interface InputOutput<I extends AnySchema, O extends AnySchema> {
  readonly input?: I;
  readonly output?: O;
}

/** A method: `method({ input: Query, output: type<number>() })`. Without input it is called with nothing. */
export function method<I extends AnySchema = Schema<void>, O extends AnySchema = Schema<void>>(
  options: InputOutput<I, O> & { readonly idempotent?: boolean } = {},
): Method<In<I>, Out<I>, In<O>, Out<O>> {
  return { ...options, kind: 'method' };
}

/** A stream: `stream({ input: Query, output: Row })`; each item is checked by `output`. */
export function stream<I extends AnySchema = Schema<void>, O extends AnySchema = Schema<void>>(
  options: InputOutput<I, O> = {},
): Stream<In<I>, Out<I>, In<O>, Out<O>> {
  return { ...options, kind: 'stream' };
}

/** An event: `event(Payload)`, or `event()` without one. `{ retain: 'log' }` for what must not be lost. */
export function event<P extends AnySchema = Schema<void>>(
  payload: P | undefined,
  options: { readonly retain: 'log' },
): KeptEvent<In<P>, Out<P>>;
export function event<P extends AnySchema = Schema<void>>(
  payload?: P,
  options?: { readonly retain?: 'log' },
): EventMember<In<P>, Out<P>>;
export function event(payload?: AnySchema, options: { readonly retain?: 'log' } = {}): EventMember {
  return { ...options, ...(payload && { payload }), kind: 'event' };
}
