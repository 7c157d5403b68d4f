import type { Peer } from '../bridge/index.js';
import type { Caller } from './tokens.js';

/** What `authorize` of a channel's server gives, for {@link Callers} to find again. */
export interface PeerClaims {
  readonly expires: number;
  /** The caller's id, which is there for tokens without a subject too. */
  readonly sub: string;
  readonly caller: Caller;
  readonly [claim: string]: unknown;
}

/** Who stands behind the clients of channels. */
export class Callers {
  readonly #unnamed = new WeakMap<Peer, Caller>();

  /** As the client's token says now. */
  of(client: Peer): Caller {
    const shown = (client.claims as PeerClaims | undefined)?.caller;
    if (shown) return shown;
    // Nobody is known, and still one must not use up what all may have open.
    const own = this.#unnamed.get(client) ?? { ...anybody, id: `client ${crypto.randomUUID()}` };
    this.#unnamed.set(client, own);
    return own;
  }
}

/** Who stands behind a client where nobody has to show a token. */
const anybody: Caller = {
  id: 'anybody',
  subject: undefined,
  claims: {},
  expires: Number.POSITIVE_INFINITY,
  may: () => true,
  sees: () => true,
  operates: () => false,
};
