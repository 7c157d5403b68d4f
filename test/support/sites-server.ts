// The fixtures' sites, for a test that starts them itself.
export interface Sites {
  origin(site?: number): string;
  close(): Promise<void>;
}

// A plain module, at the same depth from test/ and from build/.
const module = (await import(new URL('../../test/support/sites.mjs', import.meta.url).href)) as {
  startSites(): Promise<Sites>;
};
export const startSites = (): Promise<Sites> => module.startSites();
