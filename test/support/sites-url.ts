// Where the fixtures are, for tests that run in a browser. The runner's page says which port.
interface Sites {
  port: number;
}

const sites = (globalThis as unknown as { __sites: Sites }).__sites;

/** `origin(2)` is another site than the test's own page, which is on the host of site 1 with a port of its own. */
export const origin = (site = 2): string => `http://127.0.0.${site}:${sites.port}`;

export interface GuestOptions {
  /** 1 to 5; 2 unless told. */
  site?: number;
  [query: string]: string | number | boolean | undefined;
}

/** `guestUrl('bridge/guest.html', { site: 3, delay: 500 })`: a fixture, and how the server answers for it. */
export function guestUrl(name: string, { site = 2, ...query }: GuestOptions = {}): string {
  const url = new URL(name.startsWith('/') ? name : `/fixtures/${name}`, origin(site));
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(key, String(value));
  }
  return url.href;
}
