import { pack } from '../bridge/index.js';
import { Refusal } from './problem.js';

/** One call that came with an idempotency key. */
export interface KeyedCall {
  /** Names it: its contract, its member, its caller and the key. */
  readonly name: string;
  /** What it was asked with, and what its caller's token says: the answer may depend on both. */
  readonly input: string;
  readonly claims: string;
}

/** What is asked, by whom. */
interface Asked {
  readonly contract: string;
  readonly member: string;
  /** Whose key it is. */
  readonly caller: string;
  readonly key: string;
  readonly input: unknown;
  readonly claims: Readonly<Record<string, unknown>>;
}

export function keyedCall({ contract, member, caller, key, input, claims }: Asked): KeyedCall {
  const said = Object.entries(claims).filter(([name]) => !ofOneToken.has(name));
  return {
    name: JSON.stringify([contract, member, caller, key]),
    input: packed(input) ?? '',
    claims: JSON.stringify(said.sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** Claims that each token has of its own: the next one of the same caller says as much. */
const ofOneToken = new Set(['exp', 'iat', 'nbf', 'jti']);

/** A value as the bridge writes it; `undefined` where that has no form for it, such as a callback. */
export function packed(value: unknown): string | undefined {
  try {
    return pack(value, false) as string;
  } catch {
    return;
  }
}

/** @throws Refusal where it is another call by the same key */
export function checkSame(call: Omit<KeyedCall, 'name'>, first: Omit<KeyedCall, 'name'>): void {
  const used = (how: string) =>
    new Refusal(422, 'key-reused', `This idempotency key was used ${how}. Take a new one.`);
  if (call.input !== first.input) throw used('for another input');
  if (call.claims !== first.claims) throw used('with a token that says something else');
}
