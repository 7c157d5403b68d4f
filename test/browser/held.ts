import { guestUrl, origin } from '../support/sites-url.js';

/** A file that the server keeps back until it is released, so that "late" is no matter of clocks. */
export function held(name: string): { url: string; release(): Promise<unknown> } {
  const hold = crypto.randomUUID();
  return {
    url: guestUrl(name, { hold }),
    release: () => fetch(`${origin()}/release?hold=${hold}`),
  };
}
