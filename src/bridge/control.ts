import type { LostReason, OrielError } from '../contract/index.js';

/** What the kit's own elements and guest SDK may do with a peer, beyond what users may. */
export interface PeerControl {
  /** The other side's proven origin. */
  readonly origin: string | undefined;
  /** What is open, either way: nothing of it outlives an epoch. */
  readonly counts: {
    readonly calls: number;
    readonly lent: number;
    readonly held: number;
    readonly outgoing: number;
    readonly incoming: number;
  };
  /** The guest is loaded anew or has a new window: ends the epoch and asks the channel for a new wire. */
  reopen(reason?: LostReason): void;
  /** Ends the epoch, and waits for the next handshake on the same wire. */
  lose(reason: LostReason): void;
  /** Rejects `ready` of this attempt and reports the error. A late other side still connects. */
  fail(error: OrielError): void;
  /** Closes this end without ending the other: another peer can take the same window. */
  release(): void;
  /** Traces that something the other side did beside the wire was refused. */
  refused(outcome: string): void;
  /** Tells the other side's kit something; dropped while not ready. */
  tell(topic: string, payload?: unknown): void;
  /** Hears what the other side's kit tells. @returns what ends it. */
  hear(topic: string, listener: (payload: unknown) => void): () => void;
}

const controls = new WeakMap<object, PeerControl>();

export function control(peer: object): PeerControl {
  return controls.get(peer) as PeerControl;
}

export function setControl(peer: object, its: PeerControl): void {
  controls.set(peer, its);
}
