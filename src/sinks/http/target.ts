import { isIP } from 'node:net';
import { OrielError } from '../../contract/index.js';
import { isPublic, ranges } from './addresses.js';

/** Where a sink may deliver: a URL that was looked at, and which addresses its name may lead to. */
export interface Target {
  readonly url: URL;
  /** Whether its host may be reached at that address. */
  permits(address: string): boolean;
}

/**
 * Looks at a URL before anything is sent there.
 * @param allow - Host names, addresses and ranges that may be reached though they are not public, and without TLS too.
 * @throws OrielError (`bad-config`) for one that is not `https`, has credentials in it, or names an address that is not public.
 */
export function targetOf(given: string | URL, allow: readonly string[] = []): Target {
  const url = parsed(given);
  // new URL() has written 0x7f.1, 017700000001 and 2130706433 as 127.0.0.1 by now.
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const inRange = rangesOf(allow);
  const named = allow.some((entry) => entry.toLowerCase() === host);
  const permits = (address: string) => named || inRange(address) || isPublic(address);
  const literal = isIP(host) !== 0;
  if (literal && !permits(host))
    throw bad(given, `${host} is not a public address. Name it, or its range, in "allow" if it is meant.`);
  const plain = named || (literal && inRange(host));
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && plain))
    throw bad(given, 'it must begin with https:. Name its host in "allow" to send without TLS.');
  return { url, permits };
}

function parsed(given: string | URL): URL {
  if (!URL.canParse(String(given))) throw bad(given, 'it is no absolute URL.');
  const url = new URL(given);
  if (url.username || url.password) throw bad(given, 'it has credentials in it. Put them into "headers".');
  url.hash = '';
  return url;
}

function rangesOf(allow: readonly string[]): (address: string) => boolean {
  try {
    return ranges(allow.filter((entry) => entry.includes('/') || isIP(entry)));
  } catch (cause) {
    throw new OrielError('bad-config', `allow: ${(cause as Error).message}`, { cause });
  }
}

// What follows a "?" may be a secret.
function bad(given: string | URL, why: string): OrielError {
  return new OrielError('bad-config', `url: "${String(given).replace(/\/\/[^/@]*@|[?#].*$/g, '…')}": ${why}`);
}
