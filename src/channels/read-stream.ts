import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { Ended } from './notes.js';
import { type Ask, answered, broken, request } from './request.js';
import type { Watch } from './watch.js';

interface StreamOptions {
  readonly ask: Ask;
  readonly token: string | undefined;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Is told that something was heard. */
  readonly watch: Watch;
  /** It has begun. */
  readonly opened?: () => void;
  readonly hear: (message: EventSourceMessage) => void;
}

/** Reads a stream of server-sent events, which is one answer, and gives how it ended. Never rejects. */
export async function readStream(
  url: string,
  { ask, token, signal, watch, opened, hear }: StreamOptions,
): Promise<Ended> {
  const response = await request(ask, url, token, {
    headers: { accept: 'text/event-stream' },
    cache: 'no-store', // a cache would make a second stream wait for the end of the first
    signal,
  });
  if ('code' in response) return response;
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return answered(response);
  opened?.();
  const parser = createParser({ onEvent: (message) => signal.aborted || hear(message) });
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  while (!signal.aborted) {
    const chunk = await reader?.read().catch(() => undefined);
    if (!chunk?.value) break;
    watch.heard();
    parser.feed(decoder.decode(chunk.value, { stream: true }));
  }
  return broken;
}
