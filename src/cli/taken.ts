import { CliError, exits } from './exit.js';

/** Why an address can't be listened at, and what to do; what nobody foresaw stays as it is. */
export function taken(
  error: unknown,
  { port, host }: { readonly port: number; readonly host: string },
): unknown {
  const { code } = Object(error) as { code?: unknown };
  const about = (exit: number, text: string) => new CliError(exit, text, { cause: error });
  if (code === 'EADDRINUSE')
    return about(
      exits.unavailable,
      `Port ${port} is in use. End what has it, or take another: --port ${port + 1}`,
    );
  if (code === 'EACCES')
    return about(
      exits.noPermission,
      `Port ${port} may not be used by this user. Take one above 1023: --port 8080`,
    );
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return about(
      exits.unavailable,
      `"${host}" is no address of this machine. Take 127.0.0.1 or 0.0.0.0: --host 0.0.0.0`,
    );
  return error;
}
