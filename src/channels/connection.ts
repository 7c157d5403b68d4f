import { addressed, type Bus, type Channel } from '../bridge/index.js';
import { AuthError } from '../contract/index.js';
import { Backoff, type Retry } from './backoff.js';
import { carries, Joined } from './joined.js';
import { type Beat, type Ended, refused, type Welcome } from './notes.js';
import { shared } from './shared.js';

/** Where a server is, or what tells it, at each attempt. */
export type Address = string | URL | (() => string | URL | Promise<string | URL>);

/** What every channel to a server takes. */
export interface ConnectionOptions {
  /** When to connect again. */
  readonly retry?: Retry;
  /** An attempt that takes longer is given up, in ms. Default 10,000. */
  readonly timeout?: number;
  /**
   * Gives the token that says who this is. It is asked for at each attempt, and again before the server's word for it
   * runs out; all peers on the connection live on that one answer. It never stands in the address. When it throws, the
   * attempt is made again later; an `AuthError` of its own ends the attempts, as a token that is refused does.
   */
  readonly token?: () => string | Promise<string>;
  /**
   * Whether all pages of this origin that ask for the same have one connection, which is then by the token of one of
   * them: the address is what they share, or a name. Default `false`, since pages may stand for different users. Where a
   * browser has no Web Locks, each page connects alone.
   */
  readonly share?: boolean | string;
}

/** One attempt at a server, and what comes of it. */
export interface Pipe {
  /** @throws DataCloneError */
  send(value: object): void;
  /** Ends it if nothing is heard for twice as long, in ms. */
  expect(every: number): void;
  /** Says who this is, once more. */
  renew(token: string): void;
  close(): void;
}

export interface PipeEar {
  /** Frames can be sent. */
  opened(): void;
  hear(value: unknown): void;
  /** Once, whoever ended it. */
  ended(how: Ended): void;
}

export type Dial = (address: string, token: string | undefined, ear: PipeEar) => Pipe;

/**
 * A channel for any number of peers on one connection.
 * @throws TypeError when it is to be shared, and has no name.
 */
export function networked(dial: Dial, address: Address, { share, ...options }: ConnectionOptions): Channel {
  const connect = () => new Connection(dial, address, options);
  if (share === true && typeof address === 'function')
    throw new TypeError('Where the address is a function, "share" must be a name.');
  const connection =
    share && globalThis.document && navigator.locks
      ? shared(share === true ? String(address) : share, connect)
      : connect();
  const { open } = addressed(() => connection.join(), carries);
  return { ...carries, open };
}

/** Whoever only waits can be woken; one that the server told when to come back counts as trying. */
type State = 'idle' | 'trying' | 'open' | 'waiting';

/** A connection that breaks so soon after the page was seen, in ms, broke before that. */
const fresh = 2000;

/** The one connection of all sessions, made anew whenever it breaks. */
export class Connection {
  readonly #dial: Dial;
  readonly #address: Address;
  readonly #token: ConnectionOptions['token'];
  readonly #timeout: number;
  readonly #backoff: Backoff;
  readonly #buses = new Set<Joined>();
  #state: State = 'idle';
  #pipe: Pipe | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #renewal: ReturnType<typeof setTimeout> | undefined;
  #heeding: AbortController | undefined;
  /** When the page came online, or was seen. */
  #wokeAt = -Infinity;
  /** Counts connections, so that what is late means nobody. */
  #attempt = 0;
  /** The token that was said last. */
  #said: string | undefined;
  /** The one that was refused, and why. */
  #bad: { readonly token: string | undefined; readonly code: string } | undefined;
  /** How many were refused in a row. */
  #refusals = 0;
  #endsAt = 0;

  constructor(dial: Dial, address: Address, { retry, timeout = 10_000, token }: ConnectionOptions) {
    this.#dial = dial;
    this.#address = address;
    this.#token = token;
    this.#timeout = timeout;
    this.#backoff = new Backoff(retry);
  }

