/** Calls back when this page goes away for good; one in the back/forward cache only pauses. Workers never do. */
export function leaving(leave: () => void, signal: AbortSignal): void {
  if (typeof document === 'undefined') return;
  // Not `unload`, which would keep the page out of the back/forward cache.
  addEventListener('pagehide', ({ persisted }) => persisted || leave(), { signal });
}
