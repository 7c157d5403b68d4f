/** What a new widget is called, in each place. */
export interface Names {
  /** The contract's: `acme.greeting`. */
  readonly contract: string;
  /** The tag's, the package's: `acme-greeting`. */
  readonly tag: string;
  /** In code: `greeting`. */
  readonly code: string;
}

/** @returns `undefined` for a name that no contract and tag can have */
export function namesOf(name: string): Names | undefined {
  if (!/^[a-z][a-z0-9]*(?:[.-][a-z][a-z0-9]*)+$/.test(name)) return;
  const words = name.split(/[.-]/);
  const [, ...rest] = words;
  const code = rest.map((word, i) => (i ? (word[0] ?? '').toUpperCase() + word.slice(1) : word)).join('');
  if (reserved.has(code)) return;
  return { contract: `${words[0]}.${rest.join('-')}`, tag: words.join('-'), code };
}

/** What can't be a variable's name in a module, or is one of the files' own. */
const reserved = new Set(
  `arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for
  function if implements import in instanceof interface let new null package private protected public return static
  super switch this throw true try typeof var void while with yield greeter connect contract event method type test
  document window host peer mock show said mockGuest mockHost assert`.split(/\s+/),
);
