import { isIP } from 'node:net';

/** Whether it is this machine's own, whatever is written for it. */
export function isLoopback({ hostname }: URL): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d+){3}$/.test(hostname)
  );
}

/**
 * Whether two addresses are of one site, as cookies see it. Which domains are sold by the name is a long list; where
 * the second level is short under a country (`co.uk`), it is taken for one of those.
 */
export function isSameSite(a: URL, b: URL): boolean {
  return a.protocol === b.protocol && siteOf(a.hostname) === siteOf(b.hostname);
}

function siteOf(hostname: string): string {
  if (isIP(hostname.replace(/[[\]]/g, ''))) return hostname;
  const labels = hostname.split('.');
  const [second = '', top = ''] = labels.slice(-2);
  return labels.slice(top.length === 2 && second.length <= 3 ? -3 : -2).join('.');
}
