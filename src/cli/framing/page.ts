import * as http from 'node:http';
import * as https from 'node:https';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';

/** One answer on the way to a page. */
export interface Hop {
  readonly url: URL;
  readonly status: number;
  /** As they were sent: in order, with doubles. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Where it leads on. */
  readonly location?: URL;
  /** The beginning of its text; empty where it leads on, or has none. */
  readonly body: string;
}

/** Why a page could not be asked for at all. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
  readonly hops: readonly Hop[];

  constructor(url: URL, hops: readonly Hop[], cause: unknown) {
    const { code, message } = cause as NodeJS.ErrnoException;
    super(`${url} can't be reached: ${reasons[code ?? ''] ?? message}`, { cause });
    this.hops = hops;
  }
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there.',
  ENOTFOUND: 'there is no such host.',
  EAI_AGAIN: "its name can't be looked up now.",
  ECONNRESET: 'the connection was cut.',
  CERT_HAS_EXPIRED: 'its certificate has expired.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself, which browsers refuse.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by nobody that is known.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host.',
};

/** So much of a page is looked at. */
const enough = 512 * 1024;
/** As many as browsers follow. */
const mostRedirects = 20;

interface PageOptions {
  /** The origin of the page that embeds. */
  readonly host: string;
  /** For each answer, in ms. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  /** Called before each. */
  readonly asking?: (url: URL) => void;
}

/**
 * Asks for a page as a browser does for a frame, without cookies, and follows where it leads.
 * @returns each answer. The last one has a location where it leads on for ever, or to no web address.
 * @throws Unreachable
 */
export async function pageHops(url: URL, options: PageOptions): Promise<Hop[]> {
  const hops: Hop[] = [];
  for (let at: URL | undefined = url; at; ) {
    options.asking?.(at);
    const hop: Hop = await get(at, options).catch((error) => {
      options.signal.throwIfAborted();
      throw new Unreachable(at as URL, hops, error);
    });
    hops.push(hop);
    at = hops.length <= mostRedirects && isWeb(hop.location) ? hop.location : undefined;
  }
  return hops;
}

export function isWeb(url: URL | undefined): boolean {
  return url?.protocol === 'http:' || url?.protocol === 'https:';
}

function get(url: URL, { host, timeout, signal }: PageOptions): Promise<Hop> {
  const { request } = url.protocol === 'https:' ? https : http;
  // Node's fetch() would write other Sec-Fetch headers over these.
  const headers = {
    accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'accept-encoding': 'identity',
    'accept-language': 'en',
    referer: `${host}/`,
    'sec-fetch-dest': 'iframe',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-site': url.origin === host ? 'same-origin' : 'cross-site',
    'upgrade-insecure-requests': '1',
    'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0',
  };
  return new Promise((resolve, reject) => {
    let expired = (): void => {
      sent.destroy(new Error(`no answer within ${timeout} ms. Pass --timeout if it needs longer.`));
    };
    const late = setTimeout(() => expired(), timeout);
    const sent = request(url, { headers, signal, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const answered = () => {
        clearTimeout(late);
        response.destroy();
        resolve(hopOf(url, response, Buffer.concat(chunks)));
      };
      // Its headers decide; of a page that never ends, its beginning will do.
      expired = answered;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if ((size += chunk.length) >= enough) answered();
      });
      response.on('end', answered);
      response.on('error', failed);
    });
    const failed = (error: Error) => {
      clearTimeout(late);
      reject(error);
    };
    sent.on('error', failed);
    sent.end();
  });
}

function hopOf(url: URL, { statusCode = 0, rawHeaders }: http.IncomingMessage, bytes: Buffer): Hop {
  const headers = rawHeaders.flatMap((name, i) => (i % 2 ? [] : [[name, rawHeaders[i + 1] ?? ''] as const]));
  const its = { url, status: statusCode, headers };
  const to = valuesOf(headers, 'location')[0];
  if ([301, 302, 303, 307, 308].includes(statusCode) && to !== undefined && URL.canParse(to, url))
    return { ...its, body: '', location: new URL(to, url) };
  return { ...its, body: textOf(bytes, valuesOf(headers, 'content-encoding')[0]) };
}

function textOf(bytes: Buffer, encoding: string | undefined): string {
  const unpack = { gzip: gunzipSync, br: brotliDecompressSync, deflate: inflateSync }[encoding ?? ''];
  try {
    return (unpack ? unpack(bytes, { maxOutputLength: 8 * enough }) : bytes).toString('utf8');
  } catch {
    return ''; // cut off, or not what it says: its headers are what counts
  }
}

/** All values of a header, in order. */
export function valuesOf(headers: Hop['headers'], name: string): string[] {
  return headers.filter(([each]) => each.toLowerCase() === name).map(([, value]) => value);
}
