import type { IncomingMessage, ServerResponse } from 'node:http';
import { Feed } from './feed.js';

/** A request that came to the inbox. */
export interface Received {
  readonly time: string;
  readonly method: string;
  /** What stood after the inbox's own path. */
  readonly path: string;
  /** As they were sent: in order, with doubles. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Base64. */
  readonly body: string;
}

/** Where webhooks are sent. */
export const inboxPath = '/@inbox';

/** A body may have so many bytes. */
const mostBytes = 2 ** 20;
/** So much is remembered of them, in characters. */
const mostKept = 16 * 2 ** 20;

/** Takes whatever is sent to it, answers 200, and shows it. */
export class Inbox {
  readonly #heard: (received: Received) => void;
  readonly #feed = new Feed();
  readonly #kept: Received[] = [];

  constructor(heard: (received: Received) => void) {
    this.#heard = heard;
  }

  async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of request) {
      size += (chunk as Buffer).length;
      if (size > mostBytes) {
        response.writeHead(413, { connection: 'close' }).end(`No more than ${mostBytes} bytes here.\n`);
        return;
      }
      chunks.push(chunk as Buffer);
    }
    const { method = '', url = '', rawHeaders } = request;
    const received: Received = {
      time: new Date().toISOString(),
      method,
      path: url.slice(inboxPath.length) || '/',
      headers: rawHeaders.flatMap((name, i) => (i % 2 ? [] : [[name, rawHeaders[i + 1] ?? ''] as const])),
      body: Buffer.concat(chunks).toString('base64'),
    };
    this.#keep(received);
    this.#heard(received);
    response.writeHead(200, { 'content-type': 'text/plain' }).end('received\n');
  }

  /** Shows what came, and goes on with what comes. */
  show(response: ServerResponse): void {
    this.#feed.add(response);
    for (const received of this.#kept) this.#feed.tell(response, JSON.stringify(received));
  }

  close(): void {
    this.#feed.close();
  }

  #keep(received: Received): void {
    this.#kept.push(received);
    let all = this.#kept.reduce((sum, { body }) => sum + body.length + 2000, 0);
    while (all > mostKept && this.#kept.length > 1) all -= (this.#kept.shift()?.body.length ?? 0) + 2000;
    this.#feed.say(JSON.stringify(received));
  }
}
