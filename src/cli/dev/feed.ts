import type { ServerResponse } from 'node:http';

/** Tells pages what happens, as server-sent events. One that takes nothing is let go, and comes back. */
export class Feed {
  readonly #open = new Set<ServerResponse>();

  add(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write('retry: 500\n\n');
    this.#open.add(response);
    response.on('close', () => this.#open.delete(response));
  }

  say(data: string): void {
    for (const response of this.#open) this.tell(response, data);
  }

  tell(response: ServerResponse, data: string): void {
    if (response.writableLength > 32 * 2 ** 20) return void response.destroy();
    response.write(`data: ${data}\n\n`);
  }

  close(): void {
    for (const response of this.#open) response.end();
  }
}
