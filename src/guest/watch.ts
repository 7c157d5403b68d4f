/** Events that can change a size without a mutation. None of them bubbles everywhere, so all are captured. */
const hints = [
  'load',
  'error',
  'loadedmetadata',
  'toggle',
  'transitionend',
  'animationend',
  'input',
  'change',
  'focusin',
  'focusout',
  'pointerover',
  'pointerout',
  'fullscreenchange',
] as const;

export interface Watch {
  /** Watches an open shadow root, once. */
  add(root: ShadowRoot): void;
  /** Forgets what the caller itself has just changed. */
  settle(): void;
  /** Whether something may be moving that no list of animations has: the content of a `<details>`. */
  readonly unseen: boolean;
}

/**
 * Calls `changed(true)` when the page may have changed by itself, and `changed(false)` when a box has another size,
 * which may as well be the viewport's doing.
 */
export function watch(changed: (itself: boolean) => void, signal: AbortSignal): Watch {
  const options = { subtree: true, childList: true, attributes: true, characterData: true };
  const known = new WeakSet<ShadowRoot>();
  const names = new Set<string>();
  const boxes = new ResizeObserver(() => changed(false));
  const tree = new MutationObserver((records) => {
    changed(true);
    for (const { addedNodes } of records)
      for (const node of addedNodes) if (node instanceof Element) search(node);
    children();
  });
  const add = (root: ShadowRoot) => {
    if (known.has(root)) return;
    known.add(root);
    tree.observe(root, options);
    for (const type of hints) root.addEventListener(type, hint, { capture: true, signal });
    search(root);
  };
  const search = (root: Element | ShadowRoot) => {
    for (const node of [root, ...root.querySelectorAll('*')]) {
      if (!(node instanceof Element)) continue;
      if (node.shadowRoot) add(node.shadowRoot);
      else defined(node.localName);
    }
  };
  // An element that is defined late fills its shadow root, and no mutation tells of it.
  const defined = (name: string) => {
    if (names.has(name)) return;
    names.add(name);
    customElements.whenDefined(name).then(itself, () => {}); // HTML's own names are refused
  };
  const observed = new WeakSet<Element>();
  const children = () => {
    for (const element of [document.documentElement, document.body, ...(document.body?.children ?? [])]) {
      if (!element || observed.has(element)) continue;
      observed.add(element);
      boxes.observe(element);
    }
  };
  const itself = () => changed(true);
  let until = 0;
  const hint = ({ type, target }: Event) => {
    if (type === 'toggle') until = performance.now() + slowness(target as Element);
    changed(true);
  };
  const viewport = () => changed(false);

  tree.observe(document, options);
  children();
  search(document.documentElement);
  for (const type of hints) document.addEventListener(type, hint, { capture: true, signal });
  // Elements may have been upgraded, and have got their shadow roots, since they were seen.
  addEventListener('load', () => (search(document.documentElement), children(), itself()), { signal });
  addEventListener('resize', viewport, { signal });
  addEventListener('afterprint', viewport, { signal });
  addEventListener('pageshow', itself, { signal });
  document.addEventListener('visibilitychange', viewport, { signal });
  document.fonts?.addEventListener('loadingdone', itself, { signal });
  signal.addEventListener('abort', () => (tree.disconnect(), boxes.disconnect()), { once: true });
  return {
    add,
    settle: () => void tree.takeRecords(),
    get unseen() {
      return performance.now() < until;
    },
  };
}

/** How long the content of a `<details>` may take to open or close, in ms. */
function slowness(details: Element): number {
  const { transitionDuration, transitionDelay } = getComputedStyle(details, '::details-content');
  const longest = (times: string) => 1000 * Math.max(...times.split(',').map(Number.parseFloat));
  return longest(transitionDuration) + longest(transitionDelay);
}
