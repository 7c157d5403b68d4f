import type { CallOptions, Members } from '../contract/index.js';
import type { Incoming } from './incoming.js';
import { namesOf } from './table.js';

type Ask<T> = (input: unknown, options?: CallOptions) => T;

/** What makes each member, once. */
export interface RemoteWire {
  method(name: string): Ask<Promise<unknown>>;
  /** What reads a stream; it begins with the first item that is asked for. */
  stream(name: string): Ask<Incoming>;
}

/** A frozen object without prototype that has exactly the contract's methods and streams. */
export function createRemote(members: Members, wire: RemoteWire): Record<string, unknown> {
  const remote = Object.create(null) as Record<string, unknown>;
  for (const kind of ['method', 'stream'] as const)
    for (const name of namesOf(members, kind)) remote[name] = wire[kind](name);
  return Object.freeze(remote);
}
