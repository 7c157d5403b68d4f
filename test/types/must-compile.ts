import { type Channel, connect, type Peer } from 'oriel/bridge';
import {
  contract,
  event,
  type Implementation,
  type InProps,
  method,
  type OutProps,
  type Remote,
  type,
  validate,
} from 'oriel/contract';
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
same<ReturnType<typeof host.remote.rows>, AsyncIterable<{ id: number }>>(true);
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
