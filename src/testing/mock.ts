import type { Channel } from '../bridge/index.js';
import { type ConnectOptions, connect, control, type Peer } from '../bridge/index.js';
import { memory } from '../channels/memory.js';
import type { Contract, Implementation, Side } from '../contract/index.js';

/** The other side, in memory. */
export interface Mock<C extends Contract, S extends Side> {
  /** Reaches it: what the code under test connects over. */
  readonly channel: Channel;
  /** Its own end, to emit events or to call what is tested. After a reload it is another. */
  readonly peer: Peer<C, S>;
  /** Its document goes away, and a new one connects. */
  reload(): void;
  close(): void;
}

/** Options of a mock's own end. */
export type MockOptions<C extends Contract, S extends Side> = Omit<
  ConnectOptions<C, S>,
  'channel' | 'contract' | 'side' | 'implement'
>;

/**
 * A guest for a host's tests, without an iframe.
 * @example
 * const mock = mockGuest(ticket, { open: ({ id }) => `opened ${id}` });
 * const peer = connect({ channel: mock.channel, contract: ticket, side: 'host' });
 * assert.equal(await peer.remote.open({ id: '42' }), 'opened 42');
 */
export function mockGuest<const C extends Contract>(
  contract: C,
  implementation: Implementation<C['guest']>,
  options: MockOptions<C, 'guest'> = {},
): Mock<C, 'guest'> {
  const { host, guest } = memory();
  return mock<C, 'guest'>(host, {
    ...options,
    contract,
    side: 'guest',
    implement: implementation,
    channel: guest,
  });
}

/**
 * A host for a guest's tests, without a page around it; `props` are the first it sends.
 * @example
 * const mock = mockHost(ticket, { ask: (question) => `${question}!` }, { props: { theme: 'dark' } });
 * const peer = connect({ channel: mock.channel, contract: ticket, side: 'guest' });
 * await peer.ready;
 * assert.deepEqual(peer.props.get(), { theme: 'dark' });
 */
export function mockHost<const C extends Contract>(
  contract: C,
  implementation: Implementation<C['host']>,
  options: MockOptions<C, 'host'> = {},
): Mock<C, 'host'> {
  const { host, guest } = memory();
  return mock<C, 'host'>(guest, {
    ...options,
    contract,
    side: 'host',
    implement: implementation,
    channel: host,
  });
}

function mock<C extends Contract, S extends Side>(
  channel: Channel,
  options: ConnectOptions<C, S>,
): Mock<C, S> {
  let peer = connect<C, S>(options);
  return {
    channel,
    get peer() {
      return peer;
    },
    reload() {
      control(peer).release(); // says goodbye as a page does
      peer = connect<C, S>(options);
    },
    close: () => peer.close(),
  };
}
