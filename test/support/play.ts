// A guest in the page, what is done to it, and what is open with it meanwhile.
import { connect, control, type Peer } from '../../dist/bridge/index.js';
import { toFrame } from '../../dist/channels/window.js';
import '../../dist/elements/frame/define.js';
import type { OrielFrame } from '../../dist/elements/frame/frame.js';
import { type FaultyChannel, faults } from '../../dist/testing/index.js';
import { suite as contract } from '../contracts/suite.contract.js';
import { Uses } from '../contracts/uses.js';
import { type Leaks, restUntil, watchLeaks } from './leaks.js';
import type { Step } from './steps.js';

type Host = Peer<typeof contract, 'host'>;

export interface Urls {
  /** The far end of the suite. */
  readonly guest: string;
  /** A page of the same origin that says nothing. */
  readonly silent: string;
}

/** How a guest is shown. */
interface Stage {
  readonly element: HTMLElement;
  readonly iframe: HTMLIFrameElement | null;
  readonly peer: Host | undefined;
  readonly remote: Host['remote'];
  /** Absent where what is sent must arrive. */
  readonly channel?: FaultyChannel;
  reload(): void;
  /** Where there is one: what brings back a guest that has died. */
  retry?(): void;
  setProps(props: { count: number; onPick: () => number }): void;
  close(): void;
}

/** That a handler of the test's waits, in ms. */
const longest = 6;
const implement = { ask: (question: string) => question };
const task = () => new Promise((go) => setTimeout(go));

/** The tag, which brings its guest back whatever becomes of its page. */
export function tag({ guest }: Urls): Stage {
  const frame = Object.assign(document.createElement('oriel-frame') as OrielFrame<typeof contract>, {
    contract,
    src: guest,
    unresponsiveAfter: 600,
    host: implement,
  });
  return {
    element: frame,
    get iframe() {
      return frame.shadowRoot?.querySelector('iframe') ?? null;
    },
    get peer() {
      return frame.peer as Host | undefined;
    },
    get remote() {
      return frame.guest as Host['remote'];
    },
    reload: () => frame.reload(),
    retry: () => frame.retry(),
    setProps(props) {
      frame.props = props;
    },
    close: () => frame.remove(),
  };
}

/** An `<iframe>` whose messages can be lost: whoever wrote the page looks after it. */
export function bare({ guest }: Urls): Stage {
  const iframe = Object.assign(document.createElement('iframe'), { src: guest });
  const channel = faults(toFrame(() => iframe.contentWindow, { allowOrigins: [new URL(guest).origin] }));
  const peer = connect({
    channel,
    contract,
    side: 'host',
    callTimeout: 60,
    implement,
    onError: () => {},
  });
  return {
    element: iframe,
    iframe,
    peer,
    remote: peer.remote,
    channel,
    reload() {
      iframe.src = guest;
    },
    setProps: (props) => peer.setProps(props),
    close() {
      peer.close();
      iframe.remove();
    },
  };
}

/** One sequence, from an empty page to an empty page. */
export class Play {
  /** All that the page can end by itself. */
  readonly #page = new AbortController();
  readonly #leaks: Leaks;
  readonly #places = [document.createElement('div'), document.createElement('div')] as const;
  readonly #peers = new Set<Host>();
  readonly #unhandled: unknown[] = [];
  readonly #stage: Stage;
  readonly #urls: Urls;
  readonly #uses: Uses;
  #epoch = 0;

