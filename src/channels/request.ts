import { EmbedError } from '../contract/index.js';
import { type Ended, refused } from './notes.js';

/** Makes a request, as the platform's `fetch` does. */
export type Ask = (url: string, init: RequestInit) => Promise<Response>;

export const platform: Ask = (url, init) => fetch(url, init);

export interface RequestParts extends RequestInit {
  readonly headers: Readonly<Record<string, string>>;
}

/** The network tells pages nothing about why. */
export const broken: Ended = { code: 1006, reason: '' };

/** Asks a server. @returns its answer; or how that ends a connection, where it is not as it should be */
export async function request(
  ask: Ask,
  url: string,
  token: string | undefined,
  { headers, ...init }: RequestParts,
): Promise<Response | Ended> {
  const shown = token === undefined ? headers : { ...headers, authorization: `Bearer ${token}` };
  try {
    const response = await ask(url, { ...init, headers: shown });
    return response.ok ? response : await refusal(response);
  } catch {
    return broken;
  }
}

/** How an answer that can't be used ends a connection. */
export function answered({ url, status }: Response, why?: string): Ended {
  const message = `${url} answers with ${status}, and no stream.${why ? ` ${why}` : ''}`;
  const error = new EmbedError('unreachable', message);
  return { code: 1011, reason: '', error };
}

async function refusal(response: Response): Promise<Ended> {
  const { status, headers } = response;
  const after = status !== 401 && headers.get('retry-after');
  if (after) {
    // In seconds, or a date.
    const left = Number(after) || (Date.parse(after) - Date.now()) / 1000;
    return { ...broken, reason: `retry-after: ${Math.ceil(left)}` };
  }
  // A server that comes and goes answers so, and one that has forgotten the stream.
  if (status >= 500 || status === 410) return broken;
  const { code, title, detail = title } = await problemOf(response);
  // A token that is good, and not for this, is refused as well.
  if (status === 401 || (status === 403 && code === 'unauthorized'))
    return { code: refused, reason: String(code) };
  return answered(response, detail);
}

/** What a problem document (RFC 9457) says. */
async function problemOf(
  response: Response,
): Promise<{ readonly code?: unknown; readonly title?: string; readonly detail?: string }> {
  return response.json().then(Object, () => ({}));
}
