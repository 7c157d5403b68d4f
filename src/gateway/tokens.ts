import type { JSONWebKeySet, JWTPayload } from 'jose';
import { AuthError } from '../contract/index.js';
import { ConfigError, checkKeys } from './config-error.js';
import { digested } from './digested.js';

/** Which tokens a gateway takes: JWTs that are signed, in force, and meant for it. */
export interface AuthOptions {
  /**
   * What they are signed with: a secret of 32 bytes or more (`HS256` and the like), a public key, a set of them, or the
   * address where that stands.
   */
  readonly key: string | Uint8Array | CryptoKey | JSONWebKeySet | URL;
  /** The algorithms that are taken, such as `['ES256']`. A token has no say in it. */
  readonly algorithms: readonly string[];
  /** Whom a token has to be meant for, in its `aud`. */
  readonly audience: string | readonly string[];
  /** Who has to have made it, in its `iss`. Default: anybody who has the key. */
  readonly issuer?: string | readonly string[];
  /** By how many seconds clocks may differ. Default 5. */
  readonly clockTolerance?: number;
  /** Has the last word, such as for tokens that were revoked. */
  readonly check?: (claims: JWTPayload) => boolean | Promise<boolean>;
}

/** What a token allows, in its claim `oriel`: one for each contract. */
export interface Grant {
  /** The contract's name; `*` is any. */
  readonly contract: string;
  /** Names of methods, streams and events. Default: all of them. */
  readonly members?: readonly string[];
  /** What events may be about: a subject, or one that begins so (`customer-7/*`). Default: anything. */
  readonly subjects?: readonly string[];
  /**
   * Events whose dead letters may be listed, sent again and discarded, whatever `members` says; `*` is any.
   * Default: none.
   */
  readonly operate?: readonly string[];
}

/** Who calls, and what for. */
export interface Caller {
  /** What tells callers apart. */
  readonly id: string;
  readonly subject: string | undefined;
  readonly claims: Readonly<Record<string, unknown>>;
  /** When the token ends, in ms since 1970. */
  readonly expires: number;
  /** Whether a member may be used; without one, whether anything of the contract may be. */
  may(contract: string, member?: string): boolean;
  /** Whether an event about this may be seen. */
  sees(contract: string, member: string, subject: string | undefined): boolean;
  /** Whether an event's dead letters may be seen to; with a subject, also `undefined`, whether the one about it may be. */
  operates(contract: string, event: string, ...subject: [subject?: string | undefined]): boolean;
}

export type Authorize = (token: string | undefined, address: string | undefined) => Promise<Caller>;

/** The token that a request bears. */
export function tokenOf({ headers }: Request): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1];
}

type Jose = typeof import('jose');

const asymmetric = /^(RS|PS|ES)(256|384|512)$|^Ed(DSA|25519)$/;
const symmetric = /^HS(256|384|512)$/;

/**
 * @param report - Is told why tokens can't be checked, once an outage.
 * @returns what tells who a token's bearer is, and rejects with `AuthError`.
 * @throws ConfigError
 */
export function authorizer(auth: AuthOptions | false, report: (error: unknown) => void): Authorize {
  if (auth === false) return async (_, address = '') => anybody(address);
  checkAuth(auth);
  const { algorithms, audience, issuer, clockTolerance = 5, check } = auth;
  // Who lets in everybody needs none of it.
  const library = import('jose').then((jose) => ({ jose, key: keyOf(auth.key, jose) }));
  library.catch(() => {}); // each who shows a token hears of it
  const options = {
    algorithms: [...algorithms],
    audience: list(audience),
    ...(issuer !== undefined && { issuer: list(issuer) }),
    clockTolerance,
    requiredClaims: ['exp'],
  };
  let away = false;
  const claimsOf = async (token: string) => {
    try {
      const { jose, key } = await library;
      // Their overloads can't be chosen among at once.
      const verified = jose.jwtVerify(token, key as Exclude<typeof key, Uint8Array>, options);
      const { payload } = await verified.catch((error) => {
        throw refused(error, jose);
      });
      const taken = !check || (await check(payload));
      away = false;
      if (taken) return payload;
    } catch (cause) {
      if (cause instanceof AuthError) throw cause;
      // The keys, or what knows of revoked tokens, can't be had: the token isn't to blame.
      if (!away) report(cause);
      away = true;
      throw new AuthError('auth-unavailable', "Tokens can't be checked now. Come back later.", { cause });
    }
    throw new AuthError('unauthorized', 'This token is no longer taken. Get another one.');
  };
  return async (token) => {
    if (!token)
      throw new AuthError('unauthorized', 'A token is needed: send "Authorization: Bearer <token>".');
    const payload = await claimsOf(token);
    const { iss, sub } = payload;
    // One name may be given by several issuers, and a token that names nobody stands for itself alone.
    const id = sub === undefined ? `token ${await digested(token)}` : JSON.stringify([iss, sub]);
    return bearer(payload, id, clockTolerance);
  };
}