  constructor(urls: Urls, makeStage: (urls: Urls) => Stage) {
    addEventListener('unhandledrejection', this.#hear);
    this.#leaks = watchLeaks(window, this.#page.signal);
    document.body.append(...this.#places);
    this.#urls = urls;
    this.#stage = makeStage(urls);
    this.#uses = new Uses(this.#stage, this.#page.signal);
    this.#places[0].append(this.#stage.element);
  }

  async step({ kind, lane = 'in', ...options }: Step): Promise<void> {
    const { element, channel, peer } = this.#stage;
    switch (kind) {
      case 'task':
        await task();
        break;
      case 'ready':
        await this.ready();
        break;
      case 'emit':
        peer?.emit('noted', 1);
        break;
      case 'props':
        this.#stage.setProps({ count: 1, onPick: () => 1 });
        break;
      case 'reload':
        this.#stage.reload();
        break;
      case 'away':
        this.#show(this.#urls.silent);
        break;
      case 'back':
        this.#show(this.#urls.guest);
        break;
      case 'move':
        this.#other.append(element);
        break;
      case 'moveBefore':
        this.#moveBefore();
        break;
      case 'replace':
      case 'remove': {
        const place = this.#other;
        element.remove();
        await (kind === 'remove' ? task() : undefined);
        place.append(element);
        break;
      }
      case 'drop':
      case 'duplicate':
      case 'reorder':
        channel?.[lane][kind]();
        break;
      case 'disconnect':
      case 'reconnect':
        channel?.[kind]();
        break;
      default:
        this.#uses.begin(kind, options);
    }
    this.#note();
  }

  /** Until the guest is there. */
  async ready(): Promise<void> {
    if (this.#isSilent) this.#show(this.#urls.guest);
    const most = this.#stage.channel ? 500 : 8000; // its handshake may be what was lost
    await restUntil(() => this.#stage.peer?.state.get().status === 'ready', most);
    this.#epoch = this.#stage.peer?.state.get().epoch ?? 0;
    this.#note();
  }

  /**
   * Brings back a guest whose process has died since it was {@link ready}, once that shows: as a guest that hangs, or as
   * the next one, where that was on its way. A page that is held up itself blames nobody, so it may take long.
   * @returns whether it did
   */
  async revive(): Promise<boolean> {
    const hangs = () => this.#stage.peer?.state.get().responsive === false;
    const isNext = () => (this.#stage.peer?.state.get().epoch ?? 0) > this.#epoch;
    const noticed = await restUntil(() => hangs() || isNext(), 30_000);
    if (hangs()) this.#stage.retry?.();
    await this.ready();
    return noticed;
  }

  /** Ends it. @returns all that went as it never may */
  async finish(): Promise<string[]> {
    const wrong: string[] = [];
    const uses = this.#uses;
    try {
      if (!this.#stage.channel) {
        if (this.#isSilent) this.#show(this.#urls.guest);
        const answer = await this.#sum();
        if (answer !== 7) wrong.push(`after all it answers ${answer}`);
      }
      this.#page.abort('enough');
      await restUntil(() => uses.open.size === 0, 8000);
      wrong.push(...[...uses.open].map((use) => `${use} never settled`));
      this.#note();
      this.#stage.close();
      await restUntil(() => uses.open.size === 0 && uses.producing === 0);
      wrong.push(...uses.wrong);
      if (uses.producing) wrong.push(`${uses.producing} producers had no end`);
      for (const peer of this.#peers) {
        const { status } = peer.state.get();
        if (status !== 'closed') wrong.push(`a peer is ${status}`);
        const kept = Object.entries(control(peer).counts).filter(([, count]) => count);
        if (kept.length) wrong.push(`a peer keeps ${kept.join(' ')}`);
      }
      wrong.push(...(await this.#left()));
    } finally {
      this.#leaks.stop();
      removeEventListener('unhandledrejection', this.#hear);
      for (const place of this.#places) place.remove();
    }
    return [...wrong, ...this.#unhandled.map((reason) => `nobody took ${reason}`)];
  }

  readonly #hear = ({ reason }: PromiseRejectionEvent): void => void this.#unhandled.push(reason);

  get #isSilent(): boolean {
    return this.#stage.iframe?.getAttribute('src') === this.#urls.silent;
  }

  get #other(): HTMLElement & { moveBefore?(node: Node, before: Node | null): void } {
    return this.#places.find((place) => !place.contains(this.#stage.element)) as HTMLElement;
  }

  #moveBefore(): void {
    const { element } = this.#stage;
    const place = this.#other;
    if (place.moveBefore && element.isConnected) place.moveBefore(element, null);
    else place.append(element);
  }

  #show(url: string): void {
    this.#stage.iframe?.setAttribute('src', url);
  }

  /** A frame has another peer after some of what is done to it. */
  #note(): void {
    if (this.#stage.peer) this.#peers.add(this.#stage.peer);
  }

  /** What the guest answers, whatever of its pages. */
  async #sum(): Promise<unknown> {
    for (;;) {
      try {
        return await this.#stage.remote.add({ a: 3, b: 4 }, { timeout: 8000 });
      } catch (error) {
        // A page that is on its way out may have taken the call.
        if ((error as { code?: string }).code !== 'lost') return error;
      }
    }
  }

  async #left(): Promise<string[]> {
    const wrong = [];
    await task(); // Lit's update comes after the removal
    if (this.#leaks.listeners) wrong.push(`${this.#leaks.listeners} listeners are left`);
    // Short ones are those that the test's own handlers wait for.
    const timers = this.#leaks.timers.filter((ms) => ms > longest);
    if (timers.length) wrong.push(`timers of the kit are left: ${timers}`);
    if (!(await restUntil(() => !this.#leaks.timers.length))) wrong.push('not all timers fire');
    return wrong;
  }
}
