import { toJson } from './json.js';
import { problemOf } from './problem.js';
import { sseBeat, sseFrame, streamHeaders } from './sse.js';
import type { OpenStream, Streams } from './streams.js';
import type { Caller } from './tokens.js';

/** What is read item by item. `read` is called once, and what it gives is ended with the signal. */
interface Items {
  /** What they are of, for what is told of an error. */
  readonly name: string;
  readonly caller: Caller;
  readonly read: (signal: AbortSignal) => AsyncGenerator<unknown>;
}

/** Answers with items, as lines of JSON or as server-sent events, no faster than they are read. */
export function streamed({ name, caller, read }: Items, request: Request, streams: Streams): Response {
  const form = formOf(request);
  const stream = streams.open(caller, {
    kind: 'call',
    last: (reason) => form.failed({ type: `urn:oriel:error:${reason}`, code: reason, member: name }),
    beat: () => stream.outlet.write(form.beat),
  });
  const signal = AbortSignal.any([request.signal, stream.signal]);
  void pump(read(signal), stream, name, form);
  return new Response(stream.outlet.body, { headers: { 'content-type': form.type, ...streamHeaders } });
}

/** Writes item by item. */
async function pump(
  items: AsyncGenerator<unknown>,
  stream: OpenStream,
  name: string,
  form: Form,
): Promise<void> {
  const { outlet, signal } = stream;
  const left = () => void items.return(undefined).catch(() => {}); // it ends with its own signal too
  signal.addEventListener('abort', left, { once: true });
  try {
    for await (const item of items) {
      const text = form.item(toJson(item, name));
      // A beat may wait for the reader still, and leave no room for it.
      while (!outlet.write(text) && !outlet.over) await outlet.drained();
      await outlet.drained();
      if (signal.aborted) return;
    }
    outlet.close(form.done);
  } catch (error) {
    outlet.close(form.failed(problemOf(error, name)));
  } finally {
    signal.removeEventListener('abort', left);
  }
}

/** How a stream is written. An error in its midst can't change the status any more, so it is the last that is said. */
interface Form {
  readonly type: string;
  readonly beat: string;
  readonly done: string;
  item(json: string): string;
  failed(problem: object): string;
}

const ndjson: Form = {
  type: 'application/x-ndjson',
  beat: '\n',
  done: '',
  item: (json) => `{"item":${json}}\n`,
  failed: (problem) => `${JSON.stringify({ error: problem })}\n`,
};

const sse: Form = {
  type: 'text/event-stream',
  beat: sseBeat,
  done: sseFrame({ event: 'done', data: '{}' }),
  item: (json) => sseFrame({ data: json }),
  failed: (problem) => sseFrame({ event: 'error', data: JSON.stringify(problem) }),
};

function formOf({ headers }: Request): Form {
  return headers.get('accept')?.includes('text/event-stream') ? sse : ndjson;
}
