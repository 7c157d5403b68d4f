import type { OrielError } from '../contract/index.js';

// What a client and a server say to each other beside the frames of their sessions.

/** What a server says now and then, so that a line that has died is noticed: nothing else would tell. */
export interface Beat {
  readonly oriel: 'beat';
  /** How often, in ms. */
  readonly every: number;
}

/** What a client says first where it has a token, and again when it has another. */
export interface TokenNote {
  readonly oriel: 'token';
  readonly token: string;
}

/** What a server says once a client may speak, and for each token that it takes. */
export interface Welcome {
  readonly oriel: 'welcome';
  /** For how long the token is good, in ms. */
  readonly lasts?: number | undefined;
  /** Names a stream to what is posted. */
  readonly session?: string;
  /** How many bytes one post may have. */
  readonly most?: number;
}

/** How a connection ended, as WebSockets tell it. */
export interface Ended {
  readonly code: number;
  /** `retry-after: <seconds>` where the server says when to come back; the error's code where a token was refused. */
  readonly reason: string;
  /** What to tell whoever waits for it. */
  readonly error?: OrielError;
}

/** The code of an end that is due to the token, which comes first in WebSockets' own range. */
export const refused = 4401;

/** In how many seconds a client may come back whose token can't be checked now. */
export const comeBack = 2;

/** The code of an end because nothing was heard. */
export const silent = 4000;

/** More bytes than this don't wait for a side that doesn't read. */
export const most = 64 * 2 ** 20;

/** How a server says that a connection ends, where what carries it can't. */
export interface EndNote extends Ended {
  readonly oriel: 'end';
}

/** The header that names a stream to what is posted. */
export const sessionHeader = 'oriel-session';

/** What is posted: frames, one a line. No page can post this to another origin without being asked for leave. */
export const posted = 'application/x-ndjson';
