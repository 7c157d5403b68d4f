/** What a command ends with, as shells and sysexits.h have it; 1 is a failure of the other side. */
export const exits = {
  ok: 0,
  failed: 1,
  usage: 2,
  noInput: 66,
  unavailable: 69,
  software: 70,
  cantCreate: 73,
  noPermission: 77,
  config: 78,
} as const;

/** Ends a command: what its user is told, what to do about it, and the exit code. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exit: number;

  constructor(exit: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exit = exit;
  }
}
