/** What a heartbeat asks its peer, and tells it. */
export interface Heart {
  /** When the other side was last heard, by `performance.now()`. */
  heard(): number;
  ping(): void;
  responsive(yes: boolean, silence: number): void;
}

/**
 * Notices that the other side hangs: asked, and silent for `silence` ms. While this page is hidden or was itself held up,
 * nothing can be said, so nothing is. @returns what ends it.
 */
export function heartbeat(heart: Heart, silence: number): () => void {
  const every = silence / 2;
  let asked: number | undefined;
  let beat = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const late = now - beat - every;
    beat = now;
    const heard = heart.heard();
    // Where both share a thread, a guest that hangs holds this timer up as well; its pong may be waiting behind it.
    const hidden = globalThis.document?.hidden;
    if (hidden || late > every / 2) asked = undefined;
    else if (asked !== undefined && heard < asked) {
      if (now - asked < silence - 1) return;
      heart.responsive(false, Math.round(now - heard));
      return heart.ping(); // the last one may be lost
    }
    if (heard >= (asked ?? now - every)) heart.responsive(true, 0);
    if (now - heard < every) return;
    // Whoever is asked out of sight may be throttled, and its time hasn't begun.
    asked = hidden ? undefined : now;
    heart.ping();
  }, every);
  return () => clearInterval(timer);
}
