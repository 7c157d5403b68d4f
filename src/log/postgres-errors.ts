import { LogError } from '../contract/index.js';

/** Its tables are gone: they are made anew. */
export const isTableless = (error: unknown): boolean => (error as { code?: unknown }).code === '42P01';

const away = /^(08|40|53300|57P|55P03|42P01|ECONN|ENOTFOUND|EHOSTUNREACH|EPIPE|ETIMEDOUT|EAI_AGAIN)/;
const lost =
  /connection terminated|timeout exceeded|connection (error|ended)|client (has encountered|was closed)/i;

/** What PostgreSQL says, as what to do about it. */
export function postgresError(error: unknown): LogError {
  if (error instanceof LogError) return error;
  const { message, errors } = error as AggregateError;
  const { code = '' } = (errors?.[0] ?? error) as { code?: string };
  const because = { cause: error };
  const said = message || code;
  if (away.test(code) || lost.test(message))
    return new LogError(
      'log-unavailable',
      `PostgreSQL can't be reached (${said}). Check that it runs, and its url.`,
      because,
    );
  if (/^53/.test(code))
    return new LogError(
      'log-full',
      `PostgreSQL can't take more (${said}). Give it space, or keep less.`,
      because,
    );
  if (/^XX/.test(code))
    return new LogError(
      'log-corrupt',
      `PostgreSQL finds its files damaged (${said}). Restore them.`,
      because,
    );
  return new LogError(
    'log-refused',
    `PostgreSQL refuses (${said}). Check its user, database and version.`,
    because,
  );
}
