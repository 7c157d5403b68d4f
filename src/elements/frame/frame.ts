import { adoptStyles, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { control, type Peer, type PeerState, type Store } from '../../bridge/index.js';
import {
  ConnectionClosed,
  type Contract,
  ContractError,
  EmbedError,
  type Implementation,
  type InProps,
  InvalidValue,
  type LostReason,
  type OrielError,
  type Remote,
} from '../../contract/index.js';
import type { Freshness } from '../../events/index.js';
import { FailureController } from '../controllers/failure.js';
import { FreshnessController } from '../controllers/freshness.js';
import { PeerController } from '../controllers/peer.js';
import { OrielCloseEvent } from '../events/close.js';
import { OrielErrorEvent } from '../events/error.js';
import { OrielLoadEvent } from '../events/load.js';
import { OrielMessageEvent } from '../events/message.js';
import { OrielReadyEvent } from '../events/ready.js';
import { type Address, resolveAddress } from './address.js';
import { AutosizeController, type AutosizeMode, maxSize } from './autosize.js';
import { FocusController } from './focus.js';
import { styles } from './frame.styles.js';
import { createIframe, isBlank } from './iframe.js';
import { type Loading, schedule } from './loading.js';
import { failureView, freshnessView, startView } from './views.js';

/** What a frame is doing. `failed` becomes `ready` by itself when a late guest connects. */
export type FrameState = 'idle' | 'loading' | 'connecting' | 'ready' | 'failed';

// biome-ignore-start lint/suspicious/noExplicitAny: a frame whose contract isn't known has an untyped guest
type Any<T> = 0 extends 1 & T ? true : false;
type GuestOf<C extends Contract> = Any<C> extends true ? any : Remote<C['guest']>;
type HostOf<C extends Contract> = Any<C> extends true ? any : Implementation<C['host']>;
type PropsOf<C extends Contract> = Any<C> extends true ? any : InProps<C>;

/**
 * A guest in the page's flow: another system's UI, in an iframe, behind a contract.
 *
 * @example
 * ```html
 * <oriel-frame src="https://tickets.example/widget" label="Tickets"></oriel-frame>
 * ```
 *
 * @tag oriel-frame
 * @attr src - Address of the guest: http(s), of another origin than this page's (or with `sandbox="allow-scripts"`).
 * @attr allow-origins - Origins that may answer, separated by spaces. Default: the origin of `src`.
 * @attr sandbox - As in HTML. Default: `allow-scripts allow-forms allow-same-origin`. A change applies at the next load.
 * @attr allow - Features granted to the guest's origin, such as `camera; clipboard-write`. Default: none.
 * @attr loading - When the guest is loaded: at once (`eager`), when near the viewport (`lazy`), `idle`, or on `click`.
 * @attr autosize - What follows the guest's content: `height`, `width`, `both` or `none`.
 * @attr [min-height=0] - The frame's least height, in CSS pixels.
 * @attr [max-height=1000000] - Its greatest height.
 * @attr [min-width=0] - Its least width.
 * @attr [max-width=1000000] - Its greatest width.
 * @attr timeout - How long the guest may take to answer, in ms. `Infinity` for a guest without the SDK. Default: 10000.
 * @attr label - The frame's accessible name.
 * @attr credentialless - Loads the guest without its cookies (Chromium).
 * @attr referrerpolicy - As in HTML: how much of this page's address the guest is told. Default: `strict-origin`.
 * @attr unresponsive-after - How long the guest may be silent, though asked, until it counts as hanging, in ms. Default: 5000.
 * @attr probe - On failure, asks the network whether the guest's server can be reached.
 * @attr {boolean} autofocus - The guest may take the focus when it loads.
 * @attr {string} props - The props, as JSON.
 * @slot - Shown only until the tag is defined: a link, for pages without script.
 * @slot placeholder - Shown until the guest is; with `loading="click"` it stands in the button that loads it.
 * @slot loading - Shown while the guest loads.
 * @slot error - Shown when the guest can't be.
 * @slot stale - In place of `stale-text`.
 * @slot catching-up - In place of `catching-up-text`.
 * @slot reset - In place of `reset-text`.
 * @slot live - In place of `live-text`, which is only heard.
 * @csspart iframe - The frame itself.
 * @csspart loading - What is shown while it loads.
 * @csspart error - What is shown when it has failed.
 * @csspart retry - The button in it.
 * @csspart link - The link in it.
 * @csspart help - The code in it, where `error-help` is set.
 * @csspart start - The button of `loading="click"`.
 * @csspart freshness - What says that what is shown is out of date.
 * @cssprop [--oriel-frame-background=transparent] - Background behind the guest.
 * @cssprop [--oriel-frame-radius=0] - Radius of the frame's corners.
 * @cssprop [--oriel-accent=#4a6cf7] - Colour of the loading bar.
 * @cssprop [--oriel-space=1rem] - Padding of the error box.
 * @cssprop [--oriel-line=color-mix(in srgb, currentColor 25%, transparent)] - Colour of borders.
 * @cssprop [--oriel-radius=0.5rem] - Radius of the corners of boxes and buttons.
 * @cssprop [--oriel-text=CanvasText] - Text of the error box.
 * @cssprop [--oriel-background=Canvas] - Background of the error box.
 * @cssprop [--oriel-font=0.9375rem/1.5 system-ui, sans-serif] - Font of the error box.
 * @cssprop [--oriel-link=LinkText] - Colour of the link.
 * @cssprop [--oriel-button=transparent] - Background of buttons.
 * @cssprop [--oriel-stale-filter=grayscale(1)] - Filter of a guest that is out of date.
 * @cssprop [--oriel-stale-text=light-dark(#4a3600, #ffe9a8)] - Text of what says so.
 * @cssprop [--oriel-stale-background=light-dark(#fff1c9, #4a3b0b)] - Background of what says so.
 * @cssState idle - Nothing is loaded.
 * @cssState loading - The guest's page is being loaded.
 * @cssState connecting - The page has loaded, and the guest hasn't answered yet, or again.
 * @cssState ready - The guest has answered.
 * @cssState failed - The guest can't be shown; `oriel-error` says why.
 * @cssState live - All that there is has come; the four are there where the page or the guest tells how fresh it is.
 * @cssState catching-up - There is more to come than has come.
 * @cssState stale - The connection that feeds it is gone, or the guest is silent: the attribute `stale-since` has since when, as an ISO time.
 * @cssState reset - Something was missed for good, and what is shown has to be fetched anew.
 * @fires {OrielLoadEvent} oriel-load - The guest's page has loaded.
 * @fires {OrielReadyEvent} oriel-ready - The guest answered; `guest` can be called. Again after each reload.
 * @fires {OrielResizeEvent} oriel-resize - The guest asked for another size and got it.
 * @fires {OrielErrorEvent} oriel-error - Something went wrong; `code` says what, `message` what to do.
 * @fires {OrielFreshnessEvent} oriel-freshness - How fresh what the guest shows is has changed.
 * @fires {OrielMessageEvent} oriel-message - An event of the guest, where there is no contract.
 * @fires {OrielCloseEvent} oriel-close - The guest closed itself.
 */
export class OrielFrame<C extends Contract = any> extends LitElement {
  static override properties = {
    src: {},
    allowOrigins: { attribute: 'allow-origins' },
    sandbox: {},
    allow: {},
    loading: {},
    autosize: {},
    minHeight: { type: Number, attribute: 'min-height' },
    maxHeight: { type: Number, attribute: 'max-height' },
    minWidth: { type: Number, attribute: 'min-width' },
    maxWidth: { type: Number, attribute: 'max-width' },
    timeout: { type: Number },
    unresponsiveAfter: { type: Number, attribute: 'unresponsive-after' },
    label: {},
    credentialless: { type: Boolean },
    referrerPolicy: { attribute: 'referrerpolicy' },
    probe: { type: Boolean },
    props: { noAccessor: true, converter: { fromAttribute: parseJson } },
    contract: { attribute: false },
    host: { attribute: false },
    freshness: { noAccessor: true, attribute: false }, // what was set before the tag was defined
    errorText: { attribute: 'error-text' },
    retryText: { attribute: 'retry-text' },
    openText: { attribute: 'open-text' },
    errorHelp: { attribute: 'error-help' },
    liveText: { attribute: 'live-text' },
    catchingUpText: { attribute: 'catching-up-text' },
    staleText: { attribute: 'stale-text' },
    resetText: { attribute: 'reset-text' },
  };
  static override styles = styles;

  // `declare` emits nothing; a real field would hide Lit's accessor.
  declare src: string | null | undefined;
  declare allowOrigins: string | null | undefined;
  declare sandbox: string | null | undefined;
  declare allow: string;
  declare loading: Loading;
  declare autosize: AutosizeMode;
  declare minHeight: number;
  declare maxHeight: number;
  declare minWidth: number;
  declare maxWidth: number;
  declare timeout: number;
  declare unresponsiveAfter: number;
  declare label: string;
  declare credentialless: boolean;
  declare referrerPolicy: ReferrerPolicy;
  declare probe: boolean;
  /** What is agreed with the guest. Without one: events as `oriel-message`, and nothing can be called. */
  declare contract: C | undefined;
  /** What the guest may call: a handler for each method of the contract's host side. Looked up at each call. */
  declare host: HostOf<C>;
  /** Said when the guest can't be shown. */
  declare errorText: string;
  /** The button that tries again. */
  declare retryText: string;
  /** The link that opens the guest on its own. */
  declare openText: string;
  /** Address of a page that explains the error codes; the code of a frame that failed links to its anchor. */
  declare errorHelp: string;
  /** Heard when what is shown is up to date again. `{time}` in any of the four is since when it wasn't. */
  declare liveText: string;
  /** Shown while it catches up. */
  declare catchingUpText: string;
  /** Shown while it is stale. */
  declare staleText: string;
  /** Shown while something is missing. */
  declare resetText: string;

  readonly #internals = this.attachInternals();
  readonly #connection = new PeerController(this as never, {
    window: () => this.#window,
    origins: () => this.#address?.origins ?? [],
    opened: (peer) => this.#opened(peer),
    changed: (state) => this.#changed(state),
    failed: (error) => this.#report(this.#told(error)),
    removed: () => this.#removed(),
  });
  readonly #failure = new FailureController(this, {
    window: () => this.#window,
    address: () => this.#address,
    state: () => this.#peerState,
    lose: () => this.#connection.lose('navigated'),
    failed: (error) => this.#fail(error),
  });
  readonly #autosize = new AutosizeController(
    this,
    () => this.#iframe,
    (error) => this.#report(error),
  );
  readonly #focus = new FocusController(this, {
    iframe: () => this.#iframe,
    shown: () => this.#shown,
    refused: (error) => this.#refuse('focus', error),
    flooded: () => this.#connection.current?.close('flood'),
  });
  readonly #freshness = new FreshnessController(this, this.#internals.states, {
    shown: () => this.#shown,
    peer: () => this.#peerState,
    refused: (error) => this.#refuse('freshness', error),
  });
  #iframe: HTMLIFrameElement | undefined;
  #address: Address | undefined;
  #error: OrielError | undefined;
  #refused: OrielError | undefined;
  #props: PropsOf<C> | undefined;
  #state: FrameState = 'idle';
  /** The epoch that `oriel-ready` was last fired for. */
  #epoch = 0;
  #wanted = false;
  #shown = false;
  #updating = false;
  #unschedule: (() => void) | undefined;

  constructor() {
    super();
    this.src = this.allowOrigins = this.sandbox = undefined;
    this.allow = this.label = this.errorHelp = '';
    this.loading = 'eager';
    this.autosize = 'height';
    this.minHeight = this.minWidth = 0;
    this.maxHeight = this.maxWidth = maxSize;
    this.timeout = 10_000;
    this.unresponsiveAfter = 5000;
    this.credentialless = this.probe = false;
    this.referrerPolicy = 'strict-origin';
    this.contract = undefined;
    this.host = {} as HostOf<C>;
    this.errorText = 'This content could not be shown.';
    this.retryText = 'Try again';
    this.openText = 'Open in a new tab';
    this.liveText = 'Up to date again.';
    this.catchingUpText = 'Not up to date since {time}. Catching up …';
    this.staleText = 'Not up to date since {time}.';
    this.resetText = 'Something was missed. Not up to date since {time}.';
  }

  /** State that the guest sees. Set a new object: what has changed is sent. A refused one fires `oriel-error`. */
  get props(): PropsOf<C> | undefined {
    return this.#props;
  }
  set props(props: PropsOf<C> | undefined) {
    const before = this.#props;
    this.#props = props;
    const current = this.#connection.current;
    const { peer } = this.#connection;
    if (peer === current) this.#sendProps(peer); // a new one has been sent them
    this.requestUpdate('props', before);
  }

  /**
   * How fresh what the guest shows is, where this page follows what feeds it: a Resume's `freshness`, say. A guest that
   * follows it by itself tells so (`showFreshness`); of the two, the worse counts.
   * @throws TypeError for what is no store.
   */
  get freshness(): Store<Freshness> | undefined {
    return this.#freshness.store;
  }
  set freshness(store: Store<Freshness> | null | undefined) {
    this.#freshness.store = store;
  }

  /** Since when what is shown may be out of date, until it is live again. */
  get staleSince(): Date | undefined {
    return this.#freshness.staleSince;
  }

  /** The guest's methods. There as soon as `contract` is: calls wait until the guest is ready. */
  get guest(): GuestOf<C> {
    this.#flush();
    return (this.contract && this.#connection.peer?.remote) as GuestOf<C>;
  }

  /** This side's end of the connection. */
  get peer(): Peer<C, 'host'> | undefined {
    return this.#connection.peer as Peer<C, 'host'> | undefined;
  }

  /** Resolves when the guest has answered, and rejects with what `oriel-error` tells. Renewed for each attempt. */
  get ready(): Promise<void> {
    this.#flush();
    return this.#connection.open().ready;
  }

  /** Loads the guest anew; what was in flight rejects as `lost`. */
  reload(): void {
    this.#forget();
    this.#wanted = true;
    this.src ??= '';
    this.requestUpdate();
    this.#flush(); // whoever asks for `ready` next waits for this attempt
  }

  /** Gives the guest the focus. */
  override focus(options?: FocusOptions): void {
    this.#focus.allow();
    this.#iframe?.focus(options);
  }

  /** Tries again after a failure. */
  retry(): void {
    this.reload();
  }

  // Chromium keeps the iframe's page across moveBefore(); Firefox reloads it in a shadow tree.
  // No disconnect is reported either way, so look at the window again.
  connectedMoveCallback(): void {
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#cancel();
  }

  /** A constructed style sheet stays behind when its document is left. */
  adoptedCallback(): void {
    if (this.hasUpdated && this.ownerDocument === document)
      adoptStyles(this.renderRoot as ShadowRoot, (this.constructor as typeof OrielFrame).elementStyles);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('src') || changed.has('allowOrigins') || (changed.has('sandbox') && !this.#iframe))
      this.#forget();
    else if (changed.has('sandbox')) {
      console.warn('[oriel] A changed `sandbox` applies at the next load. Call reload().');
    }
    if (changed.has('loading')) this.#cancel();
    if (this.isConnected && !this.#iframe && !this.#error && typeof this.src === 'string') this.#begin();
    if (this.#iframe) this.#iframe.title = this.#label;
    this.#reflect();
  }

  // What is heard during an update may ask for `ready`, which asks for an update.
  protected override performUpdate(): void {
    if (this.#updating) return;
    this.#updating = true;
    try {
      super.performUpdate();
    } finally {
      this.#updating = false;
    }
  }

  protected override updated(_changed: PropertyValues): void {
    this.#reflect();
    const error = this.#refused;
    this.#refused = undefined;
    if (error) this.#fail(error);
  }

  protected override render(): TemplateResult {
    const state = this.#state;
    const covered = !this.#shown && state !== 'failed';
    const busy = state === 'loading' || state === 'connecting';
    const said = this.#shown ? this.#freshness.said : undefined;
    const old = said && said !== 'live';
    return html`<div class="stage ${this.#autosize.mode} ${this.#shown ? 'shown' : ''} ${old ? 'old' : ''}">
      ${this.#iframe ?? nothing}
      ${covered && !this.#asks ? html`<div class="cover"><slot name="placeholder"></slot></div>` : nothing}
      ${covered && this.#asks ? startView(this, this.#label, this.#want) : nothing}
      ${covered && busy ? html`<div class="cover" part="loading"><slot name="loading"><div class="bar"></div></slot></div>` : nothing}
      ${state === 'failed' ? html`<div class="cover" role="alert"><slot name="error">${this.#failed()}</slot></div>` : nothing}
      ${freshnessView(this, said, this.staleSince)}
    </div>`;
  }

  /** A peer was opened; there is a new one for each contract, and after each removal. */
  protected peerOpened(_peer: Peer<C, 'host'>): void {}

  /** Fires `oriel-error`, and nothing more: the guest stays. */
  protected report(error: OrielError): void {
    this.dispatchEvent(new OrielErrorEvent(error));
  }

  #failed(): TemplateResult {
    return failureView(this, {
      code: this.#error?.code,
      url: this.#address?.url,
      retry: () => this.retry(),
    });
  }

  get #window(): Window | undefined {
    return this.#iframe?.contentWindow ?? undefined;
  }

  get #peerState(): PeerState | undefined {
    return this.#connection.current?.state.get();
  }

  get #label(): string {
    return this.label || this.#address?.url.host || 'guest';
  }

  /** Whether the user is asked before anything is loaded. */
  get #asks(): boolean {
    return this.loading === 'click' && !this.#wanted && typeof this.src === 'string';
  }

  // A property that was set just now counts for whoever asks next.
  #flush(): void {
    if (this.isConnected && this.isUpdatePending) this.performUpdate();
  }

  readonly #want = (): void => {
    this.#wanted = true;
    this.requestUpdate();
  };

  /** Checks the address, and loads it when it's time. */
  #begin(): void {
    const { src, allowOrigins, sandbox } = this;
    try {
      this.#address = resolveAddress({ src: src as string, allowOrigins, sandbox });
    } catch (error) {
      this.#error = this.#refused = error as OrielError;
      return;
    }
    if (this.#wanted || !modes.has(this.loading)) this.#iframe = this.#create();
    else this.#unschedule ??= schedule(this, this.loading, this.#want);
  }

  #create(): HTMLIFrameElement {
    const iframe = createIframe(this.ownerDocument, this.#address as Address, this);
    iframe.addEventListener('load', () => this.#loaded(iframe));
    return iframe;
  }

  #loaded(iframe: HTMLIFrameElement): void {
    if (iframe !== this.#iframe || isBlank(iframe)) return;
    this.#failure.loaded();
    if (this.timeout === Infinity) {
      this.#shown = true;
      this.#focus.settle();
    }
    this.#refresh();
    this.dispatchEvent(new OrielLoadEvent());
  }

  #opened(peer: Peer): void {
    this.#epoch = 0;
    this.#sendProps(peer);
    this.#autosize.bind(peer);
    this.#freshness.bind(peer);
    const { hear } = control(peer);
    hear('close', () => peer.close('remote'));
    if (this.contract) this.peerOpened(peer as unknown as Peer<C, 'host'>);
    else
      hear('event', (note) => {
        const { name, payload } = Object(note) as { name?: unknown; payload?: unknown };
        if (typeof name === 'string') this.dispatchEvent(new OrielMessageEvent(name, payload));
      });
    if (!this.#iframe) return;
    this.#failure.restart();
    if (!this.#error) return;
    this.#error = undefined;
    this.#refresh();
  }

  #changed(state: PeerState): void {
    this.#failure.changed(state);
    const ready = state.status === 'ready';
    if (ready) {
      this.#error = undefined;
      this.#shown = true;
      this.#autosize.tell();
      this.#focus.settle();
    }
    if (ready && state.epoch !== this.#epoch) this.#freshness.forget(); // another document
    if (state.status === 'lost') this.#focus.loading();
    // WebKit throws away the frames of a shadow tree when its host's children are replaced.
    if (state.status === 'lost' && this.#iframe?.isConnected && !this.#window) this.#forget();
    this.#refresh();
    // A guest that hangs, and then answers again, is the same one.
    if (ready && state.epoch !== this.#epoch) {
      this.#epoch = state.epoch;
      const origin = control(this.#connection.current as object).origin ?? '';
      this.dispatchEvent(new OrielReadyEvent(origin, (state.reason as LostReason | undefined) ?? 'connect'));
    }
    if (state.status !== 'closed') return;
    if (state.reason === 'remote') this.dispatchEvent(new OrielCloseEvent());
    if (state.reason !== 'flood') return;
    const error = new ConnectionClosed('flood');
    this.#replace(error, true); // its page floods this one with or without a peer
    this.report(error);
  }

  /** Shows the error in place of the guest, and takes its page away where it could do harm. */
  #replace(error: OrielError, unload: boolean): void {
    this.#failure.settle();
    this.#error = error;
    this.#shown = false;
    if (unload) this.#iframe = undefined;
    this.#refresh();
  }

  /** Ends the attempt: `ready` rejects, and the error comes back through `#report`. */
  #fail(error: OrielError): void {
    control(this.#connection.open()).fail(error);
  }

  #report(error: OrielError): void {
    const fatal =
      error instanceof EmbedError || (error instanceof ContractError && error.code !== 'bad-contract');
    if (fatal && this.#peerState?.status !== 'ready') {
      // What answers from an opaque frame after this could be anyone.
      this.#replace(error, error.code === 'origin-changed' && this.#address?.opaque === true);
    }
    this.report(error);
  }

  /** Something that the guest did has no effect; the error says so once. */
  #refuse(what: string, error?: OrielError): void {
    const peer = this.#connection.current;
    if (peer) control(peer).refused(what);
    if (error) this.report(error);
  }

  // The bridge knows who spoke; who should have is known here.
  #told(error: OrielError): OrielError {
    if (error.code !== 'origin-changed' || !this.#address || this.#address.opaque) return error;
    return new EmbedError('origin-changed', `${error.message} Allowed: ${this.#address.origins.join(' ')}.`, {
      cause: error,
    });
  }

  #sendProps(peer: Peer | undefined): void {
    const props = this.#props;
    if (!peer || (props === undefined && peer.props.get() === undefined)) return;
    try {
      if (props !== undefined && Object(props) !== props)
        throw new InvalidValue('props', [{ message: 'not a JSON object' }]);
      peer.setProps(props ?? {});
    } catch (error) {
      this.report(error as OrielError);
    }
  }

  #forget(): void {
    this.#connection.lose('reload');
    this.#iframe = this.#address = this.#error = this.#refused = undefined;
    this.#shown = false;
    this.#freshness.forget();
  }

  #cancel(): void {
    this.#unschedule?.();
    this.#unschedule = undefined;
  }

  #removed(): void {
    this.#forget();
    this.#wanted = false;
    this.#refresh();
  }

  #refresh(): void {
    this.#reflect();
    this.#freshness.look();
    this.requestUpdate();
  }

  #reflect(): void {
    const state = this.#now();
    if (this.#iframe) this.#iframe.inert = !this.#shown && !this.autofocus;
    if (state !== this.#state) this.requestUpdate();
    this.#state = state;
    const { states } = this.#internals;
    for (const name of names) states.delete(name);
    states.add(state);
    this.#internals.ariaBusy = String(state === 'loading' || state === 'connecting');
  }

  #now(): FrameState {
    const status = this.#peerState?.status;
    if (status === 'ready' && this.#iframe) return 'ready';
    if (this.#error) return 'failed';
    if (!this.#iframe || status === 'closed') return 'idle';
    return this.#failure.loads ? 'connecting' : 'loading';
  }
}
// biome-ignore-end lint/suspicious/noExplicitAny: see above

const names: readonly FrameState[] = ['idle', 'loading', 'connecting', 'ready', 'failed'];
const modes: ReadonlySet<string> = new Set(['lazy', 'idle', 'click']);

// What isn't JSON is refused where the props are sent, by an error that can be heard.
function parseJson(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
