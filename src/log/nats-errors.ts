import { LogError } from '../contract/index.js';

/** The number that JetStream gives an error. */
export const apiCodeOf = (error: unknown): number | undefined => (error as { code?: number }).code;

const full = [10023, 10047, 10077, 10122];
const away =
  /timeout|no responders|connection|disconnect|closed|draining|ECONN|ENOTFOUND|EHOSTUNREACH|unavailable|no stream matches|stream not found/i;

/** What NATS says, as what to do about it. */
export function natsError(error: unknown): LogError {
  if (error instanceof LogError) return error;
  const { name, message } = error as Error;
  const because = { cause: error };
  if (full.includes(Number(apiCodeOf(error))))
    return new LogError(
      'log-full',
      `JetStream can't take more (${message}). Give it space, or keep less.`,
      because,
    );
  if (/Authorization|Permission|authentication/i.test(`${name} ${message}`))
    return new LogError(
      'log-refused',
      `NATS refuses (${message}). Check its user and what it may do.`,
      because,
    );
  if (/payload/i.test(message))
    return new LogError(
      'log-refused',
      `An event is too large for NATS (${message}). Raise its max_payload.`,
      because,
    );
  if (/JetStreamNotEnabled/.test(name))
    return new LogError(
      'log-refused',
      'This NATS server has no JetStream. Turn it on: jetstream {}.',
      because,
    );
  if (away.test(`${name} ${message}`))
    return new LogError(
      'log-unavailable',
      `NATS can't be reached (${message}). Check that it runs, and its url.`,
      because,
    );
  return new LogError('log-refused', `NATS refuses (${message}).`, because);
}
