import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { nearest } from '../../gateway/nearest.js';
import type { Command } from '../command.js';
import { CliError, exits } from '../exit.js';
import { packageJson } from '../package.js';

/** Prints what a page needs to show a tag. */
export const snippetCommand: Command = {
  description: `Prints a tag with the script that defines it, and the script's hash: a browser runs
no script of another content (Subresource Integrity).

Without a tag it is <oriel-frame>. For a tag of your own, --script is the file
that defines it, as it will be served: its hash is taken from what stands in it.

It ends with 0; 2 for wrong arguments, and 66 without the script.`,
  args: [{ name: '[tag]', description: 'which', default: 'oriel-frame' }],
  options: [
    { flags: '--src <url>', description: "the guest's address", default: 'https://guest.example/' },
    { flags: '--cdn <url>', description: 'where the script is served', default: 'https://cdn.example/' },
    { flags: '--script <file>', description: 'what defines a tag of your own' },
    { flags: '--classic', description: 'a classic script, for pages that take no modules' },
    { flags: '--guest', description: "the guest's side: its script, and no tag" },
  ],
  examples: [
    ['oriel snippet --src https://tickets.example/widget', 'a frame'],
    ['oriel snippet acme-tickets --script dist/widget.js', 'a tag of your own'],
    ['oriel snippet --guest', 'what the page in the frame needs'],
  ],
  async run([tag = 'oriel-frame'], { src = '', cdn = '', script, classic, guest }, io) {
    const base = URL.canParse(cdn) ? new URL(cdn.endsWith('/') ? cdn : `${cdn}/`) : undefined;
    if (!base)
      throw new CliError(exits.usage, `--cdn: "${cdn}" is no address. Write it as https://cdn.example/`);
    const { name, hash } = script === undefined ? ours(tag, guest, classic) : own(tag, script, io.cwd);
    const lines = [
      `<script${classic ? '' : ' type="module"'} src="${escaped(new URL(name, base).href)}" integrity="${hash}" crossorigin="anonymous"></script>`,
    ];
    if (!guest)
      lines.push(tag.startsWith('oriel-') ? `<${tag} src="${address(src)}"></${tag}>` : `<${tag}></${tag}>`);
    await io.print(lines.join('\n'));
    if (base.hostname === 'cdn.example')
      io.note(`oriel: serve ${name} from a place of your own, and name that by --cdn.`);
    return exits.ok;
  },
};

interface Script {
  readonly name: string;
  readonly hash: string;
}

function ours(tag: string, guest: string | undefined, classic: string | undefined): Script {
  const { tags } = packageJson('html-data.json') as { tags: readonly { readonly name: string }[] };
  const known = tags.map(({ name }) => name);
  if (!guest && !known.includes(tag)) {
    const meant = nearest(tag, known);
    throw new CliError(
      exits.usage,
      `oriel has no <${tag}>. ${meant ? `Did you mean <${meant}>?` : `Say what defines it: oriel snippet ${tag} --script widget.js`}`,
    );
  }
  const name = `${guest ? 'guest' : 'oriel'}${classic ? '.global' : ''}.js`;
  return { name, hash: packageJson('cdn/sri.json')[name] as string };
}

function own(tag: string, script: string, cwd: string): Script {
  if (!/^[a-z][a-z0-9._]*-[a-z0-9._-]*$/.test(tag))
    throw new CliError(
      exits.usage,
      `"${tag}" can't be a tag: it needs lower-case letters and a dash, as acme-tickets.`,
    );
  const path = resolve(cwd, script);
  if (!existsSync(path)) throw new CliError(exits.noInput, `There is no ${script} here. Build it first.`);
  const hash = createHash('sha384').update(readFileSync(path)).digest('base64');
  return { name: basename(path), hash: `sha384-${hash}` };
}

function address(src: string): string {
  if (URL.canParse(src) && /^https?:$/.test(new URL(src).protocol)) return escaped(new URL(src).href);
  throw new CliError(
    exits.usage,
    `--src: "${src}" is no address of a guest. Write it as https://guest.example/`,
  );
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
}