  join(): Bus {
    const bus = new Joined(
      (frame) => this.#state === 'open' && (this.#pipe?.send(frame), true),
      () => this.#left(bus),
    );
    this.#buses.add(bus);
    this.#heed();
    if (this.#state === 'idle') this.#connect();
    return bus;
  }

  // One that is opened anew leaves and joins in one go.
  #left(bus: Joined): void {
    this.#buses.delete(bus);
    queueMicrotask(() => {
      if (this.#buses.size) return;
      this.#attempt++;
      this.#rest('idle');
      this.#heeding?.abort();
      this.#heeding = undefined;
      this.#pipe?.close();
      this.#pipe = undefined;
    });
  }

  async #connect(): Promise<void> {
    this.#rest('trying');
    const attempt = ++this.#attempt;
    const current = () => attempt === this.#attempt;
    try {
      const address = this.#address;
      const [url, token] = await Promise.all([
        typeof address === 'function' ? address() : address,
        this.#token?.(),
      ]);
      if (!current()) return;
      if (this.#bad && token === this.#bad.token) throw refusal(this.#bad.code, token);
      this.#said = token;
      this.#pipe = this.#dial(String(url), token, {
        opened: () => current() && this.#opened(),
        hear: (value) => current() && this.#hear(value),
        ended: (how) => current() && this.#ended(how),
      });
      this.#timer = setTimeout(() => this.#pipe?.close(), this.#timeout);
    } catch (error) {
      if (!current()) return;
      if (error instanceof AuthError) return this.#deny(error);
      console.error(error); // an address that is none, or that could not be had
      this.#wait();
    }
  }

  #opened(): void {
    this.#rest('open');
    this.#refusals = 0;
    this.#bad = undefined;
    this.#backoff.opened();
    for (const bus of this.#buses) bus.flush();
  }

  #hear(value: unknown): void {
    const { oriel, every, lasts } = Object(value) as Partial<Omit<Beat & Welcome, 'oriel'>> & {
      oriel?: unknown;
    };
    if (oriel === 'beat') {
      if (typeof every === 'number' && every > 0) this.#pipe?.expect(every);
    } else if (oriel === 'welcome') {
      if (this.#state === 'trying') this.#opened();
      if (typeof lasts === 'number') {
        this.#endsAt = performance.now() + lasts;
        this.#renewSoon();
      }
    } else this.#tell((ear) => ear.hear?.(value));
  }

  /** In time, and once for all who share the connection. */
  #renewSoon(): void {
    clearTimeout(this.#renewal);
    const left = this.#endsAt - performance.now();
    if (left > 50) this.#renewal = setTimeout(() => this.#renew(), Math.min(left * 0.8, 2 ** 31 - 1));
  }

  async #renew(): Promise<void> {
    const attempt = this.#attempt;
    let token: string | undefined;
    try {
      token = await this.#token?.();
    } catch (error) {
      console.error(error); // the one that was said is still good
    }
    if (attempt !== this.#attempt || this.#state !== 'open') return;
    if (token === undefined || token === this.#said) return this.#renewSoon();
    this.#said = token;
    this.#pipe?.renew(token);
  }

  #ended({ code, reason, error }: Ended): void {
    const was = this.#state;
    this.#rest('waiting');
    this.#pipe = undefined;
    if (was === 'open') this.#tell((ear) => ear.lost?.());
    if (error) this.#tell((ear) => ear.failed?.(error));
    if (code !== refused) return this.#wait(Number(/^retry-after: (\d+)$/.exec(reason)?.[1] ?? 0) * 1000);
    this.#bad = { token: this.#said, code: reason };
    // One may end on its way, so that another is asked for; a second in a row is no accident.
    if (!this.#token || (was !== 'open' && this.#refusals++)) this.#deny(refusal(reason, this.#said));
    else this.#wait();
  }

  /** Nothing more is tried until the page is seen again, or another peer comes. */
  #deny(error: AuthError): void {
    this.#rest('idle');
    this.#refusals = 0;
    this.#bad = undefined;
    this.#tell((ear) => ear.failed?.(error));
  }

  #tell(what: (ear: Joined['ear']) => void): void {
    for (const { ear } of [...this.#buses]) what(ear);
  }

  #wait(least = 0): void {
    if (!this.#buses.size) return this.#rest('idle');
    const woken = !least && performance.now() - this.#wokeAt < fresh;
    this.#wokeAt = -Infinity; // once
    this.#timer = setTimeout(() => this.#connect(), woken ? 0 : this.#backoff.next(least));
    this.#state = least ? 'trying' : 'waiting';
  }

  /** Tries at once, if it only waits. */
  wake(): void {
    this.#wokeAt = performance.now();
    if (this.#state === 'waiting' || this.#state === 'idle') this.#connect();
  }

  /** A page that comes online, or is seen, waits no longer. */
  #heed(): void {
    if (this.#heeding || !globalThis.document) return;
    this.#heeding = new AbortController();
    const { signal } = this.#heeding;
    addEventListener('online', () => this.wake(), { signal });
    document.addEventListener('visibilitychange', () => document.hidden || this.wake(), { signal });
  }

  #rest(state: State): void {
    this.#state = state;
    clearTimeout(this.#timer);
    clearTimeout(this.#renewal);
  }
}

function refusal(code: string, token: string | undefined): AuthError {
  const ended = code === 'auth-expired';
  const what = ended ? 'token has ended' : `server ${token === undefined ? 'wants a' : 'refuses the'} token`;
  return new AuthError(ended ? code : 'unauthorized', `The ${what}. Let "token" give one that is good.`);
}
