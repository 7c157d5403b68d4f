// A gateway in this process, on a port of its own, and what speaks to it as any client would.
import type { Server } from 'node:http';
import { after } from 'node:test';
import * as v from 'valibot';
import { contract, event, method, stream, type } from '../../dist/contract/index.js';
import { type Gateway, type GatewayCommon, gateway, type Plan } from '../../dist/gateway/index.js';
import { listen } from '../../dist/gateway/node.js';
import { memory } from '../../dist/log/memory.js';

/** What the tests serve. */
export const shop = contract({
  name: 'acme.shop',
  version: '1.2.0',
  guest: {
    price: method({ input: v.object({ sku: v.string() }), output: v.number() }),
    buy: method({ input: type<{ sku: string }>(), output: type<number>() }),
    odd: method({ input: type<string>(), output: type<unknown>() }),
    wait: method({ output: type<string>() }),
    who: method({ output: type<unknown>() }),
    count: stream({ input: type<number>(), output: v.number() }),
    paid: event(v.object({ amount: v.number() }), { retain: 'log' }),
    shipped: event(type<string>(), { retain: 'log' }),
    hint: event(type<string>()),
  },
  host: { seen: event(v.object({ page: v.string() }), { retain: 'log' }) },
});

export interface Started {
  readonly gateway: Gateway;
  readonly url: string;
  readonly server: Server;
  /** What went wrong and stopped nothing. */
  readonly errors: unknown[];
  /** How often `buy` ran. */
  bought(): number;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  close(options?: { deadline?: number }): Promise<void>;
}

type Options = Partial<GatewayCommon> & Omit<Plan<typeof shop>, 'contract'>;

/** Starts one, which ends with the test file. */
export async function started(options: Options = {}, port = 0): Promise<Started> {
  let bought = 0;
  const errors: unknown[] = [];
  const odd: Record<string, unknown> = {
    map: new Map([['a', 1]]),
    nan: { deep: [Number.NaN] },
    date: new Date(0),
    undefined: { a: undefined, b: 1 },
    hole: [undefined],
    bigint: 1n,
    bytes: new Uint8Array(2),
    nothing: undefined,
  };
  const made = gateway({
    contract: shop,
    services: {
      price: ({ sku }) => (sku === 'wrong' ? ('free' as never) : sku.length),
      buy: () => ++bought,
      odd: (name) => {
        if (name === 'throw')
          throw Object.assign(new Error('no such thing'), { code: 'gone', data: { sku: 1 } });
        return odd[name];
      },
      wait: (_, { signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      who: (_, { subject, contract: name, member, key }) => ({
        subject,
        name,
        member,
        key,
      }),
      count: async function* (to) {
        for (let i = 1; i <= to; i++) yield i === 13 ? ('thirteen' as never) : i;
      },
    },
    log: memory(),
    auth: false,
    onError: (error) => errors.push(error),
    ...options,
  });
  const { url, close, server } = await listen(made, { port });
  const closing = (its?: { deadline?: number }) => close(its);
  after(() => closing({ deadline: 0 }));
  return {
    gateway: made,
    server,
    url,
    errors,
    bought: () => bought,
    post: (path, body, headers = {}) =>
      fetch(url + path, {
        method: 'POST',
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      }),
    close: closing,
  };
}

/** A frame of `text/event-stream`. */
export interface Frame {
  readonly event: string;
  readonly id: string;
  readonly data: any;
}

export interface Reading {
  readonly response: Response;
  /** The next frame that says something; `undefined` at the end. */
  next(): Promise<Frame | undefined>;
  /** Frames up to one of that name, which is the last of them. */
  upTo(event: string): Promise<Frame[]>;
  close(): void;
}

/** Follows events as any client would. */
export async function following(
  url: string,
  query: string,
  headers: Record<string, string> = {},
): Promise<Reading> {
  const stop = new AbortController();
  const response = await fetch(`${url}/acme.shop/events?${query}`, { headers, signal: stop.signal });
  const frames = framesOf(response);
  const next = async () => (await frames.next()).value as Frame | undefined;
  return {
    response,
    next,
    async upTo(name) {
      const all: Frame[] = [];
      for (;;) {
        const frame = await next();
        if (!frame) throw new Error(`It ended before "${name}": ${JSON.stringify(all)}`);
        all.push(frame);
        if (frame.event === name) return all;
      }
    },
    close: () => stop.abort(),
  };
}

async function* framesOf(response: Response): AsyncGenerator<Frame, undefined> {
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const lines = new Map(
          text
            .slice(0, end)
            .split('\n')
            .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
        );
        text = text.slice(end + 2);
        const data = lines.get('data');
        if (data !== undefined)
          yield { event: lines.get('event') ?? 'message', id: lines.get('id') ?? '', data: JSON.parse(data) };
      }
    }
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error;
  }
  return undefined;
}
