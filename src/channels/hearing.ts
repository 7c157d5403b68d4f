import { addTo } from '../bridge/index.js';

type Hear = (event: MessageEvent) => void;

/** Who listens to which window. */
const hearing = new Map<unknown, Set<Hear>>();

/**
 * Hears what a window says to this page, through one listener for all: a page with a hundred frames would else ask a
 * hundred times whose each message is. What comes from a window that nobody listens to is heard by everybody.
 */
export function hearWindow(from: Window, hear: Hear, signal: AbortSignal): void {
  addEventListener('message', dispatch); // which adds it once
  const forget = addTo(hearing, from, hear);
  signal.addEventListener('abort', () => {
    forget();
    if (!hearing.size) removeEventListener('message', dispatch);
  });
}

function dispatch(event: MessageEvent): void {
  const hears = hearing.get(event.source) ?? [...hearing.values()].flatMap((all) => [...all]);
  for (const hear of [...hears]) hear(event);
}
