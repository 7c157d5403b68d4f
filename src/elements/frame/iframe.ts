import { type Address, grant } from './address.js';

/** What a page lets a guest do, beyond what its address says. */
export interface Grants {
  readonly allow: string | null;
  readonly referrerPolicy: string | null;
  readonly credentialless: boolean;
}

/** An iframe for a guest. Whatever decides what it may do stands before `src`: it counts from the first request on. */
export function createIframe(document: Document, { url, origins, sandbox }: Address, grants: Grants) {
  const iframe = document.createElement('iframe');
  iframe.setAttribute('part', 'iframe');
  iframe.setAttribute('sandbox', sandbox);
  iframe.setAttribute('allow', grant(grants.allow ?? '', origins));
  iframe.setAttribute('referrerpolicy', grants.referrerPolicy ?? 'strict-origin');
  iframe.toggleAttribute('credentialless', grants.credentialless);
  iframe.setAttribute('src', url.href);
  return iframe;
}

/** Whether it is still at its first, empty page: no guest's can be read. */
export function isBlank(iframe: HTMLIFrameElement): boolean {
  try {
    return iframe.contentDocument !== null;
  } catch {
    return false;
  }
}
