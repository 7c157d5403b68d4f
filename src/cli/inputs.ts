import type { CommandIo } from './command.js';
import { CliError, exits } from './exit.js';

/** One value that a command is given, as JSON text. */
export interface Input {
  /** `undefined` where none is given. */
  readonly json: string | undefined;
  /** Its line on stdin, from 1. */
  readonly line?: number;
}

/** Options of commands that take values. */
export const inputOptions = [
  { flags: '--json <value>', description: 'what to send, as JSON' },
  { flags: '--no-input', description: 'send nothing, and read nothing from stdin' },
] as const;

/**
 * What to send: `--json`, or each line of stdin, or nothing where a person is at stdin.
 * @throws CliError for what is no JSON
 */
export async function* inputsOf(
  { json, input }: Readonly<Record<string, string | undefined>>,
  { lines, interactive, signal, note }: Pick<CommandIo, 'lines' | 'interactive' | 'signal' | 'note'>,
): AsyncGenerator<Input, undefined> {
  if (json !== undefined) return void (yield checked(json, '--json'));
  if (input === 'false' || interactive) return void (yield { json: undefined });
  let number = 0;
  let given = 0;
  // A stdin that was left open looks like a command that hangs.
  const hint = setTimeout(
    () => note('oriel: waiting for lines on stdin. --json gives a value, --no-input none.'),
    2000,
  );
  try {
    for await (const line of lines) {
      clearTimeout(hint);
      number++;
      signal.throwIfAborted();
      if (!line.trim()) continue;
      given++;
      yield { ...checked(line, `line ${number}`), line: number };
    }
  } finally {
    clearTimeout(hint);
  }
  signal.throwIfAborted();
  // An empty file is no input either.
  if (!given) yield { json: undefined };
}

function checked(text: string, where: string): Input {
  try {
    JSON.parse(text);
    return { json: text };
  } catch (error) {
    throw new CliError(exits.usage, `${where} is no JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** An error that says of which line it is. */
export function placed(error: unknown, { line }: Input): unknown {
  return error instanceof CliError && line !== undefined
    ? new CliError(error.exit, `line ${line}: ${error.message}`, { cause: error })
    : error;
}
