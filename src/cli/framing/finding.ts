import type { Hop } from './page.js';

/** One thing that is known about whether a page embeds. */
export interface Finding {
  /** `blocks`: it won't; `warns`: it will, but not as you think; `notes`: it has no effect; `ok`. */
  readonly level: 'blocks' | 'warns' | 'notes' | 'ok';
  /** What it is about, to switch on. */
  readonly rule: string;
  readonly text: string;
  /** What decided, as it was sent. */
  readonly line?: string;
  /** What would mend it. */
  readonly fix?: string;
}

/** A page, and who wants to embed it. */
export interface Framing {
  readonly hops: readonly Hop[];
  /** The origin of the page that embeds. */
  readonly host: string;
  /** Origins of the pages around that one, up to the top. */
  readonly further: readonly string[];
  /** The embedding page's own Content-Security-Policy headers. */
  readonly hostCsp: readonly string[];
  /** Its Cross-Origin-Embedder-Policy. */
  readonly hostCoep: string | undefined;
}
