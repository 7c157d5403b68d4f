import { LogError } from '../contract/index.js';
import type { Log } from '../log/log.js';

/** Where the log stands that nobody chose. */
const folder = '.oriel';

/** The embedded log: on disk where a driver is there, else in memory, and then it says so. */
export async function defaultLog(onError: (error: unknown, where: string) => void): Promise<Log> {
  const [{ mkdir }, { sqlite }] = await Promise.all([import('node:fs/promises'), import('../log/sqlite.js')]);
  await mkdir(folder, { recursive: true });
  const log = sqlite(`${folder}/log.sqlite`);
  try {
    await log.head('@start');
    return log;
  } catch (error) {
    if (!(error instanceof LogError) || error.code !== 'log-missing') throw error;
    await log.close();
    const { memory } = await import('../log/memory.js');
    const notice = `Events are kept in memory, and end with this process. ${error.message}`;
    onError(new LogError('log-missing', notice), 'log');
    return memory();
  }
}
