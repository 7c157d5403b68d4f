import type { Finding, Framing } from './finding.js';
import { valuesOf } from './page.js';
import { isSameSite } from './site.js';

/** Which of its cookies come back from a frame in another site: those of each answer on the way. */
export function cookieFindings({ hops, host }: Framing): Finding[] {
  return hops.flatMap(({ url, headers }) => {
    if (isSameSite(url, new URL(host))) return [];
    return valuesOf(headers, 'set-cookie').flatMap((value) => lost(value, url.protocol === 'https:'));
  });
}

function lost(value: string, secure: boolean): Finding[] {
  const [pair = '', ...attributes] = value.split(';').map((part) => part.trim());
  const has = new Map(
    attributes.map((part) => {
      const [key = '', its = ''] = part.toLowerCase().split('=');
      return [key.trim(), its.trim()];
    }),
  );
  const name = pair.split('=')[0] ?? '';
  const site = has.get('samesite');
  const finding = (text: string): Finding[] => [
    {
      level: 'warns',
      rule: 'cookies',
      text: `The cookie "${name}" ${text}`,
      // Its value is nobody's business.
      line: `Set-Cookie: ${[`${name}=…`, ...attributes].join('; ')}`,
      fix: `Set-Cookie: ${name}=…; Path=/; Secure; HttpOnly; SameSite=None; Partitioned`,
    },
  ];
  if (site === 'strict' || site === 'lax') return finding('is not sent from a frame in another site.');
  if (site !== 'none') return finding('has no SameSite, which most browsers take for Lax: a frame lacks it.');
  if (!has.has('secure')) return finding('has SameSite=None without Secure, so browsers refuse it.');
  if (!secure) return finding('is Secure, and came by http.');
  if (!has.has('partitioned'))
    return finding('is not Partitioned: browsers that block third-party cookies leave it out.');
  return [];
}
