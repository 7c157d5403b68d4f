import { type ContractDescription, describe } from '../../contract/index.js';
import { asyncapi } from '../../gateway/asyncapi.js';
import { openapi } from '../../gateway/openapi.js';
import type { Command } from '../command.js';
import { failure } from '../config.js';
import { contractOf, servedAlone } from '../describe/contracts.js';
import { descriptionOf } from '../describe/description.js';
import { jsonSchema } from '../describe/json-schema.js';
import { markdown } from '../describe/markdown.js';
import { CliError, exits } from '../exit.js';
import { Remote, remoteOptions } from '../remote.js';

const forms = ['markdown', 'json-schema', 'openapi', 'asyncapi'] as const;
type Form = (typeof forms)[number];

/** Turns a contract into what people and other tools read. */
export const describeCommand: Command = {
  description: `Reads a contract, from a module that exports it or from a gateway that serves it,
and prints it as Markdown for people, as one JSON Schema with a definition for
each value, as OpenAPI 3.1 (calls over plain HTTP), or as AsyncAPI 3.0 (events).

A module may be TypeScript where Node reads that: 22.18 and later. Schemas are
told as far as they offer JSON Schema themselves; of one that doesn't, it says so.

It ends with 0; 1 where there is no contract, 2 for wrong arguments, 66 without
the file, 78 for a module that can't be read, and 69 without an answer.`,
  args: [{ name: '<file-or-url>', description: 'a module, or such as http://localhost:8080/acme.shop' }],
  options: [
    { flags: '--as <form>', description: 'what to turn it into', default: 'markdown', choices: forms },
    { flags: '--contract <name>', description: 'which, where a module exports several' },
    {
      flags: '--server <url>',
      description: "the gateway's address in the documents of a module",
      default: 'http://localhost:8080',
    },
    remoteOptions.token,
  ],
  examples: [
    ['oriel describe shop.contract.js > docs/shop.md', 'for people'],
    ['oriel describe shop.contract.ts --as json-schema', 'each value'],
    ['oriel describe http://localhost:8080/acme.shop --as openapi', 'what a gateway serves'],
  ],
  async run([from = ''], { as = 'markdown', contract, server = '', token }, io) {
    const form = as as Form;
    const given = /^https?:\/\//i.test(from)
      ? await ofGateway(from, form, token, io.signal)
      : await ofModule(from, form, contract, server, io.cwd);
    await io.print(typeof given === 'string' ? given : JSON.stringify(given, null, 2));
    return exits.ok;
  },
};

async function ofModule(
  file: string,
  form: Form,
  name: string | undefined,
  server: string,
  cwd: string,
): Promise<string | object> {
  if (!URL.canParse(server)) throw new CliError(exits.usage, `--server: "${server}" is no address.`);
  const contract = await contractOf(file, name, cwd);
  if (form === 'markdown' || form === 'json-schema') return written(describe(contract), form);
  try {
    const served = servedAlone(contract);
    const base = server.replace(/\/$/, '');
    return form === 'openapi' ? openapi(served, base, true) : asyncapi(served, base);
  } catch (error) {
    throw failure(error, file);
  }
}

async function ofGateway(
  from: string,
  form: Form,
  token: string | undefined,
  signal: AbortSignal,
): Promise<string | object> {
  const url = new URL(from);
  const path = url.pathname.replace(/\/((contract|openapi|asyncapi)\.json)?$/, '');
  if (!path)
    throw new CliError(exits.usage, `Name the contract too: ${url.origin}/acme.shop, if it is called so.`);
  const remote = new Remote(`${url.origin}${path}`, token, signal);
  if (form === 'openapi' || form === 'asyncapi') return remote.json(`/${form}.json`);
  return written(descriptionOf(await remote.json('/contract.json')), form);
}

function written(description: ContractDescription, form: 'markdown' | 'json-schema'): string | object {
  return form === 'markdown' ? markdown(description) : jsonSchema(description);
}
