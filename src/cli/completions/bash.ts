import type { Words } from './words.js';

/** Completes in bash. What isn't known is completed as a file. */
export function bash(all: readonly Words[]): string {
  const cases = all.map(({ name, options, args }) => {
    const values = options.flatMap(({ flags, choices }) =>
      choices.length ? [`      ${flags.join('|')}) words='${choices.join(' ')}' ;;`] : [],
    );
    const takers = options.filter(({ takes, choices }) => takes && !choices.length);
    if (takers.length) values.push(`      ${takers.flatMap(({ flags }) => flags).join('|')}) return ;;`);
    const flags = options.flatMap((option) => option.flags).join(' ');
    return `  ${name})
    case $before in
${values.map((line) => `${line}\n`).join('')}      *) case $word in
        -*) words='${flags}' ;;
        *) words='${args.join(' ')}' ;;
      esac ;;
    esac ;;`;
  });
  const names = all.map(({ name }) => name).join(' ');
  return `# oriel in bash: source <(oriel completions bash)
_oriel() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} words=''
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ] || [ "\${COMP_WORDS[1]}" = help ]; then
    COMPREPLY=($(compgen -W '${names} help --help --version' -- "$word"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac
  [ -n "$words" ] && COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _oriel oriel`;
}
