import type { Command, CommandIo } from '../command.js';
import { CliError, exits } from '../exit.js';
import { type Input, inputOptions, inputsOf, placed } from '../inputs.js';
import { itemsOf } from '../items.js';
import { memberOf, pathOf } from '../member.js';
import { Remote, remoteOptions } from '../remote.js';

/** Calls what a gateway serves, once or line by line. */
export const callCommand: Command = {
  description: `Calls a method of a contract that a gateway serves, and prints its answer as a
line of JSON; of a stream, each item as a line, as it comes.

The input is --json, or comes from stdin: each line is a call of its own, one
after the other, and the first that fails ends it. A call that was cut off may
have run: it is not tried again. --key names it, so that the gateway runs it
once however often it is sent.

It ends with 0; 1 for what the gateway or the service refuses, 2 for wrong
arguments, and 69 where the gateway doesn't answer.`,
  args: [{ name: '<contract/member>', description: 'such as acme.shop/price' }],
  options: [
    ...inputOptions,
    { flags: '--key <key>', description: 'names this call: the same one again gets the first answer' },
    remoteOptions.url,
    remoteOptions.token,
  ],
  examples: [
    [`oriel call acme.shop/price --json '{"sku":"a"}'`, 'one call'],
    ['oriel call acme.shop/price < skus.ndjson', 'one a line'],
    ['oriel call acme.shop/rows --no-input | head -3', 'the first items of a stream'],
  ],
  async run([name = ''], { url = '', token, key, ...given }, io) {
    const path = pathOf(memberOf(name, 'acme.shop/price'));
    const remote = new Remote(url, token, io.signal);
    let first = true;
    for await (const input of inputsOf(given, io)) {
      if (key !== undefined && !first)
        throw new CliError(exits.usage, '--key names one call, and there are several lines.');
      first = false;
      if (input.line !== undefined) io.progress(`calling with line ${input.line}`);
      await call(remote, path, input, key, io).catch((error) => {
        throw placed(error, input);
      });
    }
    return exits.ok;
  },
};

async function call(
  remote: Remote,
  path: string,
  { json }: Input,
  key: string | undefined,
  { print, signal }: CommandIo,
): Promise<void> {
  const response = await remote.ask(path, {
    method: 'POST',
    ...(json !== undefined && { body: json }),
    headers: {
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...(key !== undefined && { 'idempotency-key': key }),
    },
  });
  if (!response.headers.get('content-type')?.startsWith('application/x-ndjson'))
    return print(await response.text());
  for await (const item of itemsOf(response, signal)) await print(JSON.stringify(item));
}
