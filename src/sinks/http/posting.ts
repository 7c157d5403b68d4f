import { OrielError } from '../../contract/index.js';
import { digest, type Secrets, secretsOf, standardHeaders, wrongSigner } from '../../webhooks/index.js';
import { type Delivery, type Sink, type SinkRetry, Undeliverable } from '../sink.js';
import { checkAnswer } from './outcome.js';
import { Poster } from './poster.js';
import { targetOf } from './target.js';

export interface PostingOptions extends Omit<Secrets, 'secret'>, Pick<Sink, 'order' | 'concurrency'> {
  /**
   * Of Standard Webhooks: `whsec_` and 24 to 64 random bytes in base64, or `whsk_` and a private key of Ed25519. Each
   * attempt is signed anew, with the id of the first. `false` sends without a signature, to receivers that look at none.
   */
  readonly secret?: string | false | undefined;
  /** Further headers, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Where it may go beyond public addresses over `https`: host names (`hooks.intranet`), addresses (`127.0.0.1`) and
   * ranges (`10.0.0.0/8`), and there over `http` as well. Default: nowhere.
   */
  readonly allow?: readonly string[];
  /** When it is tried again. Default: after 5 s, then twice as long each time up to an hour, 34 attempts: about a day. */
  readonly retry?: SinkRetry;
  /** How long an attempt may take, in ms. Default 15,000. */
  readonly timeout?: number;
  /** What it is known by for good: its place in the log hangs on it. Default: what it is and its address up to a `?`. */
  readonly name?: string;
}

/** What is posted for an event, without what signs it. */
export interface Post {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const aDay: Required<SinkRetry> = { first: 5000, longest: 3_600_000, attempts: 34 };

/** For how long a receiver that is gone is not asked again, in ms. */
const goneFor = 600_000;

/** A sink that posts to one address. @throws OrielError (`bad-config`) */
export function posting(
  kind: string,
  address: string | URL,
  options: PostingOptions,
  postOf: (event: Delivery) => Post,
): Sink {
  const { allow, retry, order, timeout = 15_000 } = options;
  const concurrency = options.concurrency ?? (order === 'all' ? 1 : 8);
  const target = targetOf(address, allow);
  const secrets = signing(options);
  const more = headersOf(options.headers);
  const poster = new Poster(target, concurrency);
  let goneUntil = 0;
  return {
    name: options.name ?? `${kind} ${target.url.origin}${target.url.pathname}`,
    timeout,
    concurrency,
    retry: { ...aDay, ...retry },
    ...(order && { order }),
    async deliver(event, signal) {
      if (Date.now() < goneUntil)
        throw new Undeliverable('The receiver has answered with 410: it is gone for good.');
      const { headers, body } = postOf(event);
      const id = idOf(event.id);
      const signature = secrets ? standardHeaders(secrets, id, body, Date.now()) : { 'webhook-id': id };
      const answer = await poster.post(
        { 'user-agent': 'oriel', ...more, ...headers, ...signature },
        body,
        signal,
      );
      if (answer.status === 410) goneUntil = Date.now() + goneFor;
      checkAnswer(answer, Date.now());
    },
    close: () => poster.close(),
  };
}

function signing({ secret, secrets }: PostingOptions): readonly string[] | undefined {
  if (secret === false && !secrets) return undefined;
  return secretsOf({ secret: secret === false ? undefined : secret, secrets }, wrongSigner);
}

/** Lower-case, as all others are here. */
function headersOf(given: Readonly<Record<string, string>> = {}): Record<string, string> {
  try {
    return Object.fromEntries(new Headers(given));
  } catch (cause) {
    throw new OrielError('bad-config', `headers: ${(cause as Error).message}`, { cause });
  }
}

// An id of ours may be any text.
const idOf = (id: string) => (/^[!-+\--~]{1,256}$/.test(id) ? id : digest(id));
