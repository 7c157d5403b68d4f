import type { Words } from './words.js';

/** Completes in fish, with what each word does. What isn't known is completed as a file. */
export function fish(all: readonly Words[]): string {
  const names = all.map(({ name }) => name).join(' ');
  const lines = all.flatMap(({ name, summary, options, args }) => {
    const here = `complete -c oriel -n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c oriel -n '__fish_use_subcommand' -f -a ${name} -d ${quoted(summary)}`,
      ...options.map(({ flags, description, takes, choices }) => {
        const spelled = flags.map((flag) =>
          flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
        );
        const value = takes ? ` -r${choices.length ? ` -f -a ${quoted(choices.join(' '))}` : ''}` : '';
        return `${here} ${spelled.join(' ')}${value} -d ${quoted(description)}`;
      }),
      ...(args.length ? [`${here} -f -a ${quoted(args.join(' '))}`] : []),
    ];
  });
  return `# oriel in fish: oriel completions fish | source
complete -c oriel -e
${lines.join('\n')}
complete -c oriel -n '__fish_use_subcommand' -f -a help -d 'what a command does'
complete -c oriel -n '__fish_seen_subcommand_from help' -f -a '${names}'
complete -c oriel -n '__fish_use_subcommand' -s v -l version -d 'the version of oriel'`;
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
