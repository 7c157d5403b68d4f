import * as http from 'node:http';
import * as https from 'node:https';
import { guardedLookup } from './lookup.js';
import type { Target } from './target.js';

export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

/** What is read of an answer, so that the connection may be used again; one that is longer, in bytes or ms, ends it. */
const longest = { bytes: 65_536, time: 1000 };

/** Posts to one target, over connections that it keeps. Follows no redirect: it might lead anywhere. */
export class Poster {
  readonly #target: Target;
  readonly #agent: http.Agent;

  /** @param connections - How many it keeps at most. */
  constructor(target: Target, connections: number) {
    this.#target = target;
    const { Agent } = protocolOf(target);
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections, lookup: guardedLookup(target) });
  }

  /** Resolves with the answer's head, whatever its status, once it was read. @throws what the network does, or the signal's reason */
  async post(
    headers: Readonly<Record<string, string>>,
    body: Uint8Array,
    signal: AbortSignal,
  ): Promise<Answer> {
    signal.throwIfAborted();
    try {
      return await this.#once(headers, body, signal);
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw signal.aborted ? signal.reason : error;
      return await this.post(headers, body, signal);
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #once(headers: Readonly<Record<string, string>>, body: Uint8Array, signal: AbortSignal): Promise<Answer> {
    const { url } = this.#target;
    const options = {
      method: 'POST',
      agent: this.#agent,
      signal,
      headers: { ...headers, 'content-length': String(body.byteLength) },
    };
    return new Promise((resolve, reject) => {
      let answered = false;
      const request = protocolOf(this.#target).request(url, options);
      // A connection that ends without a word, as after an answer that is none, has no error of its own.
      const silent = () => reject(new Error('The connection ended without an answer.'));
      request.once('close', silent);
      request.once('response', (response) => {
        answered = true;
        request.off('close', silent);
        const { statusCode = 0, headers } = response;
        drained(response, () => resolve({ status: statusCode, retryAfter: headers['retry-after'] }));
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        if (answered) return; // the answer has come, and what is left of it does not matter
        // The other side closed a kept connection just when it was to be used: nothing is wrong.
        const stale = request.reusedSocket && error.code === 'ECONNRESET';
        reject(stale ? new StaleConnection() : error);
      });
      request.end(body);
    });
  }
}

class StaleConnection extends Error {}

const protocolOf = ({ url }: Target) => (url.protocol === 'https:' ? https : http);

function drained(response: http.IncomingMessage, done: () => void): void {
  let length = 0;
  const timer = setTimeout(() => response.destroy(), longest.time);
  response.on('data', (chunk: Uint8Array) => {
    length += chunk.byteLength;
    if (length > longest.bytes) response.destroy();
  });
  response.on('error', () => {}); // its status is all that counts, and that has come
  response.once('close', () => {
    clearTimeout(timer);
    done();
  });
}
