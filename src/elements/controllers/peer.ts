import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { anyContract, control, createPeer, hostRole, type Peer, type PeerState } from '../../bridge/index.js';
import { toFrame } from '../../channels/window.js';
import type { Contract, LostReason, OrielError } from '../../contract/index.js';

/** An element that shows a guest. */
export interface PeerElement extends ReactiveControllerHost, HTMLElement {
  contract: Contract | undefined;
  host: object;
  unresponsiveAfter: number;
}

/** What the controller asks its element, and tells it. */
export interface PeerHooks {
  /** The window that the guest has now. */
  window(): Window | undefined;
  /** The origins that may speak from it. */
  origins(): readonly string[];
  opened(peer: Peer): void;
  changed(state: PeerState): void;
  failed(error: OrielError): void;
  /** The element has left its document. */
  removed(): void;
}

/** Keeps one peer for the element's contract, whatever window the iframe happens to have. */
export class PeerController implements ReactiveController {
  readonly #element: PeerElement;
  readonly #hooks: PeerHooks;
  #peer: Peer | undefined;
  #contract: Contract | undefined;
  #window: Window | undefined;

  constructor(element: PeerElement, hooks: PeerHooks) {
    this.#element = element;
    this.#hooks = hooks;
    element.addController(this);
  }

  /** There as soon as a contract is: calls wait until the guest is ready. */
  get peer(): Peer | undefined {
    return this.#element.contract ? this.open() : this.#peer;
  }

  /** The peer as it is, without opening one. */
  get current(): Peer | undefined {
    return this.#peer;
  }

  /** The peer, opened for any contract where the element has none. */
  open(): Peer {
    const contract = this.#element.contract ?? anyContract;
    if (this.#contract !== contract) this.#drop((peer) => control(peer).release());
    return this.#peer ?? this.#connect(contract);
  }

  /** Ends the epoch, such as before the guest is loaded anew: calls made from now on are the new guest's. */
  lose(reason: LostReason): void {
    if (this.#peer) control(this.#peer).lose(reason);
  }

  // A re-inserted iframe has a new window, which only an update notices.
  hostConnected(): void {
    this.#element.requestUpdate();
  }

  // append() disconnects and connects in one go: only what is still out a microtask later was removed.
  hostDisconnected(): void {
    queueMicrotask(() => {
      if (this.#element.isConnected) return;
      this.#drop((peer) => peer.close('removed'));
      this.#window = undefined;
      this.#hooks.removed();
    });
  }

  hostUpdated(): void {
    const window = this.#hooks.window();
    if (!window) return;
    const moved = window !== this.#window;
    this.#window = window;
    if (moved && this.#peer?.state.get().status === 'closed') this.#drop(() => {});
    const before = this.#peer;
    const peer = this.open();
    // The first window begins the first epoch, any later one the next.
    if (moved && peer === before) control(peer).reopen('moved');
  }

  #connect(contract: Contract): Peer {
    const { window, origins, opened, changed, failed } = this.#hooks;
    const element = this.#element;
    const channel = toFrame(window, {
      get allowOrigins() {
        return origins();
      },
    });
    const peer: Peer = createPeer(
      {
        channel,
        contract,
        side: 'host',
        implement: () => element.host as never,
        timeout: Infinity, // the element's own clock says more
        get unresponsiveAfter() {
          return element.unresponsiveAfter;
        },
        onError: (error) => peer === this.#peer && failed(error),
      },
      hostRole,
    );
    this.#peer = peer;
    this.#contract = contract;
    peer.state.subscribe((state) => peer === this.#peer && changed(state));
    opened(peer);
    return peer;
  }

  // Forgotten first, so that the element hears nothing more of it.
  #drop(end: (peer: Peer) => void): void {
    const peer = this.#peer;
    this.#peer = this.#contract = undefined;
    if (peer) end(peer);
  }
}
