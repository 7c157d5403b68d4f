const { setImmediate } = globalThis as { setImmediate?: (run: () => void) => unknown };

/**
 * Runs it in a task of its own, in order, and after all that waits for this page already; browsers hold nested timers
 * back for 4 ms, so there it is a port's.
 */
export const task: (run: () => void) => unknown = setImmediate ?? messageTask();

function messageTask(): (run: () => void) => void {
  let ports: MessageChannel | undefined;
  const waiting: (() => void)[] = [];
  return (run) => {
    if (!ports) {
      ports = new MessageChannel();
      ports.port1.onmessage = () => waiting.shift()?.();
    }
    waiting.push(run);
    ports.port2.postMessage(undefined);
  };
}
