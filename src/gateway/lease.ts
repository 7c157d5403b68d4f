import type { Notes } from '../log/log.js';
import { pause } from './retry.js';

/** For how long a holder may be silent, in ms, until another takes its place. */
const term = 10_000;

/**
 * Runs something in one of several processes that share a log: whoever holds the lease runs it, and when that one falls
 * silent, another does. Clocks are never compared: a lease has ended when its note has not changed for a term.
 * @param run - Is to end when its signal is aborted: the lease was lost, or `signal` was aborted.
 */
export async function leased(
  notes: Notes,
  key: string,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<void>,
  onError: (error: unknown) => void,
  every = term,
): Promise<void> {
  const owner = crypto.randomUUID();
  let seen = -1;
  let since = performance.now();
  while (!signal.aborted) {
    try {
      const note = await notes.get(key);
      const version = note?.version ?? 0;
      if (version !== seen) {
        seen = version;
        since = performance.now();
      }
      if (!note || note.value === '' || performance.now() - since > every) {
        const taken = await notes.put(key, owner, version);
        if (taken) await hold(notes, key, owner, taken.version, signal, run, onError, every);
        continue;
      }
    } catch (error) {
      if (!signal.aborted) onError(error);
    }
    await pause(every / 4, signal);
  }
}

/** Runs it while the lease is renewed, and then gives the lease back. */
async function hold(
  notes: Notes,
  key: string,
  owner: string,
  first: number,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<void>,
  onError: (error: unknown) => void,
  every: number,
): Promise<void> {
  const over = new AbortController();
  const both = AbortSignal.any([signal, over.signal]);
  let version = first;
  const renew = async () => {
    let renewed = performance.now();
    while (!both.aborted) {
      await pause(every / 4, both);
      if (both.aborted) return;
      try {
        const note = await notes.put(key, owner, version);
        if (!note) return over.abort(); // somebody else has it
        version = note.version;
        renewed = performance.now();
      } catch (error) {
        onError(error);
        if (performance.now() - renewed > (every * 3) / 4) return over.abort();
      }
    }
  };
  const renewing = renew();
  try {
    await run(both);
  } catch (error) {
    if (!both.aborted) onError(error);
    await pause(every / 10, both);
  }
  over.abort();
  await renewing;
  await notes.put(key, '', version).catch(onError);
}