function checkAuth(auth: AuthOptions): void {
  if (typeof auth !== 'object' || auth === null)
    throw new ConfigError('auth', 'say which tokens are taken, or write `auth: false` to let in everybody.');
  checkKeys(auth, ['key', 'algorithms', 'audience', 'issuer', 'clockTolerance', 'check'], 'auth', 'option');
  const { key, algorithms, audience } = auth;
  if (key === undefined) throw new ConfigError('auth.key', 'it is missing: what tokens are signed with.');
  if (!Array.isArray(algorithms) || !algorithms.length)
    throw new ConfigError('auth.algorithms', "it must list the ones that are taken, such as ['ES256'].");
  if (audience === undefined || !list(audience).length)
    throw new ConfigError(
      'auth.audience',
      'it must say what stands in the `aud` of tokens for this gateway.',
    );
  const secret = typeof key === 'string' || key instanceof Uint8Array;
  for (const name of algorithms) {
    if (!(secret ? symmetric : asymmetric).test(name) && !(key instanceof CryptoKey && symmetric.test(name)))
      throw new ConfigError(
        'auth.algorithms',
        `"${name}" doesn't go with ${secret ? 'a secret' : 'public keys'}.`,
      );
  }
  if (secret && bytesOf(key).length < 32)
    throw new ConfigError('auth.key', 'a secret of less than 32 bytes can be guessed.');
}

function keyOf(key: AuthOptions['key'], { createLocalJWKSet, createRemoteJWKSet }: Jose) {
  if (typeof key === 'string' || key instanceof Uint8Array) return bytesOf(key);
  if (key instanceof URL) return createRemoteJWKSet(key);
  return key instanceof CryptoKey ? key : createLocalJWKSet(key);
}

function bytesOf(key: string | Uint8Array): Uint8Array {
  return typeof key === 'string' ? new TextEncoder().encode(key) : key;
}

const list = (one: string | readonly string[]): string[] => (typeof one === 'string' ? [one] : [...one]);

function refused(error: unknown, { errors }: Jose): unknown {
  if (error instanceof errors.JWTExpired)
    return new AuthError('auth-expired', 'The token has expired. Get another one.', { cause: error });
  if (error instanceof errors.JWTClaimValidationFailed)
    return new AuthError(
      'unauthorized',
      `The token is not for this gateway: its "${error.claim}" is wrong.`,
      {
        cause: error,
      },
    );
  // An address of keys that answers with an error, or with something else, throws a general one.
  const { JWKSInvalid, JWKSTimeout, JOSEError } = errors;
  const general = Object(error).code === JOSEError.code;
  if (
    error instanceof JWKSTimeout ||
    error instanceof JWKSInvalid ||
    general ||
    !(error instanceof JOSEError)
  )
    return error;
  return new AuthError('unauthorized', 'The token is not valid.', { cause: error });
}

function anybody(address: string): Caller {
  return {
    id: `@${address}`,
    subject: undefined,
    claims: {},
    expires: Number.POSITIVE_INFINITY,
    may: () => true,
    sees: () => true,
    operates: () => false,
  };
}

function bearer(claims: JWTPayload, id: string, tolerance: number): Caller {
  const grants = grantsOf(claims['oriel']);
  const found = new Map<string, readonly Grant[]>();
  // Asked for each event: looked up once for each name.
  const fit = (contract: string, member?: string) => {
    const key = `${contract} ${member ?? ''}`;
    const fitting =
      found.get(key) ??
      grants.filter(
        (grant) =>
          (grant.contract === contract || grant.contract === '*') &&
          (member === undefined || !grant.members || grant.members.includes(member)),
      );
    found.set(key, fitting);
    return fitting;
  };
  return {
    id,
    subject: claims.sub,
    claims,
    expires: ((claims.exp as number) + tolerance) * 1000,
    may: (contract, member) => fit(contract, member).length > 0,
    sees: (contract, member, subject) => fit(contract, member).some((grant) => isAbout(grant, subject)),
    operates: (contract, event, ...about) =>
      grants.some(
        (grant) =>
          (grant.contract === contract || grant.contract === '*') &&
          grant.operate?.some((name) => name === event || name === '*') &&
          (!about.length || isAbout(grant, about[0])),
      ),
  };
}

function isAbout({ subjects }: Grant, subject: string | undefined): boolean {
  return !subjects || subjects.some((one) => covers(one, subject));
}

function covers(pattern: string, subject: string | undefined): boolean {
  if (subject === undefined) return false;
  return pattern.endsWith('*') ? subject.startsWith(pattern.slice(0, -1)) : subject === pattern;
}

/** What isn't shaped as a grant grants nothing. */
function grantsOf(claim: unknown): Grant[] {
  if (!Array.isArray(claim)) return [];
  const names = (value: unknown) =>
    value === undefined || (Array.isArray(value) && value.every((one) => typeof one === 'string'));
  return claim.filter(
    (grant) =>
      typeof grant === 'object' &&
      grant !== null &&
      typeof grant.contract === 'string' &&
      names(grant.members) &&
      names(grant.subjects) &&
      names(grant.operate),
  );
}
