import { type Channel, pack, unpack } from '../bridge/index.js';
import { type Address, type ConnectionOptions, networked, type Pipe, type PipeEar } from './connection.js';
import { type Ended, most, posted, sessionHeader, type Welcome } from './notes.js';
import { readStream } from './read-stream.js';
import { type Ask, broken, platform, request } from './request.js';
import { Watch } from './watch.js';

export interface SseOptions extends ConnectionOptions {
  /** Makes each request. Default: the platform's own. */
  readonly fetch?: Ask | undefined;
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
export function sse(url: Address, { fetch: ask = platform, ...options }: SseOptions = {}): Channel {
  return networked((address, token, ear) => stream(address, token, ear, ask), url, options);
}

/** A post that takes longer than this, in ms, is on a line that is dead. */
const patience = 60_000;

/** One stream, and what is posted to it. */
function stream(address: string, token: string | undefined, { hear, ended }: PipeEar, ask: Ask): Pipe {
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

  readStream(address, { ask, token, signal, watch, hear: ({ data }) => receive(data) }).then(end);
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
      const headers = { 'content-type': posted, [sessionHeader]: session };
      const answer = await request(ask, address, token, { method: 'POST', headers, body, signal });
      if ('code' in answer) end(answer);
      clearTimeout(timer);
    }
    posting = false;
  }

  function end(how: Ended): void {
    if (signal.aborted) return;
    gone.abort();
    watch.stop();
    ended(how);
  }
}
