import { watch } from 'node:fs';

/**
 * Tells when something in a folder changes, once for what changes together.
 * @param options.deep - Whether folders in it count too.
 */
export function onChange(
  folder: string,
  changed: (file: string) => void,
  { deep, signal, failed }: { deep: boolean; signal: AbortSignal; failed: (error: Error) => void },
): void {
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(folder, { recursive: deep, signal, persistent: false });
  watcher.on('change', (_, name) => {
    const file = String(name ?? '');
    // Editors write beside a file first.
    if (/(^|[/\\])(\.|node_modules)|~$/.test(file)) return;
    clearTimeout(timer);
    timer = setTimeout(() => changed(file), 50);
  });
  watcher.on('error', failed);
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
}
