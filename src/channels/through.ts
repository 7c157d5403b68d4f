import type { Peer } from '../bridge/index.js';
import type { OrielError } from '../contract/index.js';
import type { keptEvents } from '../events/kept.js';
import { Backoff, type Retry } from './backoff.js';
import type { Follower } from './follower.js';

/** A peer by which a gateway tells what it keeps: `connect({ channel: server, contract: keptEvents, side: 'host' })`. */
export type KeptPeer = Pick<Peer<typeof keptEvents, 'host'>, 'remote' | 'state'>;

/**
 * Follows over a peer's connection: from where the follower is, as soon as there is one, and again with each that comes.
 * @returns what ends it
 */
export function through(
  { state, remote }: KeptPeer,
  contract: string,
  follower: Follower,
  retry: Retry | undefined,
): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const backoff = new Backoff(retry);
  let asked = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const ask = async (): Promise<void> => {
    clearTimeout(timer);
    const { epoch } = state.get();
    asked = epoch;
    let begun = false;
    let error: OrielError | undefined;
    try {
      for await (const told of remote.follow({ contract, after: follower.places }, { signal })) {
        if (!begun) {
          begun = true;
          backoff.opened();
          follower.connected();
        }
        if (follower.hear(told)) return void ask();
      }
    } catch (cause) {
      error = cause as OrielError;
    }
    const now = state.get();
    if (signal.aborted || now.epoch !== epoch || now.status !== 'ready') return;
    follower.lost();
    if (error) follower.failed(error);
    // This token won't do, however often it is asked.
    if (error?.code !== 'unauthorized') timer = setTimeout(ask, backoff.next());
  };
  const look = () => {
    const { status, epoch } = state.get();
    if (status === 'ready') {
      if (epoch !== asked) void ask();
    } else if (status !== 'connecting') follower.lost();
  };
  const leave = state.subscribe(look);
  look();
  return () => {
    leave();
    clearTimeout(timer);
    stop.abort();
  };
}
