import { randomUUID } from 'node:crypto';
import { standardHeaders, wrongSigner } from '../../webhooks/index.js';
import type { Command } from '../command.js';
import { CliError, exits } from '../exit.js';
import { inputOptions, inputsOf, placed } from '../inputs.js';
import { memberOf, pathOf } from '../member.js';
import { Remote, remoteOptions } from '../remote.js';

/** Sends events to a gateway, as a page would, or as another system. */
export const emitCommand: Command = {
  description: `Sends events to a gateway, and prints what became of each. The payload is --json,
or comes from stdin: each line is an event. An event is taken once by its --id;
sent again after a doubt, it is a duplicate.

An event of a contract's host side is sent as pages send it: the answer is its
id, its place in the log, and whether the gateway had it.

What a gateway's guests emit comes from its sources. Where one of those is a
webhook in the style "standard", --hook is its path: each event is sent to it
as a webhook that is signed with the secret, and is on each open page when it
is kept.

It ends with 0; 1 for what the gateway refuses, 2 for wrong arguments, and 69
where it doesn't answer.`,
  args: [{ name: '[contract/event]', description: 'such as acme.shop/seen; not with --hook' }],
  options: [
    ...inputOptions,
    {
      flags: '--id <id>',
      description: 'names the event for good; of several lines, the number of each is added',
    },
    { flags: '--hook <path>', description: "a webhook source's path, such as /hooks/bank" },
    {
      flags: '--secret <secret>',
      description: 'what that source checks signatures by',
      env: 'ORIEL_SECRET',
    },
    remoteOptions.url,
    remoteOptions.token,
  ],
  examples: [
    [`oriel emit acme.shop/seen --json '{"page":"/a"}'`, 'one event'],
    ['some-command | oriel emit acme.shop/seen', 'one a line, as they come'],
    ['oriel emit acme.shop/seen --id night-7 < seen.ndjson', 'safe to be sent again'],
    ['some-command | oriel emit --hook /hooks/bank', 'into widgets; the secret is ORIEL_SECRET'],
  ],
  async run([name], { url = '', token, id, hook, secret, ...given }, io) {
    if (id !== undefined && !/^[\x21-\x7e]{1,190}$/.test(id))
      throw new CliError(exits.usage, '--id must be 1 to 190 visible ASCII characters.');
    const remote = new Remote(url, token, io.signal);
    const send = hook === undefined ? toMember(name, remote) : toHook(hook, name, secret, remote);
    for await (const input of inputsOf(given, io)) {
      if (input.line !== undefined) io.progress(`sending line ${input.line}`);
      const key = input.line === undefined ? id : id && `${id}-${input.line}`;
      const taken = await send(input.json, key).catch((error) => {
        throw placed(error, input);
      });
      await io.print(JSON.stringify(taken));
    }
    return exits.ok;
  },
};

type Send = (json: string | undefined, key: string | undefined) => Promise<object>;

function toMember(name: string | undefined, remote: Remote): Send {
  if (name === undefined)
    throw new CliError(exits.usage, 'Say which event, such as acme.shop/seen, or which source by --hook.');
  const path = pathOf(memberOf(name, 'acme.shop/seen'));
  return (json, key) =>
    remote.json(path, {
      method: 'POST',
      ...(json !== undefined && { body: json }),
      headers: {
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...(key !== undefined && { 'idempotency-key': key }),
      },
    });
}

function toHook(path: string, name: string | undefined, secret: string | undefined, remote: Remote): Send {
  if (name !== undefined)
    throw new CliError(exits.usage, `--hook says where it goes, and so does ${name}: write one of them.`);
  if (!/^\/[^?#]*$/.test(path))
    throw new CliError(
      exits.usage,
      `--hook must be a path of the gateway, such as /hooks/bank, not "${path}".`,
    );
  const wrong = secret === undefined ? 'it is missing' : wrongSigner(secret);
  if (secret === undefined || wrong)
    throw new CliError(exits.usage, `--secret, or ORIEL_SECRET: ${wrong}. It is what the source was given.`);
  return async (json, key = randomUUID()) => {
    if (json === undefined)
      throw new CliError(exits.usage, 'A webhook has a body: give one by --json or stdin.');
    const body = Buffer.from(json);
    const signed = standardHeaders([secret], key, body, Date.now());
    const answer = await remote.ask(path, {
      method: 'POST',
      body,
      headers: { ...signed, 'content-type': 'application/json' },
    });
    // It is put aside, and sending it again would change nothing.
    if (answer.status === 202)
      throw new CliError(exits.failed, String(Object(await answer.json()).detail ?? 'It was not kept.'));
    return { id: key, status: answer.status };
  };
}
