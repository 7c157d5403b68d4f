import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { LimitExceeded, type OrielError } from '../../contract/index.js';

/** How long a guest that is shown still counts as loading, in ms: many take the focus once they have their props. */
const settling = 2000;
/** The focus may follow its scroll so much later, in ms: on a busy machine each comes by a way of its own. */
const following = 1000;
/** How often in ten seconds a guest may take the focus by itself; three times as often ends it. */
const most = 10;

/** What the controller asks its element, and tells it. */
export interface FocusHooks {
  iframe(): HTMLIFrameElement | undefined;
  /** Whether the guest can be seen, and so be clicked. */
  shown(): boolean;
  /** The guest took the focus too often; `error` the first time. */
  refused(error: OrielError | undefined): void;
  /** It never stops to. */
  flooded(): void;
}

/**
 * A guest that takes the focus while it loads gives it back, and the page stays where it was. `inert` doesn't hold a
 * guest of another site: its `focus()` takes the host's focus in Chromium and Firefox, and scrolls the host's page.
 * Nothing tells that a user has acted in a guest, so what leads there is looked at: the pointer, Tab, a tap.
 */
export class FocusController implements ReactiveController {
  readonly #element: HTMLElement;
  readonly #hooks: FocusHooks;
  #iframe: HTMLIFrameElement | undefined;
  #life: AbortController | undefined;
  #guard: AbortController | undefined;
  /** What has the focus when the guest doesn't. */
  #kept: Element | null = null;
  /** Where the page's scrollers stood before anything moved. */
  #places = new Map<Element, readonly [left: number, top: number]>();
  #scrolled = 0;
  /** Until when a scroll is the guest's doing. */
  #undoing = 0;
  #tabbed = false;
  /** Whether the last that the user did in this page was typing. */
  #typed = false;
  /** Whether the page has lost the focus since something in it had it. */
  #dropped = false;
  #movedAt = 0;
  #giving = 0;
  #takings: number[] = [];

  constructor(element: ReactiveControllerHost & HTMLElement, hooks: FocusHooks) {
    this.#element = element;
    this.#hooks = hooks;
    element.addController(this);
  }

