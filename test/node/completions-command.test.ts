// What shells complete, asked of the shells themselves.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { commands } from '../../dist/cli/commands.js';
import { folderWith, oriel } from '../support/command.js';
import { leftOut } from '../support/left-out.js';

const cwd = folderWith({});
const names = commands.map(({ name }) => name);

async function scriptFor(shell: string): Promise<string> {
  const { code, stdout, stderr } = await oriel(['completions', shell], cwd).ended();
  assert.deepEqual([code, stderr], [0, '']);
  writeFileSync(join(cwd, `oriel.${shell}`), stdout);
  return stdout;
}

/** Whether a shell is here; if not, its test is left out aloud. */
function has(shell: string, t: TestContext): boolean {
  if (!spawnSync(shell, ['--version']).error) return true;
  leftOut(t, `${shell} is not on this machine`);
  return false;
}

test('bash completes commands, options and values', { timeout: 60_000 }, async (t) => {
  if (!has('bash', t)) return;
  await scriptFor('bash');
  const completed = (...words: string[]) => {
    const line = ['oriel', ...words].map((word) => `'${word}'`).join(' ');
    const script = `source ./oriel.bash; COMP_WORDS=(${line}); COMP_CWORD=${words.length}; _oriel; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['--norc', '-c', script], { cwd, encoding: 'utf8' })
      .trim()
      .split('\n')
      .sort();
  };
  assert.deepEqual(completed(''), [...names, 'help', '--help', '--version'].sort());
  assert.deepEqual(completed('do'), ['doctor']);
  assert.deepEqual(completed('help', 'ta'), ['tail']);
  assert.deepEqual(completed('doctor', '--host'), ['--host', '--host-coep', '--host-csp']);
  assert.deepEqual(completed('describe', 'a.js', '--as', ''), [
    'asyncapi',
    'json-schema',
    'markdown',
    'openapi',
  ]);
  assert.deepEqual(completed('completions', ''), ['bash', 'fish', 'zsh']);
  assert.deepEqual(completed('doctor', '--timeout', ''), ['']);
});

test('zsh completes commands, options and values', { timeout: 60_000 }, async (t) => {
  if (!has('zsh', t)) return;
  const script = await scriptFor('zsh');
  for (const name of names) assert.ok(script.includes(`    ${name}) _arguments`), name);
  // A terminal of its own, whose answers are waited for.
  const dialogue = String.raw`
    zmodload zsh/zpty
    zpty z 'zsh -f -i'
    zpty -w z 'autoload -Uz compinit; compinit -u -D; source ./oriel.zsh; bindkey "^I" complete-word; print rea""dy'
    zpty -r z out '*ready*'
    zpty -n -w z $'oriel doct\t --host-c\t\t'
    zpty -r z out '*--host-coep*--host-csp*' && print options
    zpty -n -w z $'\x15oriel describe --as \t\t'
    zpty -r z out '*asyncapi*json-schema*markdown*openapi*' && print values
    zpty -d z`;
  const said = execFileSync('zsh', ['-f', '-c', dialogue], { cwd, encoding: 'utf8', timeout: 50_000 });
  assert.equal(said, 'options\nvalues\n');
});

test('fish completes commands, options and values', { timeout: 60_000 }, async (t) => {
  if (!has('fish', t)) return;
  await scriptFor('fish');
  const completed = (line: string) =>
    execFileSync('fish', ['--no-config', '-c', `source ./oriel.fish; complete -C '${line}'`], {
      cwd,
      encoding: 'utf8',
    })
      .trim()
      .split('\n')
      .map((each) => each.split('\t')[0])
      .sort();
  assert.deepEqual(completed('oriel '), [...names, 'help'].sort());
  assert.deepEqual(completed('oriel doctor --host'), ['--host', '--host-coep', '--host-csp']);
  assert.deepEqual(completed('oriel describe --as '), ['asyncapi', 'json-schema', 'markdown', 'openapi']);
});

test('another shell is refused, with the nearest that there is', { timeout: 60_000 }, async () => {
  const { code, stderr } = await oriel(['completions', 'bsh'], cwd).ended();
  assert.equal(code, 2);
  assert.match(stderr, /Did you mean bash\? There are bash, zsh, fish/);
});

test('each command teaches by its help, and all have examples that name it', {
  timeout: 120_000,
}, async () => {
  const { stdout: all } = await oriel(['--help'], cwd).ended();
  for (const { name, summary, load } of commands) {
    assert.ok(all.replace(/\s+/g, ' ').includes(summary), name);
    const { description, examples, options } = await load();
    assert.ok(description.length > 80, name);
    assert.ok(examples.length >= 2, name);
    assert.ok(
      examples.some(([line]) => line.includes(`oriel ${name}`)),
      name,
    );
    // What is documented wraps by itself on no terminal.
    for (const line of description.split('\n')) assert.ok(line.length <= 90, `${name}: ${line}`);
    for (const { description: told } of options) assert.ok(told, name);
  }
  const { stdout } = await oriel(['help', 'doctor'], cwd).ended();
  assert.match(stdout, /Usage: oriel doctor \[options\] <url>[\s\S]*Examples:/);
});
