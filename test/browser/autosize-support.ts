import '../../dist/elements/frame/define.js';
import type { OrielFrame } from '../../dist/elements/frame/frame.js';
import { guestUrl } from '../support/sites-url.js';
import { until } from '../support/wait.js';

/** What the guest sees of itself. */
export interface Inner {
  height: number;
  width: number;
  /** How much of the page is below its viewport. */
  below: number;
  beside: number;
  warnings: string[];
  errors: string[];
}

export interface PageOptions {
  css?: string;
  html?: string;
  autosize?: 'height' | 'width' | 'both' | 'none';
  /** The frame's height before its guest has said a word. */
  start?: number;
  maxHeight?: number;
  site?: number;
}

/** A frame in a box of its own, and its guest, which runs what it is told. */
export class Embedded {
  readonly box = document.createElement('div');
  readonly frame = document.createElement('oriel-frame') as OrielFrame;
  /** Each height that was written. */
  readonly writes: number[] = [];
  readonly reasons: unknown[] = [];
  #asked = 0;

  get iframe(): HTMLIFrameElement {
    return this.frame.shadowRoot?.querySelector('iframe') as HTMLIFrameElement;
  }
  get height(): number {
    return this.iframe.getBoundingClientRect().height;
  }
  get width(): number {
    return this.iframe.getBoundingClientRect().width;
  }

  async open({
    css = '',
    html = '',
    autosize = 'height',
    start = 400,
    maxHeight,
    site = 2,
  }: PageOptions): Promise<this> {
    const { box, frame } = this;
    box.style.width = '800px';
    frame.setAttribute('autosize', autosize);
    if (maxHeight) frame.setAttribute('max-height', String(maxHeight));
    frame.src = guestUrl('autosize/page.html', { site, css, html });
    frame.addEventListener('oriel-resize', (event) => {
      this.writes.push(this.height);
      this.reasons.push(event);
    });
    box.append(frame);
    document.body.append(box);
    await frame.updateComplete;
    this.iframe.style.height = `${start}px`;
    await until(() => frame.matches(':state(ready)'), { timeout: 8000 });
    await this.still();
    return this;
  }

  /** Runs code in the guest. */
  run<T = unknown>(code: string): Promise<T> {
    const id = ++this.#asked;
    return new Promise((resolve) => {
      const hear = ({ data, source }: MessageEvent) => {
        if (source !== this.iframe.contentWindow || data?.ran !== id) return;
        removeEventListener('message', hear);
        resolve(data.result);
      };
      addEventListener('message', hear);
      this.iframe.contentWindow?.postMessage({ run: code, id }, '*');
    });
  }

  inner(): Promise<Inner> {
    return this.run('return inner()');
  }

  /** Waits until the size has stayed as it is for a while. */
  async still(ms = 250): Promise<void> {
    let [last, since] = ['', performance.now()];
    for (;;) {
      const now = `${this.height} ${this.width}`;
      if (now !== last) [last, since] = [now, performance.now()];
      else if (performance.now() - since > ms) return;
      await pause(20);
    }
  }

  /** The frame's height once the guest has done this. */
  async after(code: string): Promise<number> {
    await this.run(code);
    await this.run('for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame)');
    await this.still();
    return this.height;
  }
}

const opened: Embedded[] = [];

export async function embed(options: PageOptions): Promise<Embedded> {
  const embedded = new Embedded();
  opened.push(embedded);
  return embedded.open(options);
}

export const closeAll = (): void => opened.splice(0).forEach(({ box }) => box.remove());
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** A block of a height, in `#b` unless named. */
export const block = (height: number, id = 'b'): string =>
  `<div id="${id}" style="height: ${height}px"></div>`;
