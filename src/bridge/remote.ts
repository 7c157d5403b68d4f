import { type CallOptions, type Members, Unsupported } from '../contract/index.js';
import { namesOf } from './table.js';

export type Call = (member: string, input: unknown, options: CallOptions | undefined) => Promise<unknown>;

/** A frozen object without prototype that has exactly the contract's methods and streams. */
export function createRemote(members: Members, call: Call): Record<string, unknown> {
  const remote = Object.create(null) as Record<string, unknown>;
  for (const name of namesOf(members, 'method')) {
    remote[name] = (input?: unknown, options?: CallOptions) => call(name, input, options);
  }
  for (const name of namesOf(members, 'stream')) {
    remote[name] = () => {
      throw new Unsupported(`Streams ("${name}")`);
    };
  }
  return Object.freeze(remote);
}
