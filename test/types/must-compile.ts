import {
  type Channel,
  type Client,
  client,
  connect,
  type Listener,
  type Peer,
  type Service,
  serve,
} from 'oriel/bridge';
import { type Subscription, subscribe } from 'oriel/channels/events';
import { sse } from 'oriel/channels/sse';
import { eventStreams } from 'oriel/channels/sse-server';
import { websocket } from 'oriel/channels/websocket';
import {
  contract,
  event,
  type Implementation,
  type InProps,
  type KeptEventName,
  method,
  type OutProps,
  type Remote,
  type RemoteStream,
  type,
  validate,
} from 'oriel/contract';
import { gateway } from 'oriel/gateway';
import { z } from 'zod';
import { ticket } from './ticket.contract.js';

declare const channel: Channel;

/** Exactly the same type: assignable both ways is not enough, `any` would be. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_: Same<A, B>): void {}

const host = connect({
  channel,
  contract: ticket,
  side: 'host',
  props: { ticketId: 'a' },
  implement: { confirm: async ({ question }, { signal, origin }) => !signal.aborted && question !== origin },
});
same<ReturnType<typeof host.remote.open>, Promise<void>>(true);
same<ReturnType<typeof host.remote.count>, Promise<number>>(true);
same<ReturnType<typeof host.remote.rows>, RemoteStream<{ id: number }>>(true);
const rows: ReadableStream<{ id: number }> = host.remote.rows({ q: '' }, { credit: 16 }).readable();
host.trace(({ member, size, outcome }) => [member, size, outcome], { payloads: true });
same<keyof typeof host.remote, 'open' | 'count' | 'load' | 'rows'>(true);

await host.remote.open({ id: 'x' });
await host.remote.open({ id: 'x', n: 2 }, { timeout: 5 });
await host.remote.count();
await host.remote.count(undefined, { signal: AbortSignal.timeout(1) });
await host.remote.load({ url: 'u', onProgress: (percent) => percent.toFixed() });
for await (const row of host.remote.rows({ q: '' }, { signal: AbortSignal.timeout(1) })) row.id.toFixed();

host.on('solved', (payload) => same<typeof payload, { id: string }>(true));
host.on('paid', (payload) => same<typeof payload, number>(true));
host.on('closed', () => {}, { signal: AbortSignal.timeout(1) });
host.emit('saved', { at: 1 });
host.setProps({ ticketId: 'b', page: 2 });

const guest = connect({
  channel,
  contract: ticket,
  side: 'guest',
  implement: {
    open: (input) => same<typeof input, { id: string; n: number }>(true),
    count: () => 3,
    load: async ({ onProgress }) => {
      onProgress(1);
      return 1;
    },
    rows: async function* ({ q }, { signal }) {
      if (!signal.aborted) yield { id: q.length };
    },
  },
});
guest.emit('solved', { id: 'x' });
guest.emit('paid', '12');
guest.emit('closed');
same<ReturnType<typeof guest.remote.confirm>, Promise<boolean>>(true);
guest.on('saved', (payload) => same<typeof payload, { at: number }>(true));
const props = guest.props.get();
same<typeof props, { ticketId: string; page: number } | undefined>(true);

// The handlers may stand on their own.
const handlers: Implementation<(typeof ticket)['host']> = { confirm: ({ question }) => question.length > 1 };
const peer: Peer<typeof ticket, 'host'> = connect({
  channel,
  contract: ticket,
  side: 'host',
  implement: () => handlers,
});
same<typeof peer.remote, Remote<(typeof ticket)['guest']>>(true);

same<InProps<typeof ticket>, { ticketId: string; page?: number | undefined }>(true);
same<OutProps<typeof ticket>, { ticketId: string; page: number }>(true);

// A client has the guest's members, and ends of its own.
const tickets = client(ticket, channel, { implement: handlers, callTimeout: 5 });
same<typeof tickets, Client<typeof ticket>>(true);
same<keyof typeof tickets, 'open' | 'count' | 'load' | 'rows' | 'ready' | 'close'>(true);
await tickets.ready;
await tickets.open({ id: 'x' }, { timeout: 5 });
same<ReturnType<typeof tickets.count>, Promise<number>>(true);
same<ReturnType<typeof tickets.rows>, RemoteStream<{ id: number }>>(true);
tickets.close();

// What a log keeps is followed by its name, and what is heard is what the schema makes of it.
same<KeptEventName<(typeof ticket)['guest']>, 'paid'>(true);
const followed: Subscription = subscribe(
  ticket,
  () => 'https://gateway.example',
  {
    paid(amount, { cursor, event: { subject } }) {
      same<typeof amount, number>(true);
      same<typeof subject, string | undefined>(true);
      cursor.trim();
    },
  },
  {
    after: 'earliest',
    token: async () => 'a',
    onReset: (name, { latest }) => [same<typeof name, 'paid'>(true), latest.trim()],
    signal: AbortSignal.timeout(1),
  },
);
followed.freshness.get().state satisfies 'live' | 'catching-up' | 'stale' | 'reset';
const nothing = event(undefined, { retain: 'log' });
same<typeof nothing.retain, 'log'>(true);

// What is served is one implementation for all, or one for each client.
declare const listener: Listener;
const desk: Implementation<(typeof ticket)['guest']> = {
  open: ({ id, n }) => void [id.trim(), n.toFixed()],
  count: async () => 3,
  load: ({ onProgress }) => (onProgress(1), 1),
  rows: () => [{ id: 1 }],
};
const service: Service<typeof ticket> = serve(ticket, desk, channel, { limits: { calls: 5 } });
service.close();
serve(
  ticket,
  (who) => {
    same<typeof who, Peer<typeof ticket, 'guest'>>(true);
    who.emit('solved', { id: 'x' });
    return { ...desk, count: async () => Number(await who.remote.confirm({ question: '?' })) };
  },
  listener,
);

// A side may have no members, and a contract no props.
const small = contract({ name: 'acme.small', version: '1.0.0', guest: { ping: method(), seen: event() } });
const one = connect({ channel, contract: small, side: 'host' });
await one.remote.ping();
same<keyof Remote<(typeof small)['guest']>, 'ping'>(true);

// An input that may be left out is still one input.
const optional = contract({
  name: 'a.b',
  version: '1.0.0',
  guest: { list: method({ input: type<string | undefined>() }) },
});
await connect({ channel, contract: optional, side: 'host' }).remote.list(undefined);

same<ReturnType<typeof validate<number>>, number>(true);
validate(z.coerce.number(), '1', 'n').toFixed();

// `any` is an input like any other.
const loose = contract({
  name: 'acme.loose',
  version: '1.0.0',
  guest: { take: method({ input: type<any>() }) },
});
declare const taker: Remote<(typeof loose)['guest']>;
await taker.take({ whatever: rows });

const paying = contract({
  name: 'acme.paying',
  version: '1.0.0',
  guest: { pay: method({ input: type<{ amount: number }>(), output: type<string>(), idempotent: true }) },
});
const token = () => Promise.resolve('token');
const bank = client(paying, websocket('wss://bank.example', { token, share: true }));
await bank.pay({ amount: 1 }, { key: 'rent-7', retries: 5 });
client(
  paying,
  sse(() => new URL('https://bank.example'), { token: () => 'x', share: 'bank', retry: { first: 1 } }),
);
const streams = eventStreams({
  allowOrigins: [],
  authorize: (given, request) => ({ sub: given, expires: Date.now(), at: request.url }),
});
const answer: Promise<Response> = streams.fetch(new Request('https://bank.example'));
serve(
  paying,
  (one) => ({
    pay: (_, { claims, key }) => {
      same<typeof key, string | undefined>(true);
      same<typeof claims, unknown>(true);
      return String(one.claims);
    },
  }),
  streams,
);
const served = gateway({
  contract: ticket,
  services: {
    open: ({ id, n }, { subject, claims, key, signal }) => {
      same<[typeof id, typeof n], [string, number]>(true);
      same<typeof subject | typeof key, string | undefined>(true);
      return void (claims && signal);
    },
    count: async () => 1,
    load: ({ url }) => url.length,
    rows: async function* ({ q }) {
      yield { id: q.length };
    },
  },
  auth: { key: 'secret', algorithms: ['HS256'], audience: 'tickets' },
});
same<ReturnType<typeof served.fetch>, Promise<Response>>(true);
