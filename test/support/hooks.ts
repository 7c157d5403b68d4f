// Sends webhooks over bare sockets, as no client would, and serves a source without a gateway.
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { Source, SourceContext } from '../../dist/sources/source.js';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Posts, with headers as they are given: twice, or of other bytes than ASCII. Rejects when the connection breaks. */
export function post(
  port: number,
  path: string,
  headers: readonly (readonly [string, string])[],
  body: Uint8Array | string,
): Promise<Reply> {
  const bytes = Buffer.from(body);
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: hooks.test',
    'connection: close',
    `content-length: ${bytes.length}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('error', reject);
    socket.once('close', () => {
      const reply = replyOf(Buffer.concat(chunks).toString('latin1'));
      if (reply) resolve(reply);
      else reject(new Error('The connection ended without an answer.'));
    });
    socket.write(`${head.join('\r\n')}\r\n\r\n`, 'latin1');
    socket.write(bytes);
  });
}

function replyOf(text: string): Reply | undefined {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(first)?.[1]);
  if (!status) return undefined;
  const headers = lines
    .map((line) => line.split(/: */, 2))
    .map(([name = '', value = '']) => [name.toLowerCase(), value]);
  return { status, headers: Object.fromEntries(headers), body: rest.join('\r\n\r\n') };
}

/** Serves one source on a port of its own. */
export async function served(
  source: Source,
  context: SourceContext,
): Promise<{ port: number; close(): void }> {
  const server = createServer(async (incoming, outgoing) => {
    const received = new Headers();
    for (let i = 0; i < incoming.rawHeaders.length; i += 2)
      received.append(incoming.rawHeaders[i] as string, incoming.rawHeaders[i + 1] as string);
    const request = new Request(`http://hooks.test${incoming.url}`, {
      method: incoming.method as string,
      headers: received,
      body: Readable.toWeb(incoming) as ReadableStream<Uint8Array> as unknown as BodyInit,
      duplex: 'half',
    } as RequestInit);
    const response =
      (await source.fetch?.(request, context).catch((error) => error)) ?? new Error('No fetch.');
    if (!(response instanceof Response)) return outgoing.writeHead(500).end(String(response));
    const body = new Uint8Array(await response.arrayBuffer());
    const headers = { ...Object.fromEntries(response.headers), 'content-length': String(body.length) };
    outgoing.writeHead(response.status, headers).end(body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
