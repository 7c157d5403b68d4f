import { sessionHeader } from './notes.js';

/** Why a request is not granted, as its answer says it. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Record<string, string>;

  constructor(status: number, code: string, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }

  /** As RFC 9457 has it. */
  answer(): Response {
    const { status, code, message, headers } = this;
    return new Response(JSON.stringify({ status, code, title: message }), {
      status,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
    });
  }
}

/** What lets a page of another origin read an answer. */
export function shared(origin: string | undefined): Record<string, string> {
  if (origin === undefined) return { vary: 'origin' };
  return {
    vary: 'origin',
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'retry-after',
  };
}

/** What a page of another origin may ask for; a browser keeps it for two hours. */
export const leave = {
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': `authorization, content-type, ${sessionHeader}`,
  'access-control-max-age': '7200',
};

/** The text of a body. @throws Refusal where it has more bytes than `most`, or is no text. */
export async function textOf({ body, headers }: Request, most: number): Promise<string> {
  const long = new Refusal(413, 'limit', `What is posted may have ${most} bytes.`);
  if (Number(headers.get('content-length')) > most) throw long;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const reader = body?.getReader();
  let text = '';
  for (let size = 0; reader; ) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > most) {
      await reader.cancel();
      throw long;
    }
    text += decode(decoder, value);
  }
  return text + decode(decoder);
}

function decode(decoder: TextDecoder, bytes?: Uint8Array): string {
  try {
    return decoder.decode(bytes, { stream: bytes !== undefined });
  } catch {
    throw new Refusal(400, 'bad-frame', 'What is posted must be UTF-8.');
  }
}
