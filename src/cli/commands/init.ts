import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Command } from '../command.js';
import { CliError, exits } from '../exit.js';
import { filesOf } from '../init/files.js';
import { type Names, namesOf } from '../init/names.js';
import { packageJson } from '../package.js';

/** Begins a new widget. */
export const initCommand: Command = {
  description: `Makes a folder with a widget that works: a contract, the guest's page, the tag that
shows it, a page with the tag in it, and tests that run each side without the other.
Nothing that is there is written over.

It prints the files that it wrote, and ends with 0; 2 for wrong arguments, and 73
where the folder has something in it.`,
  args: [{ name: '<folder>', description: 'where; it is made' }],
  options: [
    {
      flags: '--name <name>',
      description: "the contract's name, such as acme.greeting (default: the folder's)",
    },
  ],
  examples: [
    ['oriel init acme-greeting', 'a widget of that name'],
    ['oriel init widgets/greeting --name acme.greeting', 'of another name than its folder'],
    ['cd acme-greeting && npm install && npm test && npm start', 'and then'],
  ],
  async run([folder = ''], { name }, { cwd, print, note }) {
    const path = resolve(cwd, folder);
    const names = namesFor(name, basename(path));
    if (existsSync(path) && (await readdir(path).catch(() => ['a file'])).length)
      throw new CliError(exits.cantCreate, `${folder} is there already, and not empty. Name another folder.`);
    const files = filesOf(names, String(packageJson('package.json')['version']));
    for (const [file, text] of Object.entries(files)) {
      await write(join(path, file), text);
      await print(join(folder, file));
    }
    note(`oriel: now: cd ${folder} && npm install && npm test && npm start`);
    return exits.ok;
  },
};

/** @throws CliError where it can't be written */
async function write(file: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    const { message } = error as Error;
    throw new CliError(exits.cantCreate, `${file} can't be written (${message}). Name another folder.`, {
      cause: error,
    });
  }
}

function namesFor(given: string | undefined, folder: string): Names {
  const plain = folder.toLowerCase().replace(/[^a-z0-9.-]+/g, '-');
  // A tag has a dash, and a contract's name who it is of.
  const names = namesOf(given ?? (/[.-]/.test(plain) ? plain : `my-${plain}`));
  if (names) return names;
  throw new CliError(
    exits.usage,
    `"${given ?? folder}" can't name a contract and a tag: two words or more, in lower case, none of them JavaScript's. Write --name acme.greeting`,
  );
}
