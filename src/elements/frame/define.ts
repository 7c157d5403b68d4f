import { OrielFrame } from './frame.js';

const tag = 'oriel-frame';

// Two copies of the kit on one page: the first one's tag is used, and works for both.
if (customElements.get(tag))
  console.warn(`[oriel] <${tag}> is already defined, by another copy of the kit. That one is used.`);
else customElements.define(tag, OrielFrame);

declare global {
  interface HTMLElementTagNameMap {
    'oriel-frame': OrielFrame;
  }
}
