import type { Command } from '../command.js';
import { commands } from '../commands.js';

/** What can be typed after a command's name. */
export interface Words {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly Word[];
  /** What its first argument may be, where that is one of a few. */
  readonly args: readonly string[];
}

/** An option, in all its spellings. */
export interface Word {
  readonly flags: readonly string[];
  readonly description: string;
  /** Whether a value follows. */
  readonly takes: boolean;
  readonly choices: readonly string[];
}

const help: Word = { flags: ['-h', '--help'], description: 'what it does', takes: false, choices: [] };

/** All of `oriel`, as shells complete it. */
export function allWords(): Promise<Words[]> {
  return Promise.all(
    commands.map(async ({ name, summary, load }) => {
      const { options, args } = await load();
      return { name, summary, options: [...options.map(wordOf), help], args: args[0]?.choices ?? [] };
    }),
  );
}

function wordOf({ flags, description, choices = [] }: Command['options'][number]): Word {
  return { flags: flags.match(/--?[\w-]+/g) ?? [], description, takes: /[<[]/.test(flags), choices };
}
