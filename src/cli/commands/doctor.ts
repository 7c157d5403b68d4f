import type { Command, CommandIo } from '../command.js';
import { CliError, exits } from '../exit.js';
import type { Finding } from '../framing/finding.js';
import { type Hop, isWeb, pageHops, Unreachable } from '../framing/page.js';
import { judge } from '../framing/verdict.js';
import { plain } from '../plain.js';
import { numberOf, originOf } from '../values.js';

/** A page of another origin, where the user names none. */
const someHost = 'https://host.example';

/** Says why a page refuses to be embedded, before anyone debugs a blank frame. */
export const doctorCommand: Command = {
  description: `Asks for a page as a browser does for a frame, follows each redirect, and says
whether it embeds: by frame-ancestors, X-Frame-Options, mixed content, downloads,
the isolation of the page that embeds, and that page's own policy. What embeds,
but not as you think, is said too: logins, cookies that a frame lacks, sandboxes,
scripts that look for a frame. Browsers tell a page nothing of all this.

For each finding it prints the header that decided, and what would mend it.

It ends with 0 if the page embeds, 1 if it won't, and 2 where that can't be
told: wrong arguments, or a page that can't be reached.`,
  args: [{ name: '<url>', description: 'the page to embed' }],
  options: [
    {
      flags: '--host <origin>',
      description: `the page that embeds, such as https://crm.example (default: any other origin)`,
    },
    { flags: '--ancestors <origins>', description: 'the pages around that one, up to the top, with spaces' },
    { flags: '--host-csp <policy>', description: "the embedding page's Content-Security-Policy" },
    { flags: '--host-coep <value>', description: "the embedding page's Cross-Origin-Embedder-Policy" },
    { flags: '--timeout <ms>', description: 'how long each answer may take', default: '15000' },
    { flags: '--json', description: 'print one JSON object' },
  ],
  examples: [
    ['oriel doctor https://tickets.example/widget', 'would any page be let in?'],
    ['oriel doctor tickets.example --host https://crm.example', 'would this one?'],
    [`oriel doctor https://tickets.example --host-csp "frame-src 'self'"`, 'is it its own policy?'],
    ["oriel doctor https://tickets.example --json | jq '.findings'", 'for a script'],
  ],
  async run([text = ''], { host, ancestors, hostCsp, hostCoep, timeout, json }, io) {
    const url = addressOf(text);
    const its = {
      host: host === undefined ? someHost : originOf('--host', host),
      further: (ancestors ?? '')
        .split(/[\s,]+/)
        .filter(Boolean)
        .map((each) => originOf('--ancestors', each)),
      hostCsp: hostCsp === undefined ? [] : [hostCsp],
      hostCoep,
    };
    const within = numberOf('--timeout', timeout, 2 ** 31 - 1);
    const found = await look(url, {
      host: its.host,
      timeout: within,
      signal: io.signal,
      asking: (at) => io.progress(`asking ${at.href}`),
    });
    if (found instanceof Unreachable) {
      if (json)
        await io.print(JSON.stringify(answer(url, its.host, 'unknown', found.hops, [], found.message)));
      io.note(`oriel: ${found.message}`);
      return exits.usage;
    }
    const findings = judge({ hops: found, ...its });
    const verdict = findings.some(({ level }) => level === 'blocks') ? 'blocked' : 'embeds';
    if (json) await io.print(JSON.stringify(answer(url, its.host, verdict, found, findings)));
    else await report(found, findings, host, io);
    return verdict === 'embeds' ? exits.ok : exits.failed;
  },
};

async function look(url: URL, options: Parameters<typeof pageHops>[1]): Promise<Hop[] | Unreachable> {
  try {
    return await pageHops(url, options);
  } catch (error) {
    if (error instanceof Unreachable) return error;
    throw error;
  }
}

function addressOf(text: string): URL {
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (url && isWeb(url)) return url;
  throw new CliError(
    exits.usage,
    `"${text}" is no address of the web. Write it as https://tickets.example/widget`,
  );
}

function answer(
  url: URL,
  host: string,
  verdict: 'embeds' | 'blocked' | 'unknown',
  hops: readonly Hop[],
  findings: readonly Finding[],
  error?: string,
): object {
  const cause = findings.find(({ level }) => level === 'blocks')?.rule;
  const way = hops.map(({ url: at, status }) => ({ url: at.href, status }));
  return { url: url.href, host, verdict, cause, hops: way, findings, error };
}

const marks = { blocks: '✗', warns: '!', notes: '·', ok: '✓' } as const;

async function report(
  hops: readonly Hop[],
  findings: readonly Finding[],
  host: string | undefined,
  io: CommandIo,
): Promise<void> {
  const print = (line: string) => io.print(plain(line));
  for (const { status, url } of hops) await print(`${status}  ${url.href}`);
  await print('');
  for (const { level, rule, text, line, fix } of findings) {
    await print(`${marks[level]} ${rule}: ${text}`);
    for (const each of line?.split('\n') ?? []) await print(`    ${each}`);
    if (fix !== undefined) await print(`    to mend it: ${fix.replaceAll('\n', '\n      ')}`);
  }
  const cause = findings.find(({ level }) => level === 'blocks');
  const who = host ?? 'a page of another origin';
  await print('');
  await print(
    cause
      ? `It won't embed in ${who}, by ${cause.rule}.`
      : `It embeds in ${who}.${host ? '' : ' Say which by --host.'}`,
  );
}
