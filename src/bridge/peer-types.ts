import type {
  ClosedReason,
  Contract,
  EventName,
  Implementation,
  InProps,
  LostReason,
  OrielError,
  Other,
  OutProps,
  PayloadIn,
  PayloadOut,
  Remote,
  Side,
} from '../contract/index.js';
import type { Channel } from './channel.js';
import type { Limits } from './limits.js';
import type { Store } from './store.js';
import type { TraceOptions, TraceRecord } from './trace.js';

/** `closed` is final. An attempt that fails rejects `ready` and leaves the status as it was. */
export type PeerStatus = 'connecting' | 'ready' | 'lost' | 'closed';

export interface PeerState {
  readonly status: PeerStatus;
  /** Counts the handshakes: 0 before the first, and one more with each document of the other side. */
  readonly epoch: number;
  /** Why the last epoch ended. */
  readonly reason: LostReason | ClosedReason | undefined;
  /** Whether the other side answers in time. */
  readonly responsive: boolean;
}

export interface ConnectOptions<C extends Contract, S extends Side> {
  /** What carries the messages. */
  readonly channel: Channel;
  readonly contract: C;
  /** Which side of the contract this is. */
  readonly side: S;
  /** This side's methods; a function is asked at each call. */
  readonly implement?: Implementation<C[S]> | (() => Implementation<C[S]> | undefined) | undefined;
  /** The first props; the host's alone. */
  readonly props?: S extends 'host' ? InProps<C> : never;
  /** How long a handshake may take, in ms, until `ready` rejects; a late other side still connects. Default 10,000. */
  readonly timeout?: number;
  /** How long a call may take, in ms, waiting for the handshake included. Default 30,000. */
  readonly callTimeout?: number;
  /**
   * For how many ms the other side may be silent, though asked and while this page is visible; `Infinity` for ever. A
   * guest that is silent for longer counts as hanging: `state.responsive`. Default 5,000. A host counts as gone (`lost`,
   * `transport`) where its page can die without a word, on a bus or a port: default 300,000.
   */
  readonly unresponsiveAfter?: number;
  /** What is taken from the other side; the rest is refused with `limit`. */
  readonly limits?: Partial<Limits>;
  /** Closes the peer. */
  readonly signal?: AbortSignal;
  /** Sends stacks along with errors. Default `false`. */
  readonly debug?: boolean;
  /** Gets each error that no call carries: failed handshakes, events and props that are not valid. Default: the console. */
  readonly onError?: (error: OrielError) => void;
}

/** One side's live end of a connection. */
export interface Peer<C extends Contract = Contract, S extends Side = Side> {
  /** The other side's methods and streams, in one frozen object for all epochs. Calls wait until the peer is ready. */
  readonly remote: Remote<C[Other<S>]>;
  readonly state: Store<PeerState>;
  /** Settles with the current attempt; renewed for each attempt and epoch. Never an unhandled rejection. */
  readonly ready: Promise<void>;
  /** What the other side's token says for now, as the server's `authorize` gave it; `undefined` where there is none. */
  readonly claims: unknown;
  /** The props: on the guest's side `undefined` until the first handshake, then the schema's output. */
  readonly props: Store<(S extends 'host' ? InProps<C> : OutProps<C>) | undefined>;
  /**
   * Replaces the props (host). What changed is sent at most once a task.
   * @throws InvalidValue when the schema refuses them, NotCloneable; the guest then keeps the last good ones.
   */
  setProps(props: InProps<C>): void;
  /** Hears an event of the other side. @returns what ends it, as `signal` does. */
  on<K extends EventName<C[Other<S>]>>(
    name: K,
    listener: (payload: PayloadOut<C[Other<S>], K>) => void,
    options?: { readonly signal?: AbortSignal },
  ): () => void;
  /** Sends an event of this side. It waits while connecting, and is as good as its connection. */
  emit<K extends EventName<C[S]>>(name: K, ...payload: PayloadArgs<PayloadIn<C[S], K>>): void;
  /** Whether the other side knows a member; `false` until its first handshake, and for a stock penpal peer. */
  has(member: string): boolean;
  /**
   * Hears what crosses, with sizes and times, and without payloads unless they are asked for.
   * @returns what ends it, as `signal` does.
   */
  trace(listener: (record: TraceRecord) => void, options?: TraceOptions): () => void;
  /** Ends the connection for good. Waiting calls reject with `ConnectionClosed`. Default reason: `local`. */
  close(reason?: ClosedReason): void;
}

type PayloadArgs<P> = [P] extends [void] ? [payload?: undefined] : [payload: P];