  // Before the iframe is put into the page, and so before its guest can do anything.
  hostUpdate(): void {
    const iframe = this.#hooks.iframe();
    if (iframe === this.#iframe) return;
    this.#end();
    this.#iframe = iframe;
    if (!iframe) return;
    this.#life = new AbortController();
    const { signal } = this.#life;
    addEventListener('blur', this.#left, { signal });
    for (const type of ['keydown', 'pointerdown'])
      addEventListener(type, this.#acted, { signal, capture: true });
    this.loading();
  }

  hostDisconnected(): void {
    this.#end();
  }

  /** A document of the guest's is on its way. */
  loading(): void {
    const { ownerDocument } = this.#element;
    this.#guard?.abort();
    this.#guard = undefined;
    // The user is in it already, or the host lets it.
    if (!this.#iframe || this.#element.autofocus || hasFocus(this.#iframe)) return;
    const guard = new AbortController();
    const { signal } = guard;
    this.#guard = guard;
    this.#kept = active(ownerDocument);
    this.#dropped = false;
    this.#see();
    ownerDocument.addEventListener('focusin', this.#keep, { signal, capture: true });
    addEventListener('pointerup', this.#keep, { signal, capture: true });
    ownerDocument.addEventListener('scroll', this.#moved, { signal, capture: true });
    // From one guest to another the focus goes without an event here.
    const timer = setInterval(this.#check, 100);
    signal.addEventListener('abort', () => clearInterval(timer));
  }

  /** The guest is shown. */
  settle(): void {
    if (!this.#guard) return;
    const timer = setTimeout(() => this.allow(), settling);
    this.#guard.signal.addEventListener('abort', () => clearTimeout(timer));
  }

  /** The guest may have the focus: the user or the host gave it. */
  allow(): void {
    this.#guard?.abort();
    this.#guard = undefined;
    clearTimeout(this.#scrolled);
    this.#places.clear();
    this.#kept = null;
  }

  #end(): void {
    this.allow();
    this.#life?.abort();
    this.#iframe = this.#life = undefined;
    this.#takings = [];
  }

  readonly #acted = (event: Event): void => {
    if (!event.isTrusted) return;
    const { key } = event as KeyboardEvent;
    this.#tabbed = key === 'Tab';
    this.#typed = key !== undefined && !this.#tabbed;
  };

  readonly #keep = (): void => {
    const { ownerDocument } = this.#element;
    if (!this.#iframe || hasFocus(this.#iframe)) return;
    this.#tabbed = this.#dropped = false;
    this.#kept = active(ownerDocument);
  };

  // Firefox names the frame only after the event.
  readonly #left = (): void => {
    this.#dropped = true;
    if (!this.#check()) setTimeout(this.#check);
  };

  readonly #check = (): boolean => {
    const iframe = this.#iframe;
    if (!iframe || this.#giving || !(hasFocus(iframe) || this.#lost())) return false;
    if (this.#byUser(iframe)) this.allow();
    else this.#taken(iframe);
    return true;
  };

  // Firefox takes the focus from a frame that is inert, and gives it to nobody.
  #lost(): boolean {
    const { body } = this.#element.ownerDocument;
    const kept = this.#guard && this.#dropped && this.#kept;
    return Boolean(kept && kept !== body && active(this.#element.ownerDocument) === body);
  }

  #byUser(iframe: HTMLIFrameElement): boolean {
    if (this.#tabbed) return true;
    if (!this.#hooks.shown()) return false;
    // A guest that scrolls the page brings itself under the pointer.
    if (performance.now() - this.#movedAt > 200 && iframe.matches(':hover')) return true;
    // Of a tap, or Chromium's pointer at a leap, nothing tells but that the page is active: by what was typed, or not.
    return navigator.userActivation?.isActive && !this.#typed;
  }

  #taken(iframe: HTMLIFrameElement): void {
    const now = performance.now();
    this.#takings = [...this.#takings.filter((at) => now - at < 10_000), now];
    const { length } = this.#takings;
    if (!this.#guard && length <= most) return;
    this.#giveBack(iframe);
    this.#hooks.refused(length === most + 1 ? new LimitExceeded('focus moves in 10 s', most) : undefined);
    if (length > 3 * most) this.#hooks.flooded();
  }

  #giveBack(iframe: HTMLIFrameElement): void {
    this.#undoing = performance.now() + 200;
    this.#restore();
    const kept = this.#kept;
    // A task later: within the event, Chromium moves the focus and leaves the keys with the guest.
    this.#giving ||= window.setTimeout(() => {
      this.#giving = 0;
      iframe.blur();
      window.focus(); // where nothing had it
      if (kept?.isConnected) (kept as HTMLElement).focus({ preventScroll: true });
    });
  }

  readonly #moved = ({ target }: Event): void => {
    this.#movedAt = performance.now();
    if (this.#check() || this.#movedAt < this.#undoing) return this.#restore();
    const scroller = scrollerOf(target);
    if (!scroller || !this.#places.has(scroller)) return;
    // It may be the guest's doing, which is known once the focus follows.
    clearTimeout(this.#scrolled);
    this.#scrolled = window.setTimeout(() => this.#guard && this.#see(), following);
  };

  #see(): void {
    this.#places.clear();
    for (let at: Node | null = this.#element; at; at = parentOf(at))
      if (at instanceof Element) this.#places.set(at, [at.scrollLeft, at.scrollTop]);
  }

  #restore(): void {
    for (const [scroller, [left, top]] of this.#places)
      if (scroller.scrollLeft !== left || scroller.scrollTop !== top)
        scroller.scrollTo({ left, top, behavior: 'instant' });
  }
}

const parentOf = (node: Node): Node | null =>
  (node as Element).assignedSlot ?? node.parentNode ?? (node as ShadowRoot).host ?? null;

const scrollerOf = (target: EventTarget | null): Element | null =>
  target instanceof Document ? target.scrollingElement : (target as Element | null);

function hasFocus(iframe: HTMLIFrameElement): boolean {
  return (iframe.getRootNode() as ShadowRoot).activeElement === iframe;
}

/** What has the focus, in whatever open shadow tree. */
function active({ activeElement }: Document): Element | null {
  let found = activeElement;
  while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
  return found;
}
