export interface Sites {
  port: number;
  /** An origin at which nothing listens. */
  refused: string;
  origin(site?: number): string;
  close(): Promise<void>;
}
export function startSites(options?: { sites?: number }): Promise<Sites>;
