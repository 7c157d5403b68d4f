import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { isatty } from 'node:tty';
import { Argument, Command as Commander, CommanderError, InvalidArgumentError, Option } from 'commander';
import { nearest } from '../gateway/nearest.js';
import type { Command, CommandIo } from './command.js';
import { commands } from './commands.js';
import { CliError, exits } from './exit.js';
import { packageJson } from './package.js';
import { plain } from './plain.js';
import { statusLine } from './status-line.js';

/** Runs `oriel`. @param argv - What stands after the command's name. @returns the exit code */
export async function main(argv: readonly string[]): Promise<number> {
  const stop = new AbortController();
  const ended = endedBySignals(stop);
  // Whoever reads our output may stop before its end: that is no error.
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) =>
    process.exit(code === 'EPIPE' ? 0 : exits.software),
  );
  let input: Interface | undefined;
  // Whoever waits for a line waits no longer.
  stop.signal.addEventListener('abort', () => input?.close(), { once: true });
  const status = statusLine(isatty(2));
  const io: CommandIo = {
    print: async (line) => {
      status.clear();
      if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
    },
    note: (line) => {
      status.clear();
      process.stderr.write(`${plain(line)}\n`);
    },
    progress: status.show,
    get lines() {
      return (input ??= createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY }));
    },
    interactive: isatty(0),
    cwd: process.cwd(),
    env: process.env,
    signal: stop.signal,
  };
  try {
    return await parse(argv, io);
  } catch (error) {
    // It was told to end, and what it was at failed by that.
    if (stop.signal.aborted) return 128 + signals[stop.signal.reason as keyof typeof signals];
    return told(error, io);
  } finally {
    ended();
    status.clear();
    // What was not read to its end would keep the process.
    input?.close();
    if (input) process.stdin.destroy();
  }
}

async function parse(argv: readonly string[], io: CommandIo): Promise<number> {
  let code: number = exits.ok;
  const program = new Commander('oriel')
    .description('Connects pages with systems that they cannot reach, by a contract that both share.')
    .version(version(), '-v, --version', 'the version of oriel')
    .helpOption('-h, --help', 'what it does')
    .helpCommand('help [command]', 'what a command does')
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText('after', '\n"oriel help <command>" has examples. stdout is data, stderr is for people.')
    .configureOutput({ writeErr: (text) => process.stderr.write(text) });
  const words = argv.filter((word) => !word.startsWith('-'));
  const asked = words[0] === 'help' ? words[1] : words[0];
  for (const { name, summary, load } of commands) {
    const sub = program.command(name).summary(summary).exitOverride();
    if (name !== asked) continue;
    const command = await load();
    fill(sub, name, command);
    sub.action(async () => {
      const options = Object.entries(sub.opts()).map(([key, value]) => [key, String(value)]);
      code = await command.run(sub.processedArgs as string[], Object.fromEntries(options), io);
    });
  }
  await program.parseAsync(argv, { from: 'user' });
  return code;
}

function fill(sub: Commander, name: string, command: Command): void {
  sub
    .description(command.description)
    .showHelpAfterError(`Run "oriel ${name} --help" for what there is.`)
    .addHelpText('after', examples(command));
  for (const { name: arg, description, default: value, choices } of command.args) {
    const argument = new Argument(arg, description);
    if (value !== undefined) argument.default(value);
    if (choices) argument.choices(choices).argParser(oneOf(choices));
    sub.addArgument(argument);
  }
  for (const { flags, description, default: value, choices, env } of command.options) {
    const option = new Option(flags, description);
    if (value !== undefined) option.default(value);
    if (choices) option.choices(choices).argParser(oneOf(choices));
    if (env !== undefined) option.env(env);
    sub.addOption(option);
  }
}

/** One of a few words; of another, the nearest is named. */
function oneOf(choices: readonly string[]): (word: string) => string {
  return (word) => {
    if (choices.includes(word)) return word;
    const meant = nearest(word, choices);
    throw new InvalidArgumentError(
      `${meant ? `Did you mean ${meant}? ` : ''}There are ${choices.join(', ')}.`,
    );
  };
}

function examples({ examples: lines }: Command): string {
  const wide = Math.max(...lines.map(([line]) => line.length));
  return `\nExamples:\n${lines.map(([line, what]) => `  ${line.padEnd(wide)}   ${what}`).join('\n')}`;
}

/** Tells the user what went wrong. What nobody foresaw comes with its stack. */
function told(error: unknown, { note }: CommandIo): number {
  // It has told already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exits.ok : exits.usage;
  if (error instanceof CliError) {
    note(`oriel: ${error.message}`);
    return error.exit;
  }
  note(`oriel: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return exits.software;
}

const signals = { SIGINT: 2, SIGTERM: 15 } as const;

/** Aborts at the first signal, and ends the process at the second. */
function endedBySignals(stop: AbortController): () => void {
  const ended = (name: keyof typeof signals) => {
    if (stop.signal.aborted) process.exit(128 + signals[name]);
    stop.abort(name);
  };
  process.on('SIGINT', ended).on('SIGTERM', ended);
  return () => void process.off('SIGINT', ended).off('SIGTERM', ended);
}

function version(): string {
  return String(packageJson('package.json')['version']);
}
