import type { Delivery, Sink } from '../sinks/sink.js';

/**
 * Tries to deliver one event, within the sink's time.
 * @param stop - Aborting it ends the attempt, also of a sink that forgets its signal. Aborted when this returns.
 * @throws what the sink rejects with, or the reason that `stop` was aborted for
 */
export async function attempt(sink: Sink, delivery: Delivery, stop = new AbortController()): Promise<void> {
  const { timeout = 30_000 } = sink;
  const timer = setTimeout(() => stop.abort(new Error(`no answer within ${timeout} ms`)), timeout);
  const ended = new Promise<never>((_, reject) => {
    stop.signal.addEventListener('abort', () => reject(stop.signal.reason), { once: true });
  });
  try {
    await Promise.race([sink.deliver(delivery, stop.signal), ended]);
  } finally {
    clearTimeout(timer);
    ended.catch(() => {}); // nobody else hears of it now
    stop.abort();
  }
}
