import { AuthError } from '../contract/index.js';

/** What a token says. The kit looks at `expires` and `sub`, and hands all of it to the handlers. */
export interface Claims {
  /** When the token ends, in ms since 1970. Default: never. */
  readonly expires?: number | undefined;
  /** Whom it names. */
  readonly sub?: string | undefined;
  readonly [claim: string]: unknown;
}

/**
 * Reads a token. Whatever it throws refuses it: an `AuthError` by its own code, all else as `unauthorized`. An
 * `AuthError` of `auth-unavailable` says that it can't be told now: the client comes back, with the same token.
 * @param request - What the client asked with.
 */
export type Authorize<R> = (token: string, request: R) => Claims | Promise<Claims>;

/** A client's next token names somebody else: that is another client, which has to connect on its own. */
export class OtherSubject extends Error {}

/** Whom a client's token names, for as long as it is good. */
export class Pass {
  claims: Claims | undefined;
  /** The token that was taken last. */
  token: string | undefined;
  /** Whether a token is asked for, and what reads it. */
  readonly authorize: ((token: string) => Claims | Promise<Claims>) | undefined;
  readonly #ended: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #over = false;

  /** @param ended - Called when a token has ended and no other has come. */
  constructor(authorize: Pass['authorize'], ended: () => void) {
    this.authorize = authorize;
    this.#ended = ended;
  }

  /**
   * Takes a token, in place of the one before; where none is asked for, any.
   * @returns for how long it is good, in ms; `undefined` for ever.
   * @throws AuthError, OtherSubject
   */
  async take(token: string | undefined): Promise<number | undefined> {
    if (!this.authorize) return;
    if (!token) throw new AuthError('unauthorized', 'No token was given.');
    const claims = await this.#read(token);
    if (this.#over) throw new AuthError('unauthorized', 'The client has gone.');
    const lasts = claims.expires === undefined ? undefined : claims.expires - Date.now();
    if (lasts !== undefined && !(lasts > 0)) throw new AuthError('auth-expired', 'The token has ended.');
    if (this.claims && this.claims.sub !== claims.sub) throw new OtherSubject();
    this.claims = claims;
    this.token = token;
    this.#arm();
    return lasts;
  }

  end(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  async #read(token: string): Promise<Claims> {
    try {
      const claims = await this.authorize?.(token);
      if (claims) return claims;
    } catch (cause) {
      if (cause instanceof AuthError) throw cause;
      throw new AuthError('unauthorized', 'The token is not taken.', { cause });
    }
    throw new AuthError('unauthorized', 'The token names nobody.');
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const { expires } = this.claims as Claims;
    if (expires === undefined) return;
    const left = expires - Date.now();
    // A timer can't wait for longer than this.
    this.#timer = setTimeout(() => (left > longest ? this.#arm() : this.#ended()), Math.min(left, longest));
  }
}

const longest = 2 ** 31 - 1;
