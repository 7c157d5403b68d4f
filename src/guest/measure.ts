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
    const html = document.documentElement;
    const root = document.scrollingElement ?? html;
    const viewport = innerHeight;
    const bar = root.clientHeight ? Math.max(0, viewport - root.clientHeight * zoomOf(root)) : 0; // a classic scrollbar
    const overflows = root.scrollHeight > root.clientHeight;
    const trusted = overflows && !document.querySelector(this.#ignore);
    const flow = inFlow(viewport - bar);
    // Whole px, so it may be a fraction short of the flow's true end.
    let content = trusted ? Math.max(root.scrollHeight * zoomOf(root), flow - root.scrollHeight < 1 ? flow : 0) : flow;
    const limit = overflows ? Infinity : viewport;
    let overlay = 0;
    const visit = (element: Element) => {
      const box = element.getBoundingClientRect();
      if (!box.height || !box.width) return;
      const bottom = box.bottom + scrollY;
      const top = topLayer(element);
      if (!top && bottom <= content + 0.01 && box.height <= content) return; // the common case, and the cheap one
      const visible = visibleBottom(element, box.bottom);
      if (visible === undefined) return;
      if (top || visible.fixed) overlay = Math.max(overlay, this.#overlays.room(element, box, viewport));
      else if (!trusted && visible.bottom + scrollY <= limit + 0.5) content = Math.max(content, visible.bottom + scrollY);
    };
    if (document.body) this.#walk(document.body, visit);
    return { content: content + bar, overlay };
  }

  /** As wide as the content would like to be. The only measurement that needs a style for a moment. */
  width(): Needs {
    const { style } = document.documentElement;
    const [value, priority] = [style.getPropertyValue('width'), style.getPropertyPriority('width')];
    style.setProperty('width', 'max-content', 'important');
    const box = document.documentElement.getBoundingClientRect();
    style.setProperty('width', value, priority);
    if (!style.length) document.documentElement.removeAttribute('style');
    return { content: box.width + Math.max(0, innerHeight < document.documentElement.scrollHeight ? innerWidth - document.documentElement.clientWidth : 0), overlay: 0 };
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

/**
 * The lower end of what is in the flow. The root's box tells, unless it fills the viewport anyway
 * (`height: 100%`, `min-height: 100vh`); then the body's, and last that of the body's children.
 */
function inFlow(viewport: number): number {
  const html = document.documentElement;
  const { body } = document;
  const end = outerEnd(html);
  if (!body || Math.abs(end - viewport) >= 1) return end;
  const below = style(html, 'paddingBottom') + style(html, 'borderBottomWidth');
  const bodyEnd = outerEnd(body) + below;
  if (bodyEnd < viewport - 1) return bodyEnd;
  let last = 0;
  for (const node of body.childNodes) {
    if (node instanceof Element) {
      const { position } = getComputedStyle(node);
      if (position !== 'absolute' && position !== 'fixed' && node.getClientRects().length) last = Math.max(last, outerEnd(node));
    } else if (node instanceof Text && node.data.trim()) {
      const range = new Range();
      range.selectNode(node);
      last = Math.max(last, range.getBoundingClientRect().bottom + scrollY);
    }
  }
  return last + style(body, 'paddingBottom') + style(body, 'borderBottomWidth') + style(body, 'marginBottom') + below;
}

/** An element's lower end with its margin, which may be one that collapsed through it from its last child. */
function outerEnd(element: Element): number {
  const { bottom } = element.getBoundingClientRect();
  let margin = style(element, 'marginBottom');
  let least = Math.min(0, margin);
  for (let child = element.lastElementChild; child && Math.abs(child.getBoundingClientRect().bottom - bottom) < 0.5; child = child.lastElementChild) {
    margin = Math.max(margin, style(child, 'marginBottom'));
    least = Math.min(least, style(child, 'marginBottom'));
  }
  return bottom + scrollY + Math.max(0, margin) + least;
}

/** Where an element ends for the eye: its scrolling ancestors cut it, unless it is placed out of them. */
function visibleBottom(element: Element, bottom: number): { bottom: number; fixed: boolean } | undefined {
  if (getComputedStyle(element).visibility !== 'visible') return;
  for (let node: Element | null = element; node && node !== document.body; ) {
    const { position } = getComputedStyle(node);
    if (position === 'fixed') return { bottom, fixed: true };
    const above: Element | null = position === 'absolute' && node instanceof HTMLElement ? node.offsetParent : parentOf(node);
    if (!above || above === document.body || above === document.documentElement) break;
    if (getComputedStyle(above).overflowY !== 'visible') bottom = Math.min(bottom, above.getBoundingClientRect().bottom);
    node = above;
  }
  return { bottom, fixed: false };
}

function parentOf(element: Element): Element | null {
  return element.assignedSlot ?? element.parentElement ?? (element.getRootNode() as ShadowRoot).host ?? null;
}

function topLayer(element: Element): boolean {
  return (element.localName === 'dialog' && element.matches('[open]')) || (element.hasAttribute('popover') && element.matches(':popover-open'));
}

function style(element: Element, name: 'marginBottom' | 'paddingBottom' | 'borderBottomWidth'): number {
  return (Number.parseFloat(getComputedStyle(element)[name]) || 0) * zoomOf(element);
}

function zoomOf(element: Element): number {
  return (element as { currentCSSZoom?: number }).currentCSSZoom ?? 1;
}
