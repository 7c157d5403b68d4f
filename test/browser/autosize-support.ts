import { expect } from '@open-wc/testing';
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
    await until(() => frame.matches(':state(ready)'));
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

  /** Waits until neither side has anything more to say about the size, and both have the same. */
  async still(): Promise<void> {
    const size = () => [this.iframe.clientWidth, this.iframe.clientHeight].join(' ');
    // What was asked in one round is written by the end of the next, also where the host hears it a task or two later.
    for (let round = 0, same = 0; round < 100; round++) {
      const before = size();
      const inside = await this.run<number[]>('return quiet()');
      await new Promise(requestAnimationFrame);
      same = size() === before && inside.join(' ') === before ? same + 1 : 0;
      if (same === 2) return;
    }
    throw new Error(`The size does not stay as it is: ${size()} after ${this.writes}`);
  }

  /** The frame's height once the guest has done this. */
  async after(code: string): Promise<number> {
    await this.run(code);
    await this.still();
    return this.height;
  }

  /** Waits for a height, and that it stays. */
  async becomes(height: number): Promise<void> {
    await until(() => this.height === height, { timeout: 15_000 }).catch(() => {}); // the next line says it better
    await this.still();
    expect(this.height).to.equal(height);
  }

  /** The heights that this page was painted with while the guest did this, until the last of them. */
  async heights(code: string, last: number): Promise<number[]> {
    const seen = [this.height];
    let over = false;
    const look = () => {
      if (over) return;
      if (this.height !== seen.at(-1)) seen.push(this.height);
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    try {
      await this.run(code);
      await this.becomes(last);
    } finally {
      over = true;
    }
    return seen;
  }
}

const opened: Embedded[] = [];

export async function embed(options: PageOptions): Promise<Embedded> {
  const embedded = new Embedded();
  opened.push(embedded);
  return embedded.open(options);
}

export const closeAll = (): void => opened.splice(0).forEach(({ box }) => box.remove());
/** A block of a height, in `#b` unless named. */
export const block = (height: number, id = 'b'): string =>
  `<div id="${id}" style="height: ${height}px"></div>`;
