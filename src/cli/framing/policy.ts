/** A Content-Security-Policy: its directives by name, of which the first of each counts. */
export type Policy = ReadonlyMap<string, readonly string[]>;

/** The policies of all headers of a name. Each has to allow what is done. */
export function policiesOf(values: readonly string[]): Policy[] {
  return values
    .flatMap((value) => value.split(','))
    .map(policyOf)
    .filter(({ size }) => size > 0);
}

function policyOf(text: string): Policy {
  const directives = new Map<string, readonly string[]>();
  for (const part of text.split(';')) {
    const [name = '', ...sources] = part.trim().split(/\s+/);
    const key = name.toLowerCase();
    if (key && !directives.has(key)) directives.set(key, sources);
  }
  return directives;
}

/** What a source is matched with. */
export interface Target {
  readonly url: URL;
  /** What `'self'` is. */
  readonly self: string;
  /** Whether paths count: they don't after a redirect, nor for ancestors. */
  readonly paths: boolean;
}

/** Whether a list of sources allows an address (CSP 3, 6.7.2). */
export function allows(sources: readonly string[], target: Target): boolean {
  // 'none' beside others is ignored, as an empty list allows nothing.
  return sources.some((source) => source.toLowerCase() !== "'none'" && matches(source, target));
}

const shape =
  /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\*|(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])(?::(\d+|\*))?(\/.*)?$/i;

function matches(source: string, { url, self, paths }: Target): boolean {
  if (source.toLowerCase() === "'self'") return sameSelf(url, new URL(self));
  if (source === '*') return url.protocol === 'http:' || url.protocol === 'https:';
  const [, scheme] = /^([a-z][a-z0-9+.-]*):$/i.exec(source) ?? [];
  if (scheme) return schemeFits(`${scheme.toLowerCase()}:`, url.protocol);
  const [, its, host, port, path] = shape.exec(source) ?? [];
  if (host === undefined) return false;
  if (!schemeFits(its ? `${its.toLowerCase()}:` : new URL(self).protocol, url.protocol)) return false;
  return hostFits(host.toLowerCase(), url.hostname) && portFits(port, url) && (!paths || pathFits(path, url));
}

function sameSelf(url: URL, self: URL): boolean {
  if (url.origin === self.origin) return true;
  const usual = (each: URL) => each.port === '';
  return (
    url.hostname === self.hostname && schemeFits(self.protocol, url.protocol) && usual(url) && usual(self)
  );
}

/** `http:` is met by `https:` too, never the other way round. */
function schemeFits(wanted: string, given: string): boolean {
  return wanted === given || (wanted === 'http:' && given === 'https:');
}

function hostFits(wanted: string, given: string): boolean {
  if (wanted === '*') return true;
  return wanted.startsWith('*.') ? given.endsWith(wanted.slice(1)) : wanted === given;
}

function portFits(wanted: string | undefined, { port, protocol }: URL): boolean {
  if (wanted === '*') return true;
  const usual = protocol === 'https:' ? '443' : '80';
  const given = port || usual;
  // Without one it is the scheme's usual port, and no other.
  return (wanted ?? usual) === given || (wanted === '80' && given === '443');
}

function pathFits(wanted: string | undefined, { pathname }: URL): boolean {
  if (wanted === undefined || wanted === '/') return true;
  return wanted.endsWith('/') ? pathname.startsWith(wanted) : pathname === wanted;
}
