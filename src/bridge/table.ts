import { Reply } from 'penpal';
import {
  type CallContext,
  type Contract,
  type Members,
  type Method,
  type Side,
  type Stream,
  UnknownMember,
  validate,
} from '../contract/index.js';
import type { Context } from './context.js';
import type { Methods } from './link.js';
import { mark } from './message.js';
import type { Results } from './results.js';
import { movesOf } from './transfer.js';
import type { Borrowed, Values } from './values.js';

export type Handlers = Record<string, (input: unknown, context: CallContext) => unknown>;

/** What a table needs to know when a call comes in. */
export interface Callee {
  readonly values: Values;
  /** What calls that have a name were answered. */
  readonly results: Pick<Results, 'once'>;
  /** Handlers are looked up at each call, so they may be set late. */
  handlers(): Handlers;
  /** The call that has just come in. */
  context(): Context;
  /** What the other side is to be sent for something that was thrown. */
  thrown(error: unknown): unknown;
}

export const other = (side: Side): Side => (side === 'host' ? 'guest' : 'host');

export const membersOf = (contract: Contract, side: Side): Members => contract[side] ?? {};

/** Names of one side's members of the given kinds. */
export function namesOf(members: Members, ...kinds: readonly ('method' | 'stream' | 'event')[]): string[] {
  return Object.keys(members).filter((name) => kinds.includes(members[name]?.kind as never));
}

/**
 * What may be called from outside: the contract's methods and streams, callbacks and pulls, and nothing else. Without
 * prototype, since penpal walks it.
 */
export function createTable(members: Members, callee: Callee): Methods {
  const { values } = callee;
  const table = Object.create(null);
  for (const name of namesOf(members, 'method', 'stream'))
    table[name] = (input: unknown, key?: unknown) => answer(name, input, key);
  table[mark] = Object.freeze({
    __proto__: null,
    invoke,
    async pull(id: number, credit: number, patience: number) {
      const moved: Transferable[] = [];
      return moving(await values.streams.pull(id, credit, patience, moved), moved);
    },
  });
  return Object.freeze(table);

  function answer(name: string, input: unknown, key: unknown): Promise<unknown> {
    const context = callee.context();
    const { kind, input: schema, idempotent } = members[name] as Method | (Stream & { idempotent?: never });
    const named = idempotent && typeof key === 'string' && key.length <= longestKey;
    if (named) context.key = key;
    return run(
      name,
      (borrowed) => {
        const handlers = callee.handlers();
        const handler = handlers[name];
        if (typeof handler !== 'function' || handler === (Object.prototype as unknown as Handlers)[name])
          throw new UnknownMember(name);
        const decoded = values.decode(input, name, borrowed);
        const checked = schema ? validate(schema, decoded, name) : decoded;
        const call = () => handlers[name]?.(checked, context);
        return named ? callee.results.once(nameOf(name, context), call) : call();
      },
      (result, { callbacks, streams }) => {
        if (kind === 'method') return encoded(result, name, named);
        // A generator has only just begun: what the call brought lives as long as the stream.
        const brought = { callbacks: callbacks?.splice(0) ?? [], streams: streams.splice(0) };
        return values.stream(result, name, () => {
          context.end(undefined);
          values.giveBack(brought, name);
        });
      },
    );
  }

  function invoke(id: number, args: unknown[]): Promise<unknown> {
    return run(
      'callback',
      (borrowed) => values.callbacks.own(id)(...(values.decode(args, 'callback', borrowed) as unknown[])),
      (result) => encoded(result, 'callback'),
    );
  }

  async function run(
    name: string,
    call: (borrowed: Borrowed) => unknown,
    give: (result: unknown, borrowed: Borrowed) => unknown,
  ): Promise<unknown> {
    const borrowed: Borrowed = { callbacks: [], streams: [] };
    try {
      return give(await call(borrowed), borrowed);
    } catch (error) {
      throw callee.thrown(error);
    } finally {
      values.giveBack(borrowed, name);
    }
  }

  /** @param kept - Whether it may be wanted again, so that nothing of it moves. */
  function encoded(result: unknown, name: string, kept = false): unknown {
    const moved = kept ? [] : movesOf(result);
    return moving(values.encode(result, name, { moved }), moved);
  }
}

/** Of one caller, as far as it is known: nobody gets an answer by the name of somebody else's call. */
function nameOf(member: string, { origin, claims, key }: Context): string {
  const { sub } = Object(claims) as { sub?: unknown };
  return JSON.stringify([member, origin, typeof sub === 'string' ? sub : null, key]);
}

const longestKey = 256;

function moving(value: unknown, moved: readonly Transferable[]): unknown {
  return moved.length ? new Reply(value, { transferables: [...moved] }) : value;
}
