import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { control, type Peer, type PeerState, type Store } from '../../bridge/index.js';
import { InvalidValue, type OrielError } from '../../contract/index.js';
import { type Freshness, freshnessStates, worse } from '../../events/freshness.js';
import { OrielFreshnessEvent } from '../events/freshness.js';

/** What a guest says sooner after what it said last, in ms, waits, and the newest counts. */
const pause = 100;

/** What the controller asks its element, and tells it. */
export interface FreshnessHooks {
  /** Whether the guest can be seen. */
  shown(): boolean;
  peer(): PeerState | undefined;
  refused(error: OrielError): void;
}

/**
 * Shows how fresh what the guest shows is: by a store of the host's page, by what the guest itself tells, or by both, of
 * which the worse counts. What a guest said of itself holds as long as it answers: one that is silent is stale.
 */
export class FreshnessController implements ReactiveController {
  readonly #element: ReactiveControllerHost & HTMLElement;
  readonly #states: CustomStateSet;
  readonly #hooks: FreshnessHooks;
  #store: Store<Freshness> | undefined;
  #leave: (() => void) | undefined;
  /** What the guest tells. */
  #told: Freshness | undefined;
  #next: { readonly told: Freshness | undefined } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #state: Freshness['state'] | undefined;
  #staleSince: Date | undefined;
  #recovered = false;

  constructor(element: ReactiveControllerHost & HTMLElement, states: CustomStateSet, hooks: FreshnessHooks) {
    this.#element = element;
    this.#states = states;
    this.#hooks = hooks;
    element.addController(this);
  }

  get store(): Store<Freshness> | undefined {
    return this.#store;
  }

  set store(store: Store<Freshness> | null | undefined) {
    if (store && (typeof store.get !== 'function' || typeof store.subscribe !== 'function'))
      throw new TypeError(
        'freshness is a store with get() and subscribe(), such as `resume.freshness` of a Resume.',
      );
    this.hostDisconnected();
    this.#store = store ?? undefined;
    if (this.#element.isConnected) this.hostConnected();
  }

  /** Since when what is shown may be out of date. It lasts until it is live again. */
  get staleSince(): Date | undefined {
    return this.#staleSince;
  }

  /** What there is to say: nothing while all is well, and that it is so again. */
  get said(): Freshness['state'] | undefined {
    return this.#staleSince || this.#recovered ? this.#state : undefined;
  }

  hostConnected(): void {
    this.#leave ??= this.#store?.subscribe(() => this.look());
    this.look();
  }

  // The store may outlive the element.
  hostDisconnected(): void {
    this.#leave?.();
    this.#leave = undefined;
  }

  bind(peer: Peer): void {
    control(peer).hear('freshness', (note) => this.#hear(note));
  }

  /** Another document is the guest, or none: what the last one told is of the past. */
  forget(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#next = this.#told = undefined;
    this.look();
  }

  /** Something that it depends on has changed. */
  look(): void {
    const known = [this.#store?.get(), this.#told].filter((value) => value !== undefined);
    const worst = known.length ? [...known, ...this.#silence()].reduce(worse) : undefined;
    const { state, since } = worst ?? {};
    if (state === this.#state) return;
    const before = this.#staleSince;
    // What was stale is so until it is live: also while it catches up.
    const old = state === 'stale' || state === 'reset' || (state === 'catching-up' && before);
    this.#staleSince = old ? (before ?? new Date(since as number)) : undefined;
    this.#recovered = state === 'live' && before !== undefined;
    for (const name of freshnessStates) this.#states.delete(name);
    if (state) this.#states.add(state);
    this.#state = state;
    const { staleSince } = this;
    if (staleSince) this.#element.setAttribute('stale-since', staleSince.toISOString());
    else this.#element.removeAttribute('stale-since');
    this.#element.requestUpdate();
    this.#element.dispatchEvent(new OrielFreshnessEvent(state, staleSince));
  }

  /** A guest that doesn't answer shows what it had, whatever has come since. */
  #silence(): Freshness[] {
    const { status, responsive } = this.#hooks.peer() ?? { status: 'connecting', responsive: true };
    if (!this.#hooks.shown()) return [];
    if (status === 'closed' || !responsive) return [{ state: 'stale', since: Date.now() }];
    return status === 'lost' ? [{ state: 'catching-up', since: Date.now() }] : [];
  }

  #hear(note: unknown): void {
    let told: Freshness | undefined;
    if (note !== undefined) {
      const { state, since } = Object(note) as Partial<Freshness>;
      if (
        !state ||
        !freshnessStates.includes(state) ||
        typeof since !== 'number' ||
        !(Math.abs(since) <= 8.64e15)
      ) {
        const message = `a guest's freshness has a "state" (${freshnessStates.join(', ')}) and a "since" in ms since 1970`;
        return this.#hooks.refused(new InvalidValue('freshness', [{ message }]));
      }
      told = { state, since };
    }
    this.#next = { told };
    if (!this.#timer) this.#take();
  }

  /** What a guest tells is shown at once, and then at most every so often: it may be read aloud. */
  #take(): void {
    const next = this.#next;
    this.#next = this.#timer = undefined;
    if (!next) return;
    this.#timer = setTimeout(() => this.#take(), pause);
    this.#told = next.told;
    this.look();
  }
}
