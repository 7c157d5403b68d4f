import { pause } from '../../gateway/retry.js';
import type { Command, CommandIo } from '../command.js';
import { CliError, exits } from '../exit.js';
import { follow } from '../follow.js';
import { forward, messageOf } from '../forward.js';
import { memberOf } from '../member.js';
import { Remote, remoteOptions, whyNot } from '../remote.js';
import { numberOf } from '../values.js';
import { backoff } from '../wait.js';

/** Brings webhooks that a gateway receives to a machine that no sender reaches. */
export const listenCommand: Command = {
  description: `Follows an event of a gateway that an inbox feeds, and sends each request on to
this machine: the same bytes, the same headers, so that signatures hold. One after
the other, in order; while nothing answers there, it waits and tries again. Each
that was sent on is a line of JSON, whose cursor --from takes up again.

The gateway's config needs an inbox; senders get its address:

  import { contract, event, type } from 'oriel/contract';
  import { gateway } from 'oriel/gateway';
  import { inbox } from 'oriel/sources/inbox';

  const dev = contract({
    name: 'acme.dev',
    version: '1.0.0',
    guest: { received: event(type(), { retain: 'log' }) },
  });
  const sources = { received: inbox({ path: '/in/k3jw9' }) };
  export default gateway({ contract: dev, sources, auth });

It ends with 0 when it is told to; 1 for what the gateway refuses, 2 for wrong
arguments, and 69 where the gateway doesn't answer at first.`,
  args: [{ name: '<contract/event>', description: 'what the inbox feeds, such as acme.dev/received' }],
  options: [
    { flags: '--forward <url>', description: 'where to send each request on' },
    {
      flags: '--from <cursor>',
      description: 'where to begin: a cursor, earliest, latest',
      default: 'latest',
    },
    { flags: '--count <number>', description: 'end after so many' },
    remoteOptions.url,
    remoteOptions.token,
  ],
  examples: [
    [
      'oriel listen acme.dev/received --forward http://localhost:3000/hook --url https://gw.example',
      'what comes from now on',
    ],
    ['oriel listen acme.dev/received --forward http://localhost:3000/hook --from earliest', 'all again'],
  ],
  async run([name = ''], { forward: text, from = 'latest', url = '', token, count }, io) {
    const { contract, member } = memberOf(name, 'acme.dev/received');
    const to = targetOf(text);
    const most = count === undefined ? Number.POSITIVE_INFINITY : numberOf('--count', count, 2 ** 53 - 1);
    const remote = new Remote(url, token, io.signal);
    let had = 0;
    for await (const told of follow(remote, { contract, events: [member], from, signal: io.signal })) {
      if (told.kind === 'live') io.note(`oriel: live at ${told.cursor}; requests go to ${to.href}`);
      if (told.kind === 'lost') io.note(`oriel: lost: ${told.why}. Connecting again in ${told.wait} ms`);
      if (told.kind === 'reset')
        io.note(`oriel: reset (${told.reason}): requests were missed. It goes on from ${told.cursor}`);
      if (told.kind !== 'event') continue;
      const { cursor, event } = told;
      const started = performance.now();
      const status = await untilAnswered(messageOf(event.data), to, io);
      if (status === undefined) break;
      const ms = Math.round(performance.now() - started);
      await io.print(JSON.stringify({ cursor, id: event.id, time: event.time, status, ms }));
      if (++had >= most) break;
    }
    return exits.ok;
  },
};

function targetOf(text: string | undefined): URL {
  const url = text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new CliError(
    exits.usage,
    `--forward must be where to send requests on, such as http://localhost:3000/hook${text === undefined ? '' : `, not "${text}"`}.`,
  );
}

/** @returns the status, or `undefined` if it was told to end before there was one */
async function untilAnswered(
  message: ReturnType<typeof messageOf>,
  to: URL,
  { note, signal }: CommandIo,
): Promise<number | undefined> {
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      return await forward(message, to, signal);
    } catch (error) {
      if (signal.aborted) break;
      if (failures === 0)
        note(`oriel: no answer from ${to.origin}: ${whyNot({ cause: error })} Trying again.`);
      await pause(backoff(failures), signal);
    }
  }
  return;
}
