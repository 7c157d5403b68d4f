/** When a frame loads its guest. `click` waits for the user, in the element's own button. */
export type Loading = 'eager' | 'lazy' | 'idle' | 'click';

/** Calls `go` when it's time. @returns what calls that off. */
export function schedule(element: Element, loading: Loading, go: () => void): () => void {
  if (loading === 'click') return () => {};
  if (loading === 'lazy') {
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && go(),
      {
        rootMargin: '200px',
      },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }
  if (loading === 'idle') {
    // WebKit has no requestIdleCallback.
    if (!('requestIdleCallback' in globalThis)) {
      const timer = setTimeout(go, 200);
      return () => clearTimeout(timer);
    }
    const handle = requestIdleCallback(go, { timeout: 2000 });
    return () => cancelIdleCallback(handle);
  }
  go();
  return () => {};
}
