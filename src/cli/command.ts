/** What a command is handed of the world. */
export interface CommandIo {
  /** Writes a line of data to stdout. Resolves when there is room for more: await it where there may be many. */
  print(line: string): Promise<void>;
  /** What comes on stdin, line by line. */
  readonly lines: AsyncIterable<string>;
  /** Whether a person is at stdin, and would have to type what is read from there. */
  readonly interactive: boolean;
  /** Tells a person something, on stderr. */
  note(line: string): void;
  /** Says what is being done now, in one line that is written over: on a terminal alone. */
  progress(line: string): void;
  /** The folder that paths are relative to. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the user or the system wants it to end. */
  readonly signal: AbortSignal;
}

/** An option, as `commander` writes it: `-p, --port <number>`. One without a value is `'true'` where it is given. */
interface CommandOption {
  readonly flags: string;
  readonly description: string;
  readonly default?: string;
  /** All that it may be. */
  readonly choices?: readonly string[];
  /** The variable that stands in for it. */
  readonly env?: string;
}

/** One of `oriel`'s commands. It is loaded, and loads what it needs, when it runs: none waits for another's. */
export interface Command {
  /** What it does, in a few lines, for its `--help`. */
  readonly description: string;
  /** Such as `{ name: '[config]', description: '…' }`; `<…>` has to be given. */
  readonly args: readonly {
    readonly name: string;
    readonly description: string;
    readonly default?: string;
    readonly choices?: readonly string[];
  }[];
  readonly options: readonly CommandOption[];
  /** Lines that work when they are typed, each with what it does. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  /** @returns the exit code. @throws CliError */
  run(
    args: readonly string[],
    options: Readonly<Record<string, string | undefined>>,
    io: CommandIo,
  ): Promise<number>;
}
