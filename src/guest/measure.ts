import { Overlays } from './overlays.js';

/** What the page needs, in CSS px of its viewport. */
export interface Needs {
  readonly content: number;
  /** What is fixed to the viewport or in the top layer needs this much. */
  readonly overlay: number;
}

/** Measures what a page needs; reads layout, and writes none for its height. */
export class Measure {
  readonly #ignore: string;
  readonly #overlays = new Overlays();
  /** Called with each open shadow root that a measurement comes by. */
  readonly #found: (root: ShadowRoot) => void;

  constructor(ignore: string, found: (root: ShadowRoot) => void) {
    this.#ignore = ignore;
    this.#found = found;
  }

  height(): Needs {
    lookAtZoom();
    const html = document.documentElement;
    const root = document.scrollingElement ?? html;
    const viewport = innerHeight;
    const bar = root.clientHeight ? Math.max(0, viewport - root.clientHeight) : 0; // a classic scrollbar
    const overflows = root.scrollHeight - root.clientHeight > spill(root.clientHeight);
    const trusted = overflows && !document.querySelector(this.#ignore);
    const flow = inFlow(viewport - bar, overflows);
    // Whole px, so it may be a fraction short of the flow's true end.
    let content = trusted ? Math.max(root.scrollHeight, flow - root.scrollHeight < 1 ? flow : 0) : flow;
    const limit = overflows ? Infinity : viewport;
    let overlay = 0;
    const visit = (element: Element) => {
      const box = boxOf(element);
      if (!box.height || !box.width) return;
      const bottom = box.bottom + scrollY;
      const top = topLayer(element);
      if (!top && bottom <= content + 0.01 && box.height <= content) return; // the common case, and the cheap one
      const visible = visibleBottom(element, box.bottom);
      if (visible === undefined) return;
      if (top || visible.fixed) overlay = Math.max(overlay, this.#overlays.room(element, box, viewport));
      else if (!trusted && visible.bottom + scrollY <= limit + 0.5)
        content = Math.max(content, visible.bottom + scrollY);
    };
    this.#walk(document.body, visit);
    return { content: content + bar, overlay };
  }

  /** As wide as the content would like to be. The only measurement that needs a style for a moment. */
  width(): Needs {
    lookAtZoom();
    const { style } = document.documentElement;
    const [value, priority] = [style.getPropertyValue('width'), style.getPropertyPriority('width')];
    style.setProperty('width', 'max-content', 'important');
    const box = boxOf(document.documentElement);
    style.setProperty('width', value, priority);
    if (!style.length) document.documentElement.removeAttribute('style');
    return {
      content:
        box.width +
        Math.max(
          0,
          innerHeight < document.documentElement.scrollHeight
            ? innerWidth - document.documentElement.clientWidth
            : 0,
        ),
      overlay: 0,
    };
  }

  #walk(parent: ParentNode, visit: (element: Element) => void): void {
    for (let child = parent.firstElementChild; child; child = child.nextElementSibling) {
      if (child.matches(this.#ignore)) continue;
      visit(child);
      const { shadowRoot } = child;
      if (shadowRoot) {
        this.#found(shadowRoot);
        this.#walk(shadowRoot, visit);
      }
      this.#walk(child, visit);
    }
  }
}

/** Where the root and the body ended when the root's end was not the viewport's. */
let free = '';

/**
 * The lower end of what is in the flow. The root's box tells, unless it fills the viewport anyway
 * (`height: 100%`, `min-height: 100vh`); then the body's, and last that of the body's children.
 */
function inFlow(viewport: number, overflows: boolean): number {
  const html = document.documentElement;
  const { body } = document;
  const end = outerEnd(html);
  const below = px(html, 'paddingBottom') + px(html, 'borderBottomWidth') + px(html, 'marginBottom');
  const bodyEnd = outerEnd(body) + below;
  // A root that ends there in any viewport doesn't fill it. It has margins that the body's box doesn't show.
  const ends = `${end} ${bodyEnd}`;
  if (Math.abs(end - viewport) >= 1) free = ends;
  if (overflows || end <= viewport - 1) return end;
  if (bodyEnd <= viewport - 1) return ends === free ? end : bodyEnd;
  const inside = px(body, 'paddingBottom') + px(body, 'borderBottomWidth');
  const margin = px(body, 'marginBottom');
  let last = 0;
  for (const node of body.childNodes) {
    if (node instanceof Element) {
      if (!boxed(node) || /absolute|fixed/.test(getComputedStyle(node).position)) continue;
      // Without a padding between them, the greater of the two margins counts.
      last = Math.max(last, outerEnd(node, inside ? 0 : margin) + (inside && margin));
    } else if (node instanceof Text && node.data.trim()) {
      const range = new Range();
      range.selectNode(node);
      last = Math.max(last, boxOf(range).bottom + scrollY + margin);
    }
  }
  return last + inside + below;
}

/** How far a body that fills the viewport sticks out of it by its margins, whatever the viewport's height. */
function spill(viewport: number): number {
  const { body } = document;
  const { height } = boxOf(body);
  const around =
    height - body.clientHeight * zoomOf(body) + px(body, 'paddingTop') + px(body, 'paddingBottom');
  const fills = Math.abs(height - viewport) < 1 || Math.abs(height - around - viewport) < 1;
  return fills ? outerEnd(body) - viewport : 0;
}

/** An element's lower end with its margin, which may be one that collapsed through it from its last child. */
function outerEnd(element: Element, margin = 0): number {
  const { bottom } = boxOf(element);
  let least = 0;
  for (let node: Element | undefined = element; node && Math.abs(boxOf(node).bottom - bottom) < 0.5; ) {
    const own = px(node, 'marginBottom');
    margin = Math.max(margin, own);
    least = Math.min(least, own);
    node = [...node.children].reverse().find(boxed);
  }
  return bottom + scrollY + margin + least;
}

function boxed(element: Element): boolean {
  return element.getClientRects().length > 0;
}

/** Where an element ends for the eye: its scrolling ancestors cut it, unless it is placed out of them. */
function visibleBottom(element: Element, bottom: number): { bottom: number; fixed: boolean } | undefined {
  if (!element.checkVisibility({ visibilityProperty: true })) return; // a closed <details> has boxes too
  for (let node: Element | null = element; node && node !== document.body; ) {
    const { position } = getComputedStyle(node);
    if (position === 'fixed') return { bottom, fixed: true };
    const above: Element | null =
      position === 'absolute' && node instanceof HTMLElement ? node.offsetParent : parentOf(node);
    if (!above || above === document.body || above === document.documentElement) break;
    if (getComputedStyle(above).overflowY !== 'visible') bottom = Math.min(bottom, boxOf(above).bottom);
    node = above;
  }
  return { bottom, fixed: false };
}

function parentOf(element: Element): Element | null {
  return element.assignedSlot ?? element.parentElement ?? (element.getRootNode() as ShadowRoot).host ?? null;
}

function topLayer(element: Element): boolean {
  return (
    (element.localName === 'dialog' && element.matches('[open]')) ||
    (element.hasAttribute('popover') && element.matches(':popover-open'))
  );
}

type Length = 'marginBottom' | 'paddingTop' | 'paddingBottom' | 'borderBottomWidth';

function px(element: Element, length: Length): number {
  return (Number.parseFloat(getComputedStyle(element)[length]) || 0) * zoomOf(element);
}

/** How much larger than they say lengths are, of the root and in the body; where the engine tells of each, nothing. */
let zooms: readonly [root: number, body: number] | undefined;

function lookAtZoom(): void {
  const { documentElement: html, body } = document;
  const own = (element: Element) => Number(getComputedStyle(element).getPropertyValue('zoom')) || 1;
  if (!('currentCSSZoom' in html)) zooms = [own(html), own(html) * own(body)];
}

/** In px of the viewport. WebKit, before `currentCSSZoom`, gives a box in those of what it is the box of. */
function boxOf(it: Element | Range): DOMRect {
  const box = it.getBoundingClientRect();
  const by = zooms ? zoomOf(it) : 1;
  return by === 1 ? box : new DOMRect(box.x * by, box.y * by, box.width * by, box.height * by);
}

function zoomOf(it: Element | Range): number {
  if (zooms) return zooms[it === document.documentElement ? 0 : 1];
  return (it as { currentCSSZoom?: number }).currentCSSZoom ?? 1;
}
