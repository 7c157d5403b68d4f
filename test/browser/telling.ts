import { type GuestOptions, guestUrl } from '../support/sites-url.js';

/** A guest whose words reach the test by the server, whether or not the two can speak to each other. */
export function telling(query: GuestOptions = {}): { url: string; told(what: string): Promise<unknown> } {
  const tell = crypto.randomUUID(); // the server remembers what the guests of other engines have said
  return {
    url: guestUrl('telling.html', { ...query, tell }),
    told: (what) => fetch(guestUrl('strict.js', { hold: `${tell} ${what}` })),
  };
}
