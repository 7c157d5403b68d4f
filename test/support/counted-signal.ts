/** A signal, and how many listen to it. */
export function counted(): { signal: AbortSignal; count(): number; abort(): void } {
  const controller = new AbortController();
  const { signal } = controller;
  const all = new Set<unknown>();
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...its: Parameters<typeof addEventListener>) => {
    all.add(its[1]);
    const { signal: end } = Object(its[2]) as AddEventListenerOptions;
    end?.addEventListener('abort', () => all.delete(its[1]));
    addEventListener.apply(signal, its);
  };
  signal.removeEventListener = (...its: Parameters<typeof removeEventListener>) => {
    all.delete(its[1]);
    removeEventListener.apply(signal, its);
  };
  return { signal, count: () => all.size, abort: () => controller.abort() };
}
