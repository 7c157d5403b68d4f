import type { Command } from '../command.js';
import { bash } from '../completions/bash.js';
import { fish } from '../completions/fish.js';
import { allWords } from '../completions/words.js';
import { zsh } from '../completions/zsh.js';
import { exits } from '../exit.js';

const shells = { bash, zsh, fish } as const;

/** Prints what a shell completes by. */
export const completionsCommand: Command = {
  description: `Prints a script by which your shell completes commands, options, and what they may
be. Load it where your shell starts: ~/.bashrc, ~/.zshrc, ~/.config/fish/config.fish.`,
  args: [{ name: '<shell>', description: 'which', choices: Object.keys(shells) }],
  options: [],
  examples: [
    ['source <(oriel completions bash)', 'in ~/.bashrc'],
    ['source <(oriel completions zsh)', 'in ~/.zshrc'],
    ['oriel completions fish | source', 'in config.fish'],
  ],
  async run([shell], _, io) {
    await io.print(shells[shell as keyof typeof shells](await allWords()));
    return exits.ok;
  },
};
