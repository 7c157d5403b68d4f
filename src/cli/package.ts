import { readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);

/** This package's own place. */
export const packageRoot: URL = root;

/** A JSON file of this package. */
export function packageJson(name: string): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(new URL(name, root), 'utf8'));
}
