import type { Command } from '../command.js';
import { CliError, exits } from '../exit.js';
import { follow, type KeptEvent, type Told } from '../follow.js';
import { plain } from '../plain.js';
import { Remote, remoteOptions } from '../remote.js';
import { numberOf } from '../values.js';

/** Follows what is kept of a contract's events. */
export const tailCommand: Command = {
  description: `Follows the events of a contract that a gateway keeps, and prints each once and in
order: for people, or with --ndjson as {"cursor":…,"event":…}, whose event is
CloudEvents 1.0.

--from resumes: the cursor of the last line that was had, earliest for all that is
kept, latest for what comes from now on. Where the connection breaks it is made
again, and goes on from the last line. stderr says where it stands: replayed
(there is more that was missed), live (nothing is), or reset: something was missed
for good, and why. --fail-on-reset ends it there.

It ends with 0 when it is told to, or has had --count or --until-live; 1 for what
the gateway refuses, 2 for wrong arguments, and 69 where it doesn't answer at first.`,
  args: [
    {
      name: '<contract[/event]>',
      description: 'such as acme.shop/paid; several events with commas, or all without',
    },
  ],
  options: [
    {
      flags: '--from <cursor>',
      description: 'where to begin: a cursor, earliest, latest',
      default: 'latest',
    },
    { flags: '--ndjson', description: 'a line of JSON for each event' },
    { flags: '--count <number>', description: 'end after so many' },
    { flags: '--until-live', description: 'end when there is nothing more to be had now' },
    { flags: '--fail-on-reset', description: 'end with 1 when something was missed' },
    remoteOptions.url,
    remoteOptions.token,
  ],
  examples: [
    ['oriel tail acme.shop/paid', 'what comes'],
    ['oriel tail acme.shop --from earliest --until-live --ndjson', 'all that is kept'],
    ['oriel tail acme.shop/paid --ndjson --from "$(cat at)" | my-script', 'goes on where it was'],
  ],
  async run([name = ''], { url = '', token, from = 'latest', count, ...flags }, io) {
    const { contract, events } = followedOf(name);
    const most = count === undefined ? Number.POSITIVE_INFINITY : numberOf('--count', count, 2 ** 53 - 1);
    const remote = new Remote(url, token, io.signal);
    const live = new Set<string>();
    let had = 0;
    for await (const told of follow(remote, { contract, events, from, signal: io.signal })) {
      if (told.kind === 'event') {
        await io.print(flags['ndjson'] ? ndjson(told) : line(told.event));
        if (++had >= most) break;
        continue;
      }
      if (told.kind !== 'live' || !live.has(told.name)) io.note(`oriel: ${noteOf(told)}`);
      if (told.kind === 'live') live.add(told.name);
      if (told.kind === 'lost') live.clear();
      if (told.kind === 'reset' && flags['failOnReset']) return exits.failed;
      if (flags['untilLive'] && told.kind === 'live' && live.size >= followedBy(told.cursor)) break;
    }
    return exits.ok;
  },
};

function followedOf(text: string): { readonly contract: string; readonly events: readonly string[] } {
  const at = text.lastIndexOf('/');
  const events = at < 0 ? [] : text.slice(at + 1).split(',');
  const contract = at < 0 ? text : text.slice(0, at);
  if (contract && events.every(Boolean)) return { contract, events };
  throw new CliError(
    exits.usage,
    `"${text}" must name a contract, such as acme.shop, or its events: acme.shop/paid.`,
  );
}

/** How many events a place is of: of several it has one for each, by its name. */
function followedBy(cursor: string): number {
  return cursor.includes('=') ? new URLSearchParams(cursor).size : 1;
}

function ndjson({ cursor, event }: Told & { kind: 'event' }): string {
  return JSON.stringify({ cursor, event });
}

function line({ time, type, subject, data }: KeptEvent): string {
  const about = subject === undefined ? '' : `  ${subject}`;
  return plain(`${time}  ${type}${about}  ${JSON.stringify(data) ?? ''}`.trimEnd());
}

function noteOf(told: Exclude<Told, { kind: 'event' }>): string {
  switch (told.kind) {
    case 'replayed':
      return `${told.name}: replayed up to ${told.cursor}, and there is more`;
    case 'live':
      return `${told.name}: live at ${told.cursor}`;
    case 'reset':
      return `${told.name}: reset (${told.reason}): events were missed. It goes on from ${told.cursor}; the oldest that is kept is after ${told.earliest}`;
    case 'lost':
      return `lost: ${told.why}. Connecting again in ${told.wait} ms`;
  }
}
