import { LogError } from '../contract/index.js';

/** A value that a column may have here. */
type Value = string | number | null;

export interface Statement {
  run(...values: Value[]): { readonly changes: number | bigint };
  get(...values: Value[]): unknown;
  all(...values: Value[]): unknown[];
}

/** What the three drivers have in common. */
export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

type Opener = new (file: string) => Database;

/** In the order that they are tried in: what Node has needs no package. */
const drivers = {
  'node:sqlite': ({ DatabaseSync }: { DatabaseSync?: Opener }) => DatabaseSync,
  libsql: (module: { default?: Opener }) => module.default,
  'better-sqlite3': (module: { default?: Opener }) => module.default,
};

export type Driver = keyof typeof drivers;

/** Opens a file, which is made if it isn't there. @throws LogError `log-missing` where there is no driver */
export async function openDatabase(file: string, driver?: Driver): Promise<Database> {
  const names = driver ? [driver] : (Object.keys(drivers) as Driver[]);
  for (const name of names) {
    const Opened = await opener(name);
    if (Opened) return new Opened(file);
  }
  throw new LogError(
    'log-missing',
    driver
      ? `There is no ${driver} here. Install it, or leave out { driver }.`
      : 'No SQLite is here: Node has one from 22.13 on; else run "npm install libsql".',
  );
}

async function opener(name: Driver): Promise<Opener | undefined> {
  try {
    return drivers[name](await import(name));
  } catch (error) {
    // A package that is there and doesn't work is not one that is missing.
    const { code } = error as { code?: unknown };
    if (code === 'ERR_MODULE_NOT_FOUND' || code === 'ERR_UNKNOWN_BUILTIN_MODULE') return;
    throw new LogError('log-refused', `${name} is here but does not load: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** SQLite's primary result codes, as Node gives them; the others give their names. */
const codes: { readonly [code: number]: string } = {
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  8: 'SQLITE_READONLY',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  26: 'SQLITE_NOTADB',
};

/** What SQLite says, as what to do about it. */
export function sqliteError(error: unknown, file: string): unknown {
  const name = nameOf(error);
  const { message } = error as Error;
  const because = { cause: error };
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(name))
    return new LogError(
      'log-corrupt',
      `${file} is damaged, or no log (${message}). Stop all that use it, and restore it, or move it away to begin anew.`,
      because,
    );
  if (/^SQLITE_(FULL|IOERR)/.test(name))
    return new LogError(
      'log-full',
      `${file} can't be written (${message}). Free space on its disk, or keep less by { retention }.`,
      because,
    );
  if (/^SQLITE_(BUSY|LOCKED)/.test(name))
    return new LogError('log-unavailable', `Another process keeps ${file} locked (${message}).`, because);
  if (/^SQLITE_(READONLY|CANTOPEN)/.test(name))
    return new LogError(
      'log-refused',
      `${file} can't be opened for writing (${message}). Check that its folder is there, and who may write to it.`,
      because,
    );
  return error;
}

function nameOf(error: unknown): string {
  const { code, errcode, message = '' } = error as { code?: unknown; errcode?: number; message?: string };
  // libsql tells why it could not open a file in its text alone.
  const number = errcode ?? /^ConnectionFailed.*: (\d+)"\)$/.exec(message)?.[1];
  return number === undefined ? String(code) : (codes[Number(number) & 255] ?? '');
}
