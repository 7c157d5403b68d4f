import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { control, type Peer, Rate } from '../../bridge/index.js';
import { InvalidValue, type OrielError } from '../../contract/index.js';
import { OrielResizeEvent } from '../events/resize.js';

export type AutosizeMode = 'height' | 'width' | 'both' | 'none';

/** No size beyond this is believed. */
export const maxSize = 1_000_000;

/** Sizes a second that are more than a screen shows; ten times as many end the guest. */
const sizes = { rate: 120, burst: 600 };

export interface AutosizeElement extends ReactiveControllerHost, HTMLElement {
  autosize: AutosizeMode;
  minHeight: number;
  maxHeight: number;
  minWidth: number;
  maxWidth: number;
}

interface Size {
  readonly height?: number;
  readonly width?: number;
  readonly reason: string;
  readonly follows: string | undefined;
}

/** Gives the iframe the size that its guest asks for. What a guest says is a request: the host decides. */
export class AutosizeController implements ReactiveController {
  readonly #element: AutosizeElement;
  readonly #iframe: () => HTMLIFrameElement | undefined;
  readonly #refused: (error: OrielError) => void;
  #mode: AutosizeMode | undefined;
  #watched: HTMLIFrameElement | undefined;
  #peer: Peer | undefined;
  #next: Size | undefined;
  #frame = 0;
  #rate = new Rate(sizes);
  /** Until when the newest of too many sizes waits. */
  #late: ReturnType<typeof setTimeout> | undefined;
  /** Made on the first size: no server has it. */
  #print: MediaQueryList | undefined;

  constructor(
    element: AutosizeElement,
    iframe: () => HTMLIFrameElement | undefined,
    refused: (error: OrielError) => void,
  ) {
    this.#element = element;
    this.#iframe = iframe;
    this.#refused = refused;
    element.addController(this);
  }

  /** As in HTML, an unknown value is the default. */
  get mode(): AutosizeMode {
    const { autosize } = this.#element;
    return modes.has(autosize) ? autosize : 'height';
  }

  bind(peer: Peer): void {
    this.#peer = peer;
    this.#rate = new Rate(sizes);
    control(peer).hear('size', (note) => this.#asked(note));
  }

  /** Tells a guest what its size follows: at each `ready`, and on a change. */
  tell(): void {
    if (this.#peer) control(this.#peer).tell('layout', { mode: this.mode });
  }

  hostUpdated(): void {
    const iframe = this.#iframe();
    if (iframe) this.#limit(iframe);
    if (iframe && iframe !== this.#watched) this.#watch(iframe);
    if (this.#mode === this.mode) return;
    this.#mode = this.mode;
    if (iframe) {
      if (!this.#follows('height')) iframe.style.height = '';
      if (!this.#follows('width')) iframe.style.width = '';
    }
    this.tell();
  }

  #follows(dimension: 'height' | 'width'): boolean {
    return this.mode === dimension || this.mode === 'both';
  }

  // By CSS too: where the browser sizes the frame by itself, nobody asks us.
  #limit({ style }: HTMLIFrameElement): void {
    const { minHeight, maxHeight } = this.#element;
    const on = this.#follows('height');
    style.minHeight = on && minHeight > 0 ? `${minHeight}px` : '';
    style.maxHeight = on && maxHeight < maxSize ? `${maxHeight}px` : '';
  }

  // A browser that sizes frames by itself gives no height at all to some that it loads out of sight, and keeps to that:
  // such a frame has the height of any other one, until its guest asks for another.
  #watch(iframe: HTMLIFrameElement): void {
    this.#watched = iframe;
    if (!CSS.supports('frame-sizing: content-height')) return;
    const look = () => {
      if (iframe.offsetWidth && !iframe.offsetHeight && !iframe.style.height && this.#follows('height'))
        iframe.style.height = '150px';
    };
    new ResizeObserver(() => requestAnimationFrame(look)).observe(iframe);
  }

  #asked(note: unknown): void {
    const { height, width, reason, follows } = Object(note) as Record<string, unknown>;
    for (const [name, value] of Object.entries({ height, width })) {
      if (value === undefined || (typeof value === 'number' && value >= 0 && value <= maxSize)) continue;
      const message = `a size is a number from 0 to ${maxSize}`;
      return this.#refused(new InvalidValue('size', [{ message, path: [name] }]));
    }
    const { minHeight, maxHeight, minWidth, maxWidth } = this.#element;
    this.#next = {
      ...(this.#follows('height') &&
        height !== undefined && { height: clamp(height as number, minHeight, maxHeight) }),
      ...(this.#follows('width') &&
        width !== undefined && { width: clamp(width as number, minWidth, maxWidth) }),
      reason: typeof reason === 'string' ? reason : 'content',
      follows: typeof follows === 'string' ? follows : undefined,
    };
    if (!this.#admit()) return;
    // The first is written at once, since waiting costs up to a frame; of those that follow, the newest, once a frame.
    if (!this.#frame) this.#write();
  }

  // Too many are not lost: the newest is written late.
  #admit(): boolean {
    const verdict = this.#rate.take(performance.now());
    if (verdict === 'pass') return true;
    if (!this.#late) {
      if (this.#peer) control(this.#peer).refused('sizes a second');
      this.#late = setTimeout(() => {
        this.#late = undefined;
        if (this.#next && !this.#frame) this.#write();
      }, 250);
    }
    if (verdict === 'flood') this.#peer?.close('flood');
    return false;
  }

  #write(): void {
    this.#apply();
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.#next) this.#write();
    });
  }

  // One listener of one list, however often a guest asks during print.
  readonly #apply = (): void => {
    const size = this.#next;
    const iframe = this.#iframe();
    this.#print ??= matchMedia('print');
    // Paper keeps the screen's height; what a guest asks for meanwhile waits, since it won't ask again.
    if (this.#print.matches) return this.#print.addEventListener('change', this.#apply, { once: true });
    this.#next = undefined;
    if (!size || !iframe) return;
    const { height, width } = size;
    const before = iframe.style.cssText;
    if (height !== undefined) iframe.style.height = `${height}px`;
    if (width !== undefined) iframe.style.width = `${width}px`;
    if (before !== iframe.style.cssText)
      this.#element.dispatchEvent(new OrielResizeEvent({ ...size, height, width }));
  };
}

const modes: ReadonlySet<string> = new Set(['height', 'width', 'both', 'none']);

function clamp(value: number, min: number, max: number): number {
  return Math.max(min, Math.min(max, Math.ceil(value)));
}
