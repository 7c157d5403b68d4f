export interface Demo {
  readonly host: string;
  readonly guest: string;
  readonly vendor: string;
  /** The ticket system's gateway: `POST /hooks/bank` takes the bank's webhooks. */
  readonly gateway: string;
  /** What the bank shows as `x-bank-token`. */
  readonly bankToken: string;
  /** An origin that the host's policy does not list. */
  readonly unlisted: string;
  /** An origin at which nothing listens. */
  readonly nowhere: string;
  /** Why the three could not have a site each. */
  readonly note?: string;
  /** What browsers have reported against the host's policy. */
  readonly violations: {
    readonly 'effective-directive'?: string;
    readonly 'violated-directive'?: string;
    readonly 'blocked-uri'?: string;
    readonly 'document-uri'?: string;
  }[];
  /** As `kill -9` does. */
  killGateway(): Promise<void>;
  /** Starts it where it was, with what it kept. */
  startGateway(): Promise<void>;
  stop(): void;
}
export interface DemoOptions {
  readonly ports?: readonly number[];
  readonly addresses?: readonly string[];
}
export function startDemo(options?: DemoOptions): Promise<Demo>;
