import { LimitExceeded } from '../contract/index.js';
import { Refusal } from './problem.js';

/** A request whose body is over at the limit: reading more rejects. A body that says so itself is refused at once. */
export function bounded(request: Request, limit: number): Request {
  const said = Number(request.headers.get('content-length') ?? 0);
  if (said > limit) throw tooLarge(limit);
  // Where a length is given HTTP's framing holds the body to it, and nothing need be counted, which takes its time.
  const { headers: given } = request;
  if ((given.has('content-length') && !given.has('transfer-encoding')) || !request.body) return request;
  let size = 0;
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      size += chunk.byteLength;
      if (size > limit) controller.error(tooLarge(limit));
      else controller.enqueue(chunk);
    },
  });
  const { method, headers, signal, url } = request;
  return new Request(url, {
    method,
    headers,
    signal,
    body: request.body.pipeThrough(counted),
    duplex: 'half',
  } as RequestInit);
}

/** The JSON that a request brings; `undefined` without a body. @throws Refusal, LimitExceeded */
export async function jsonOf(request: Request, limit: number): Promise<unknown> {
  const bytes = await bounded(request, limit).arrayBuffer();
  if (!bytes.byteLength) return;
  // A page of another origin can send anything else without asking first.
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/(json|[\w.-]+\+json)\s*(;|$)/i.test(type))
    throw new Refusal(415, 'not-json', 'Send the input as JSON, with "Content-Type: application/json".');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new Refusal(400, 'not-json', `The body is not JSON: ${(cause as Error).message}`, { cause });
  }
}

// What comes after the limit isn't read, so the connection can't be used again.
function tooLarge(limit: number): Refusal {
  return new Refusal(413, 'limit', new LimitExceeded('bytes in the body', limit).message, {
    headers: { connection: 'close' },
  });
}
