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
}

/**
 * Calls `changed(true)` when the page may have changed by itself, and `changed(false)` when a box has another size,
 * which may as well be the viewport's doing.
 */
export function watch(changed: (itself: boolean) => void, signal: AbortSignal): Watch {
  const options = { subtree: true, childList: true, attributes: true, characterData: true };
  const known = new WeakSet<ShadowRoot>();
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
    for (const type of hints) root.addEventListener(type, itself, { capture: true, signal });
    search(root);
  };
  const search = (node: Element | ShadowRoot) => {
    if (node instanceof Element && node.shadowRoot) add(node.shadowRoot);
    for (const element of node.querySelectorAll('*')) if (element.shadowRoot) add(element.shadowRoot);
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
  const viewport = () => changed(false);

  tree.observe(document, options);
  children();
  search(document.documentElement);
  for (const type of hints) document.addEventListener(type, itself, { capture: true, signal });
  // Elements may have been upgraded, and have got their shadow roots, since they were seen.
  addEventListener('load', () => (search(document.documentElement), children(), itself()), { signal });
  addEventListener('resize', viewport, { signal });
  addEventListener('afterprint', viewport, { signal });
  addEventListener('pageshow', itself, { signal });
  document.addEventListener('visibilitychange', viewport, { signal });
  document.fonts?.addEventListener('loadingdone', itself, { signal });
  signal.addEventListener('abort', () => (tree.disconnect(), boxes.disconnect()), { once: true });
  return { add, settle: () => void tree.takeRecords() };
}
