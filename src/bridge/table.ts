import {
  type CallContext,
  type Contract,
  type Members,
  type Side,
  UnknownMember,
  validate,
} from '../contract/index.js';

export type Handlers = Record<string, (input: unknown, context: CallContext) => unknown>;
type Answer = (input: unknown) => Promise<unknown>;

/** What a table needs to know when a call comes in. */
export interface Callee {
  /** Handlers are looked up at each call, so they may be set late. */
  handlers(): Handlers;
  context(): CallContext;
  /** What the other side is to be sent for something that was thrown. */
  thrown(error: unknown): unknown;
}

export const other = (side: Side): Side => (side === 'host' ? 'guest' : 'host');

export const membersOf = (contract: Contract, side: Side): Members => contract[side] ?? {};

/** Names of one side's members of the given kind. */
export function namesOf(members: Members, kind: 'method' | 'stream' | 'event'): string[] {
  return Object.keys(members).filter((name) => members[name]?.kind === kind);
}

/**
 * What may be called from outside: the contract's methods and nothing else. Without prototype, since penpal walks it.
 */
export function createTable(members: Members, callee: Callee): Record<string, Answer> {
  const table = Object.create(null) as Record<string, Answer>;
  for (const name of namesOf(members, 'method')) table[name] = (input) => answer(name, input);
  return Object.freeze(table);

  async function answer(name: string, input: unknown): Promise<unknown> {
    try {
      const handlers = callee.handlers();
      const handler = handlers[name];
      if (typeof handler !== 'function' || handler === (Object.prototype as unknown as Handlers)[name]) {
        throw new UnknownMember(name);
      }
      const member = members[name] as { input?: Parameters<typeof validate>[0] };
      const checked = member.input ? validate(member.input, input, name) : input;
      return await handlers[name]?.(checked, callee.context());
    } catch (error) {
      throw callee.thrown(error);
    }
  }
}
