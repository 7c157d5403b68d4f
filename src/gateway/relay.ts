import type { Log } from '../log/log.js';
import { bounded } from './body.js';
import { ConfigError } from './config-error.js';
import { Refusal } from './problem.js';

/** The header of the channel that names a stream to what is posted. */
export const sessionHeader = 'oriel-session';
/** Says that a post was handed on already. */
const relayed = 'oriel-relayed';
/** What is of one connection, and not of what goes through it. */
const hopHeaders = [
  'host',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'expect',
  'upgrade',
];

/** Another process is waited for no longer than this, in ms. */
const patience = 10_000;

/** Hands on what a client posts to the process that has its stream. Which that is stands in the stream's name. */
export class Relay {
  /** What the streams of this process are named by; `undefined` where no other reaches it. */
  readonly name: string | undefined;
  readonly #self: string | undefined;
  readonly #limit: number;

  /**
   * @param self - Where other processes reach this one.
   * @param limit - Bytes in a post.
   * @throws ConfigError
   */
  constructor(self: string | undefined, limit: number) {
    this.#self = self;
    this.#limit = limit;
    if (self === undefined) return;
    if (!/^https?:/.test(self) || !URL.canParse(self) || new URL(self).origin !== self)
      throw new ConfigError('self', `it must be an address such as "http://10.0.0.5:8080", not "${self}".`);
    this.name = hashed(self);
  }

  /** Tells the other processes where this one is. */
  async start({ notes }: Log): Promise<void> {
    if (this.#self === undefined) return;
    const note = await notes.get(keyOf(this.name as string));
    if (note?.value !== this.#self)
      await notes.put(keyOf(this.name as string), this.#self, note?.version ?? 0);
  }

  /**
   * Hands a post on as it comes, so that none of it waits here.
   * @param admit - Rejects where it may not be: it is asked before anything is read.
   * @returns the other process's answer; `undefined` where the stream is of this one, or of none that is there
   * @throws Refusal, and what `admit` throws
   */
  async post(
    request: Request,
    session: string,
    log: Log | undefined,
    admit: () => Promise<void>,
  ): Promise<Response | undefined> {
    const [, name = ''] = /^(\w+)\../.exec(session) ?? [];
    if (this.name === undefined || !name || name === this.name || request.headers.has(relayed)) return;
    await admit();
    const note = await log?.notes.get(keyOf(name));
    if (!note) return;
    const headers = new Headers(request.headers);
    for (const header of hopHeaders) headers.delete(header);
    headers.set(relayed, '1');
    const { pathname } = new URL(request.url);
    const { body } = bounded(request, this.#limit);
    try {
      const answer = await fetch(`${note.value}${pathname}`, {
        method: 'POST',
        headers,
        ...(body && { body, duplex: 'half' }),
        signal: AbortSignal.any([request.signal, AbortSignal.timeout(patience)]),
      } as RequestInit);
      const its = new Headers(answer.headers);
      for (const header of hopHeaders) its.delete(header);
      return new Response(answer.body, { status: answer.status, headers: its });
    } catch (error) {
      const { cause } = error as Error;
      if (cause instanceof Refusal) throw cause; // it was longer than it may be
      return; // that process is gone, and its streams with it: the client hears so, and opens another
    }
  }
}

const keyOf = (name: string): string => `process/${name}`;

/** FNV-1a of 64 bits: pages see the name, and need not see the address. */
function hashed(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text))
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(36);
}
