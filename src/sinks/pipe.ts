import { OrielError } from '../contract/index.js';
import type { RawMessage } from '../events/raw-message.js';
import { type PostingOptions, posting } from './http/posting.js';
import { type Sink, Undeliverable } from './sink.js';

export interface PipeOptions extends PostingOptions {
  /** Where to. Under `https`, unless `allow` has its host. */
  readonly to: string | URL;
  /** Headers that are handed on as they came, beside `content-type`, `content-encoding` and `content-language`. */
  readonly forward?: readonly string[];
}

const content = ['content-type', 'content-encoding', 'content-language'];
/** Of the connection, or written here. */
const ours =
  /^(?:connection|content-length|expect|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|webhook-.*)$/;

/**
 * Hands on what a webhook brought to another address: the same bytes and content headers, under the same id, with a
 * signature of its own. It delivers, tries again and gives up as the `webhook` sink does.
 * @throws OrielError (`bad-config`)
 * @example
 * gateway({
 *   contract: tickets,
 *   sources: { paid: webhook({ path: '/hooks/bank', secret }) },
 *   sinks: { paid: pipe({ to: 'https://books.example/hooks', secret: other }) },
 * })
 */
export function pipe({ to, forward = [], ...options }: PipeOptions): Sink {
  const names = [...content, ...forward.map((name) => name.toLowerCase())];
  const refused = names.find((name) => ours.test(name));
  if (refused)
    throw new OrielError(
      'bad-config',
      `forward: "${refused}" belongs to each connection or signature alone.`,
    );
  return posting('pipe', to, options, ({ raw }) => {
    if (!raw)
      throw new Undeliverable(
        'Its bytes were not kept: a pipe is for events of a source that has them, such as webhook().',
      );
    return { headers: picked(raw, names), body: raw.body };
  });
}

function picked({ headers }: RawMessage, names: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [given, value] of headers) {
    const name = given.toLowerCase();
    if (names.includes(name)) found[name] = name in found ? `${found[name]}, ${value}` : value;
  }
  return found;
}
