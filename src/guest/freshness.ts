import { control, type Peer, type Store } from '../bridge/index.js';

/** How fresh what this page shows is, as `Resume` of `oriel/events` tells it. */
export interface GuestFreshness {
  readonly state: 'live' | 'catching-up' | 'stale' | 'reset';
  /** Since when, in ms since 1970. */
  readonly since: number;
}

/**
 * Tells the host how fresh what this page shows is, where this page follows a system by itself: the element that shows
 * it has the same state, and says when it is stale.
 * @param options.signal - Ends it: the element then says nothing of it. So does the end of the peer.
 * @example
 * ```ts
 * const resume = new Resume();
 * showFreshness(host, resume.freshness);
 * ```
 */
export function showFreshness(
  peer: Pick<Peer, 'state'>,
  freshness: Store<GuestFreshness>,
  { signal }: { readonly signal?: AbortSignal } = {},
): void {
  if (signal?.aborted || peer.state.get().status === 'closed') return;
  const { tell } = control(peer);
  const say = () => {
    const { state, since } = freshness.get();
    tell('freshness', { state, since });
  };
  const stop = () => {
    unsubscribe();
    unwatch();
    signal?.removeEventListener('abort', leave);
  };
  const leave = () => {
    stop();
    tell('freshness');
  };
  const unsubscribe = freshness.subscribe(say);
  let epoch = 0;
  const look = () => {
    const now = peer.state.get();
    if (now.status === 'closed') return stop();
    // A host, or another document of it, that has heard nothing yet.
    if (now.status !== 'ready' || now.epoch === epoch) return;
    epoch = now.epoch;
    say();
  };
  const unwatch = peer.state.subscribe(look);
  signal?.addEventListener('abort', leave, { once: true });
  look();
}
