import { EmbedError } from '../../contract/index.js';

/** Where a guest is, who may speak for it, and what its frame allows. */
export interface Address {
  readonly url: URL;
  readonly origins: readonly string[];
  readonly sandbox: string;
  /** Whether the guest has no origin of its own. */
  readonly opaque: boolean;
}

export interface AddressParts {
  readonly src: string;
  readonly allowOrigins: string | null | undefined;
  /** As in HTML: present, it's the whole list. */
  readonly sandbox: string | null | undefined;
}

/**
 * Checks an address before anything of it is loaded.
 * @throws EmbedError: `bad-src`, `bad-origin` or `unsafe-sandbox`.
 */
export function resolveAddress({ src, allowOrigins, sandbox }: AddressParts): Address {
  const tokens = sandbox ?? 'allow-scripts allow-forms allow-same-origin';
  const opaque = !/(^|\s)allow-same-origin(\s|$)/i.test(tokens);
  const url = parse(src);
  const listed = allowOrigins?.split(/\s+/).filter(Boolean) ?? [];
  for (const origin of listed) check(origin, opaque);
  const origins = opaque ? ['*'] : listed.length ? listed : [url.origin];
  const own = [url.origin, ...origins].includes(location.origin);
  if (own && !opaque) {
    throw new EmbedError(
      'unsafe-sandbox',
      `${url.href} is of this page's own origin, and could reach all of this page. Serve it from another origin, or set sandbox="allow-scripts".`,
    );
  }
  return { url, origins, sandbox: tokens, opaque };
}

/** The `allow` attribute with each feature granted to the guest, and to nobody else. */
export function grant(allow: string, origins: readonly string[]): string {
  return allow
    .split(';')
    .map((directive) => directive.trim().split(/\s+/))
    .filter(([feature]) => feature)
    .map(([feature, ...list]) => `${feature} ${list.includes("'none'") ? "'none'" : origins.join(' ')}`)
    .join('; ');
}

// `javascript:` would run in this page; `blob:` has its origin.
function parse(src: string): URL {
  const url = src.trim() && URL.canParse(src, document.baseURI) ? new URL(src, document.baseURI) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new EmbedError(
    'bad-src',
    `src="${src}" is not an http(s) address. Set it to the guest's, such as "https://guest.example/".`,
  );
}

function check(origin: string, opaque: boolean): void {
  if (origin === '*') {
    if (opaque) return;
    throw new EmbedError(
      'bad-origin',
      'allow-origins="*" would let any page in. Name the origins of the guest.',
    );
  }
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (url && url.origin === origin && /^https?:$/.test(url.protocol)) return;
  throw new EmbedError(
    'bad-origin',
    `allow-origins: "${origin}" is not an origin. Write it as "https://guest.example", with no path.`,
  );
}
