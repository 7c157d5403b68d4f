import { readdirSync, readFileSync } from 'node:fs';

/** Memory that the browser's processes share with nobody, in kB; `undefined` where there is no /proc. */
export function privateMemory() {
  try {
    const parents = new Map();
    for (const id of readdirSync('/proc')) {
      if (!/^\d+$/.test(id)) continue;
      // The name in brackets may hold anything, spaces and brackets too.
      const parent = read(id, 'stat')?.match(/.*\) \S+ (\d+)/s)?.[1];
      if (parent) parents.set(id, parent);
    }
    const ours = (id) =>
      parents.has(id) && (parents.get(id) === String(process.pid) || ours(parents.get(id)));
    let sum = 0;
    for (const id of parents.keys()) {
      if (!ours(id)) continue;
      for (const [, size] of (read(id, 'smaps_rollup') ?? '').matchAll(/^Private_\w+: +(\d+) kB/gm))
        sum += Number(size);
    }
    return sum || undefined;
  } catch {
    return undefined;
  }
}

function read(id, file) {
  try {
    return readFileSync(`/proc/${id}/${file}`, 'utf8');
  } catch {
    return undefined; // it has ended meanwhile
  }
}
