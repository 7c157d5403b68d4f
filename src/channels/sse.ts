import { createParser } from 'eventsource-parser';
import { type Channel, pack, unpack } from '../bridge/index.js';
import { EmbedError } from '../contract/index.js';
import { type Address, type ConnectionOptions, networked, type Pipe, type PipeEar } from './connection.js';
import { type Ended, most, posted, refused, sessionHeader, type Welcome } from './notes.js';
import { Watch } from './watch.js';

export interface SseOptions extends ConnectionOptions {
  /** Makes each request. Default: the platform's own. */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
}

/**
 * Reaches a server by plain HTTP: server-sent events down, and what is said meanwhile in one POST after another up. Any
 * number of peers share the one stream, each with a session of its own; it is opened for the first and closed after the
 * last. When it breaks, what is in flight rejects as `lost`, and it is made again after a wait. Bytes are cloned, and
 * cross as text. A token goes in the `Authorization` header of each request.
 *
 * Over HTTP/1.1 a browser has six connections to a server, for all its tabs, and a stream takes one.
 * @param url - `http:` or `https:`, or what gives it, at each attempt.
 * @example
 * const server = sse('https://tickets.example/oriel', { token: () => session.token() });
 * const tickets = client(ticket, server);
 */
export function sse(
  url: Address,
  { fetch: ask = (address, init) => fetch(address, init), ...options }: SseOptions = {},
): Channel {
  return networked((address, token, ear) => stream(address, token, ear, ask), url, options);
}

/** A post that takes longer than this, in ms, is on a line that is dead. */
const patience = 60_000;

/** One stream, and what is posted to it. */
function stream(
  address: string,
  token: string | undefined,
  { hear, ended }: PipeEar,
  ask: NonNullable<SseOptions['fetch']>,
): Pipe {
  const gone = new AbortController();
  const { signal } = gone;
  const watch = new Watch(() => end(broken));
  const waiting: string[] = [];
  /** How much waits, and how much one post may have. */
  let size = 0;
  let room = Infinity;
  let session = '';
  let posting = false;
  /** Whether something is to be posted, even if it is nothing. */
  let due = false;
  let postedAt = performance.now();

  read();
  return {
    send(value) {
      const text = `${pack(value, false)}\n`;
      // A character has three bytes at most.
      if (text.length * 3 > room && new Blob([text]).size > room)
        throw new DOMException(`The server takes ${room} bytes at most.`, 'DataCloneError');
      waiting.push(text);
      size += text.length;
      if (size > most) end(broken);
      post();
    },
    expect(every) {
      watch.expect(every);
      // A server hears nothing of a line that has died, so it has to hear of one that has not.
      if (performance.now() - postedAt >= 2 * every) due = true;
      post();
    },
    renew(next) {
      token = next;
      due = true;
      post();
    },
    close: () => end(broken),
  };

  async function read(): Promise<void> {
    const response = await request(
      { accept: 'text/event-stream' },
      { cache: 'no-store' }, // a cache would make a second stream wait for the end of the first
    );
    if (!response) return;
    if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
      return end(answered(response));
    const parser = createParser({ onEvent: ({ data }) => receive(data) });
    const reader = response.body?.getReader();
    const decoder = new TextDecoder();
    while (!signal.aborted) {
      const chunk = await reader?.read().catch(() => undefined);
      if (!chunk?.value) break;
      watch.heard();
      parser.feed(decoder.decode(chunk.value, { stream: true }));
    }
    end(broken);
  }

  function receive(data: string): void {
    let value: unknown;
    try {
      value = unpack(data);
    } catch {
      return end(broken);
    }
    const note = Object(value) as Partial<Omit<Welcome, 'oriel'> & Ended> & { oriel?: string };
    if (note.oriel === 'end') return end(note as Ended);
    if (note.session && note.oriel === 'welcome') {
      session = note.session;
      room = note.most ?? room;
    }
    hear(value);
  }

  /** Posts what waits, one post after another, so that nothing overtakes; what is said meanwhile leaves together. */
  async function post(): Promise<void> {
    if (posting) return;
    posting = true;
    await undefined; // what is said in one go
    while ((due || size) && !signal.aborted) {
      due = false;
      postedAt = performance.now();
      const timer = setTimeout(end, patience, broken);
      // All of it, or else one after the other.
      const body = waiting.splice(0, size * 3 > room ? 1 : Infinity).join('');
      size -= body.length;
      await request({ 'content-type': posted, [sessionHeader]: session }, { method: 'POST', body });
      clearTimeout(timer);
    }
    posting = false;
  }

  /** Asks the server; whatever is no answer as it should be ends the stream. */
  async function request(headers: Record<string, string>, init: RequestInit): Promise<Response | undefined> {
    if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
    try {
      const response = await ask(address, { ...init, headers, signal });
      if (response.ok) return response;
      end(await refusal(response));
    } catch {
      end(broken);
    }
  }

  function end(how: Ended): void {
    if (signal.aborted) return;
    gone.abort();
    watch.stop();
    ended(how);
  }
}

/** The network tells pages nothing about why. */
const broken: Ended = { code: 1006, reason: '' };

async function refusal(response: Response): Promise<Ended> {
  const { status, headers } = response;
  if (status === 401) return { code: refused, reason: String(/auth-expired/.exec(await response.text())) };
  const after = headers.get('retry-after');
  if (after) {
    // In seconds, or a date.
    const left = Number(after) || (Date.parse(after) - Date.now()) / 1000;
    return { ...broken, reason: `retry-after: ${Math.ceil(left)}` };
  }
  // A server that comes and goes answers so, and one that has forgotten the stream.
  if (status >= 500 || status === 410) return broken;
  return answered(response);
}

function answered({ url, status }: Response): Ended {
  return {
    code: 1011,
    reason: '',
    error: new EmbedError('unreachable', `${url} answers with ${status}, and no stream.`),
  };
}
