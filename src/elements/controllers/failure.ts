import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { PeerState } from '../../bridge/index.js';
import { EmbedError, type EmbedErrorCode } from '../../contract/index.js';
import type { Address } from '../frame/address.js';

/** How long a document that follows another may take to shake hands, from its `load` on. */
const grace = 2000;

export interface FailureElement extends ReactiveControllerHost, HTMLElement {
  timeout: number;
  probe: boolean;
}

/** What the controller asks its element, and tells it. */
export interface FailureHooks {
  window(): Window | undefined;
  address(): Address | undefined;
  state(): PeerState | undefined;
  lose(): void;
  failed(error: EmbedError): void;
}

/**
 * Finds out that a guest will not come, and why. No browser tells a page that a frame was refused, so this is what is
 * left: whether it loaded, how long it has been silent, and what the page's own policies report.
 */
export class FailureController implements ReactiveController {
  readonly #element: FailureElement;
  readonly #hooks: FailureHooks;
  #window: Window | undefined;
  #attempt = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #loads = 0;
  #loaded = false;
  #failed = false;
  #epoch = 0;
  #loadedAt = 0;
  #probeBlocked = false;

  constructor(element: FailureElement, hooks: FailureHooks) {
    this.#element = element;
    this.#hooks = hooks;
    element.addController(this);
  }

  /** How many documents of this frame have loaded. */
  get loads(): number {
    return this.#loads;
  }

  hostUpdated(): void {
    const window = this.#hooks.window();
    if (window === this.#window) return;
    this.#window = window;
    this.#attempt.abort();
    this.#disarm();
    this.#loads = 0;
    if (window) this.#start();
  }

  /** Another peer waits for the guest from now on. */
  restart(): void {
    this.#failed = false;
    if (this.#window) this.#arm(this.#element.timeout);
  }

  /** The attempt has failed, whoever found out. */
  settle(): void {
    this.#failed = true;
    this.#disarm();
  }

  /** A document of the frame has loaded. */
  loaded(): void {
    this.#loads++;
    this.#loaded = true;
    this.#loadedAt = performance.now();
    const { status, epoch } = this.#hooks.state() ?? { status: 'connecting', epoch: 0 };
    // A guest shakes hands before its `load` or after it, and once.
    const spoke = status === 'ready' && epoch > this.#epoch;
    this.#epoch = epoch;
    if (spoke || this.#loads === 1) return;
    if (this.#hooks.address()?.opaque) {
      // Who this is can't be told: any page is "null".
      return this.#fail(
        'origin-changed',
        'The guest loaded another page, and an opaque one can not prove that it is still the guest. Call retry().',
      );
    }
    this.#arm(grace);
  }

  /** The peer's state has changed. */
  changed({ status }: PeerState): void {
    if (status === 'ready' || status === 'closed') this.#disarm();
    if (status === 'ready') this.#failed = false;
    if (status !== 'lost') return;
    // WebKit may tell that a document has gone after the next one's `load`.
    this.#loaded = this.#loads > 1 && performance.now() - this.#loadedAt < 500;
    this.#arm(this.#loaded ? grace : this.#element.timeout);
  }

  #start(): void {
    this.#attempt = new AbortController();
    this.#loaded = this.#failed = this.#probeBlocked = false;
    this.#epoch = this.#hooks.state()?.epoch ?? 0;
    const { signal } = this.#attempt;
    document.addEventListener('securitypolicyviolation', (event) => this.#violated(event), { signal });
    this.#observeCoep(signal);
    this.#arm(this.#element.timeout);
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(ms: number): void {
    this.#disarm();
    if (this.#failed) return;
    // `Infinity` is a guest without the SDK; a longer timer would run out at once.
    if (this.#element.timeout < 2 ** 31) this.#timer = setTimeout(() => void this.#ranOut(ms), ms);
  }

  #violated({ effectiveDirective, blockedURI, disposition }: SecurityPolicyViolationEvent): void {
    if (disposition !== 'enforce' || !this.#isOurs(blockedURI)) return;
    if (effectiveDirective === 'connect-src') this.#probeBlocked = true;
    if (!/^(frame|child|default)-src$/.test(effectiveDirective)) return;
    const { origin } = new URL(blockedURI);
    this.#fail(
      'blocked-by-csp',
      `This page's Content-Security-Policy blocks the guest. Add ${origin} to its frame-src.`,
    );
  }

  // Chromium and WebKit report it; elsewhere the frame is merely silent.
  #observeCoep(signal: AbortSignal): void {
    if (typeof ReportingObserver === 'undefined') return;
    const observer = new ReportingObserver(
      (reports) => {
        for (const { body } of reports) {
          // Chromium's report has its fields nowhere but in its JSON.
          const json = (body as { toJSON?: () => unknown } | null)?.toJSON?.();
          const { blockedURL, disposition } = Object(json) as { blockedURL?: string; disposition?: string };
          if (disposition === 'reporting' || !blockedURL || !this.#isOurs(blockedURL)) continue;
          this.#fail('blocked-by-coep', `This page's Cross-Origin-Embedder-Policy blocks the guest: ${coep}`);
        }
      },
      { types: ['coep'] },
    );
    observer.observe();
    signal.addEventListener('abort', () => observer.disconnect());
  }

  #isOurs(url: string): boolean {
    return URL.canParse(url) && new URL(url).origin === this.#hooks.address()?.url.origin;
  }

  async #ranOut(ms: number): Promise<void> {
    const address = this.#hooks.address();
    if (!address) return;
    const timer = this.#timer;
    const { signal } = this.#attempt;
    if (this.#element.probe && (await this.#unreachable(address.url, signal)) && timer === this.#timer) {
      return this.#fail('unreachable', `${address.url.origin} can not be reached. Is its server running?`);
    }
    if (timer !== this.#timer) return; // it has answered meanwhile
    const isolated = globalThis.crossOriginIsolated ? ` This page is cross-origin isolated: ${coep}` : '';
    if (!this.#loaded) {
      return this.#fail(
        'never-loaded',
        `Nothing loaded from ${address.url.href} within ${ms} ms: no server, no content, or a download.${isolated}`,
      );
    }
    this.#fail(
      'silent',
      `The page loaded and did not answer within ${ms} ms. It refuses to be framed (X-Frame-Options, frame-ancestors), is an error page, lacks the guest script, does not list ${location.origin} in its allowOrigins, or ${this.#loads > 1 ? 'is of another origin' : 'was redirected'}. \`npx oriel doctor "${address.url.href}"\` tells.${isolated}`,
    );
  }

  async #unreachable({ href }: URL, signal: AbortSignal): Promise<boolean> {
    try {
      await fetch(href, { mode: 'no-cors', credentials: 'omit', signal });
      return false;
    } catch {
      return !signal.aborted && !this.#probeBlocked;
    }
  }

  #fail(code: EmbedErrorCode, message: string): void {
    if (this.#failed) return;
    this.#hooks.lose();
    this.#hooks.failed(new EmbedError(code, message));
  }
}

const coep =
  'its server has to send Cross-Origin-Embedder-Policy and Cross-Origin-Resource-Policy: cross-origin, or the frame needs `credentialless`.';
