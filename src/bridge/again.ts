import { type CallOptions, ConnectionLost } from '../contract/index.js';
import type { Calls, Target } from './calls.js';
import type { Limits } from './limits.js';
import { snapshotOnce } from './snapshot.js';

/** Calls a method that may be called again: when its connection is lost it is, on the next one and by the same key. */
export async function callAgain(
  calls: Calls,
  target: Target,
  input: unknown,
  { key = crypto.getRandomValues(new Uint32Array(4)).join('-'), retries = 3, ...options }: CallOptions,
  { limits, timeout: usual }: { readonly limits: Limits; readonly timeout: number },
): Promise<unknown> {
  const { transfer, timeout = usual } = options;
  const moves = !!transfer?.length;
  // Its owner may change it before it is sent again.
  const { copy, once } = moves ? { copy: input, once: true } : snapshotOnce(input, target.member, limits);
  const until = performance.now() + timeout;
  for (let left = once ? 0 : retries; ; left--) {
    try {
      const rest = Math.max(0, until - performance.now());
      return await calls.call({ ...target, key }, [copy], { ...options, timeout: rest });
    } catch (error) {
      if (left <= 0 || !(error instanceof ConnectionLost)) throw error;
    }
  }
}
