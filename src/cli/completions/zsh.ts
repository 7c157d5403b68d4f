import type { Word, Words } from './words.js';

/** Completes in zsh, with what each word does. What isn't known is completed as a file. */
export function zsh(all: readonly Words[]): string {
  const names = all.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join('\n');
  const cases = all.map(({ name, options, args }) => {
    const specs = options.map(specOf);
    specs.push(args.length ? quoted(`1:what:(${args.join(' ')})`) : quoted('*:file:_files'));
    return `    ${name}) _arguments -s ${specs.join(' \\\n      ')} ;;`;
  });
  return `#compdef oriel
# oriel in zsh: source <(oriel completions zsh)
_oriel() {
  local -a names
  names=(
${names}
    'help:what a command does'
  )
  if (( CURRENT == 2 )) || [[ $words[2] == help ]]; then
    _describe 'command' names
    return
  fi
  local name=$words[2]
  shift words
  (( CURRENT-- ))
  case $name in
${cases.join('\n')}
  esac
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
compdef _oriel oriel`;
}

function specOf({ flags, description, takes, choices }: Word): string {
  const told = `[${description.replace(/[[\]:]/g, '\\$&')}]`;
  const value = takes ? `:value:${choices.length ? `(${choices.join(' ')})` : '_files'}` : '';
  const [only] = flags;
  if (flags.length === 1) return quoted(`${only}${told}${value}`);
  return `${quoted(`(${flags.join(' ')})`)}{${flags.join(',')}}${quoted(`${told}${value}`)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
