import type { OrielError, Side } from '../contract/index.js';
import type { heartbeat } from './heartbeat.js';
import type { CreatePropsEnd } from './props-end.js';

/** What one side does otherwise than the other. A bundle holds only the role that its side needs. */
export interface Role {
  readonly side: Side;
  readonly createProps: CreatePropsEnd;
  /** What it means that a page of an origin which isn't allowed has spoken; nothing where the right one may still come. */
  refused(origin: string): OrielError | undefined;
  /** Whether a farewell of stock penpal, which it says on each unload, is one for good. */
  readonly farewell: boolean;
  readonly heartbeat?: typeof heartbeat;
  /** For how long the other side may be silent, in ms. */
  readonly patience: number;
}
