import { LogError } from '../contract/index.js';

/** Loads an engine's library. @throws LogError `log-missing`, which names the packages to install */
export async function needed<T>(load: () => Promise<T>, engine: string, ...packages: string[]): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const gone = (cause as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND';
    throw new LogError(
      gone ? 'log-missing' : 'log-refused',
      gone
        ? `The ${engine} log needs a package that is not here: run "npm install ${packages.join(' ')}".`
        : `What the ${engine} log needs does not load: ${(cause as Error).message}`,
      { cause },
    );
  }
}
