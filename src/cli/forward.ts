import * as http from 'node:http';
import * as https from 'node:https';
import type { InboxMessage } from '../sources/inbox.js';
import { CliError, exits } from './exit.js';

/** Headers of one connection, which the next one has its own of. */
const hopByHop = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Sends a message on: the same bytes, and the same headers.
 * @param url - Where; the message's own query is added to it.
 * @returns the status of the answer. Rejects where there is none.
 */
export function forward(message: InboxMessage, url: URL, signal: AbortSignal): Promise<number> {
  const { method, query, headers, body } = message;
  const to = new URL(url);
  if (query) to.search = to.search ? `${to.search}&${query.slice(1)}` : query;
  const bytes = Buffer.from(body, 'base64');
  const its: http.OutgoingHttpHeaders = {};
  for (const [name, value] of headers)
    if (!hopByHop.has(name.toLowerCase())) its[name] = [...[its[name] ?? []].flat().map(String), value];
  const { request } = to.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const sent = request(
      to,
      { method, headers: { ...its, 'content-length': bytes.length }, signal, timeout: 30_000 },
      (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode ?? 0));
        answer.on('error', reject);
      },
    );
    sent.on('timeout', () => sent.destroy(new Error('no answer within 30 s')));
    sent.on('error', reject);
    sent.end(bytes);
  });
}

/** The message that an event carries. @throws CliError for an event of another kind */
export function messageOf(data: unknown): InboxMessage {
  const { method, query, headers, body } = Object(data) as Partial<InboxMessage>;
  const fits =
    typeof method === 'string' &&
    typeof query === 'string' &&
    typeof body === 'string' &&
    Array.isArray(headers) &&
    headers.every((pair) => Array.isArray(pair) && pair.every((part) => typeof part === 'string'));
  if (fits) return data as InboxMessage;
  throw new CliError(
    exits.failed,
    'That event holds no request. Follow one that inbox() of oriel/sources/inbox feeds.',
  );
}
