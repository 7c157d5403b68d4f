import type { Gateway, GatewayOptions } from '../../gateway/index.js';
import type { Command } from '../command.js';
import { failure, loadConfig } from '../config.js';
import { CliError, exits } from '../exit.js';
import { taken } from '../taken.js';
import { numberOf } from '../values.js';
import { aborted } from '../wait.js';

/** Runs a gateway until it is told to end. */
export const gatewayCommand: Command = {
  description: `Runs a gateway: pages call its contracts over HTTP and WebSockets and follow
its events. The systems behind it are reached by the services, sources and
sinks that the config names.

The config is a module that exports what gateway() of oriel/gateway gives,
or what that takes:

  import { contract, method, type } from 'oriel/contract';
  import { gateway } from 'oriel/gateway';

  const clock = contract({
    name: 'acme.clock',
    version: '1.0.0',
    guest: { now: method({ output: type() }) },
  });
  const services = { now: () => Date.now() };
  export default gateway({ contract: clock, services, auth: false });

It prints its address when it answers. SIGINT and SIGTERM end it: it takes
nothing more, tells each stream when to come back, and waits for what is being
answered; a second signal ends it at once.

It ends with 0; 2 for wrong arguments, 66 without a config, 78 with a wrong
one, and 69 where a package, the log or the port can't be had.`,
  args: [{ name: '[config]', description: 'the config', default: 'oriel.config.js' }],
  options: [
    {
      flags: '-p, --port <number>',
      description: 'where to listen; 0 takes a free one',
      default: '8080',
      env: 'PORT',
    },
    {
      flags: '--host <address>',
      description: "which of the machine's addresses; 0.0.0.0 is all",
      default: '127.0.0.1',
    },
    {
      flags: '--proxies <number>',
      description: 'how many proxies stand before it and say by X-Forwarded-For who asks',
      default: '0',
    },
    { flags: '--deadline <ms>', description: 'how long to wait for open calls at the end', default: '10000' },
  ],
  examples: [
    ['oriel gateway', 'oriel.config.js, at http://127.0.0.1:8080'],
    ['oriel gateway shop.js --port 0', 'another config, at a port that is free'],
    ['curl localhost:8080/acme.clock/openapi.json', 'what can be called'],
    ['curl -X POST localhost:8080/acme.clock/now', 'a call'],
  ],
  async run([file = 'oriel.config.js'], { port, host, deadline, proxies }, io) {
    const at = {
      port: numberOf('--port', port, 65_535),
      host: host ?? '127.0.0.1',
      proxies: numberOf('--proxies', proxies, 16),
    };
    const wait = numberOf('--deadline', deadline, 2 ** 31 - 1);
    // Before the config: what looks its imports up from here makes every import slower.
    const [{ gateway }, { listen }] = await Promise.all([
      import('../../gateway/index.js'),
      import('../../gateway/node.js'),
    ]).catch((error) => {
      throw failure(error, file);
    });
    const config = await loadConfig(file, io.cwd);
    const its = gatewayOf(config, file, gateway);
    try {
      await its.ready;
    } catch (error) {
      await its.close({ deadline: 0 });
      throw failure(error, file);
    }
    const listening = await listen(its, at).catch(async (error) => {
      await its.close({ deadline: 0 });
      throw taken(error, at);
    });
    await io.print(listening.url);
    await aborted(io.signal);
    io.note(`oriel: ending within ${wait} ms; a second signal ends it at once`);
    await listening.close({ deadline: wait });
    return exits.ok;
  },
};

/** A gateway, or what one is made of. It may be of another copy of this package. */
function gatewayOf(config: unknown, file: string, make: (options: GatewayOptions) => Gateway): Gateway {
  const { fetch, close } = Object(config) as Partial<Gateway>;
  if (typeof fetch === 'function' && typeof close === 'function') return config as Gateway;
  if (typeof config !== 'object' || config === null)
    throw new CliError(exits.config, `${file} must export what gateway() gives, or what it takes.`);
  try {
    return make(config as GatewayOptions);
  } catch (error) {
    throw failure(error, file);
  }
}
