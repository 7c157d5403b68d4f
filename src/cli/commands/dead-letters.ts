import type { Command } from '../command.js';
import { CliError, exits } from '../exit.js';
import { itemsOf } from '../items.js';
import { memberOf, pathOf } from '../member.js';
import { Remote, remoteOptions } from '../remote.js';

/** Lists what could not be delivered or read, and sees to it. */
export const deadLettersCommand: Command = {
  description: `Lists the dead letters of an event: what a gateway's sinks could not deliver, and
what came to a source and was no valid event. Each is a line of JSON: its id, the
reason, when it was put aside, what it says, and for which sink or as which bytes.

--replay sends a letter once more: to its sink, or as if it came to its source now.
What fails again stays a dead letter. --discard takes it away for good. Both take
ids, several with commas, or --all, and print what became of each, as a line.

The gateway asks for a token that is good for it, by a grant in its claim "oriel":
  { "contract": "acme.shop", "operate": ["paid"] }
Where a gateway asks for no token ("auth: false") nobody may do it from outside: a
letter can hold secrets of who sent it.

It ends with 0; 1 for what the gateway refuses, what failed again, or an id that is
none; 2 for wrong arguments, and 69 where the gateway doesn't answer.`,
  args: [{ name: '<contract/event>', description: 'such as acme.shop/paid' }],
  options: [
    { flags: '--replay [ids]', description: 'send these once more' },
    { flags: '--discard [ids]', description: 'take these away for good' },
    { flags: '--all', description: 'with --replay or --discard: all that there are now' },
    remoteOptions.url,
    remoteOptions.token,
  ],
  examples: [
    ['oriel dead-letters acme.shop/paid', 'what there is'],
    ['oriel dead-letters acme.shop/paid | jq -r .reason | sort | uniq -c', 'why'],
    ['oriel dead-letters acme.shop/paid --replay --all', 'once what was wrong is mended'],
    ['oriel dead-letters acme.shop/paid --discard 3f0c:17', 'one that is of no use'],
  ],
  async run([name = ''], { url = '', token, ...given }, io) {
    const path = `${pathOf(memberOf(name, 'acme.shop/paid'))}/dead-letters`;
    const order = orderOf(given);
    const remote = new Remote(url, token, io.signal);
    const response = await remote.ask(
      path,
      order && {
        method: 'POST',
        body: JSON.stringify(order),
        headers: { 'content-type': 'application/json' },
      },
    );
    let [had, failed] = [0, 0];
    for await (const item of itemsOf(response, io.signal)) {
      had++;
      if (order && ['failed', 'unknown'].includes(String(Object(item).outcome))) failed++;
      await io.print(JSON.stringify(item));
    }
    if (!order) {
      if (!had) io.note(`oriel: ${name} has no dead letters.`);
      return exits.ok;
    }
    io.note(`oriel: ${had - failed} ${'replay' in order ? 'sent again' : 'discarded'}, ${failed} not`);
    return failed ? exits.failed : exits.ok;
  },
};

type Order = { readonly [verb in 'replay' | 'discard']?: readonly string[] | '*' };

/** What to do; `undefined` where they are only to be listed. @throws CliError */
function orderOf({ replay, discard, all }: Readonly<Record<string, string | undefined>>): Order | undefined {
  const wrong = (text: string) => new CliError(exits.usage, text);
  if (replay !== undefined && discard !== undefined)
    throw wrong('--replay and --discard: write one of them, for a letter has one end.');
  const [verb, ids] = replay === undefined ? (['discard', discard] as const) : (['replay', replay] as const);
  if (ids === undefined) {
    if (all !== undefined) throw wrong('--all goes with --replay or --discard. Without them all are listed.');
    return;
  }
  const named = ids !== 'true';
  if (named && all !== undefined)
    throw wrong(`--${verb} names letters, and --all is every one: write one of them.`);
  if (!named && all === undefined) throw wrong(`--${verb} takes ids, as the list has them, or --all.`);
  if (!named) return { [verb]: '*' };
  const listed = ids.split(',').filter(Boolean);
  if (!listed.length) throw wrong(`--${verb} takes ids, as the list has them, or --all.`);
  return { [verb]: listed };
}
