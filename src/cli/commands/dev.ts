import { statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import type { Command } from '../command.js';
import { onChange } from '../dev/changes.js';
import { Inbox, inboxPath, type Received } from '../dev/inbox.js';
import { Site } from '../dev/site.js';
import { CliError, exits } from '../exit.js';
import { plain } from '../plain.js';
import { taken } from '../taken.js';
import { numberOf } from '../values.js';
import { aborted } from '../wait.js';

/** Serves both sides while they are made. */
export const devCommand: Command = {
  description: `Serves the host's folder and the guest's on two origins of two sites, as they will
be in earnest: http://localhost:4000 and http://127.0.0.1:4001. What a folder lacks
is taken from the project's own, such as the contract that both share. Pages load
again when their files change, and find the other side in a <meta>:

  <meta name="oriel-host" content="…"> and <meta name="oriel-guest" content="…">

What is sent to /@inbox of the host's origin, by whatever method, is answered with
200 and shown: here, and at /@oriel/inbox. With --ndjson all that happens is a line
of JSON, with whole requests (their bodies as base64).

It answers to this machine alone, but for the inbox, which a tunnel may reach. It
ends with 0 when it is told to; 2 for wrong arguments, 66 without a folder, and 69
where a port can't be had.`,
  args: [],
  options: [
    { flags: '--host <folder>', description: "the embedding page's folder", default: 'host' },
    { flags: '--guest <folder>', description: "the guest's folder", default: 'guest' },
    { flags: '-p, --port <number>', description: "the host's port; 0 takes a free one", default: '4000' },
    { flags: '--guest-port <number>', description: "the guest's (default: the next one, or a free one)" },
    { flags: '--ndjson', description: 'print what happens as lines of JSON' },
  ],
  examples: [
    ['oriel dev', 'the folders host and guest'],
    ['oriel dev --host demo --guest dist -p 5000', 'other folders, at 5000 and 5001'],
    ['curl -d "{}" http://localhost:4000/@inbox/bank', 'a webhook, to be looked at'],
  ],
  async run(_, { host = 'host', guest = 'guest', port, guestPort, ndjson }, io) {
    const folders = { host: folderOf('--host', host, io.cwd), guest: folderOf('--guest', guest, io.cwd) };
    const first = numberOf('--port', port, 65_535);
    const second =
      guestPort === undefined
        ? first && Math.min(first + 1, 65_535)
        : numberOf('--guest-port', guestPort, 65_535);
    const tell = (what: object, line: string) => void io.print(ndjson ? JSON.stringify(what) : line);
    const inbox = new Inbox((received) => tell({ type: 'received', ...received }, lineOf(received)));
    const at = { host: '', guest: '' };
    const its = { project: io.cwd, origins: () => at };
    const sites = {
      host: new Site({ ...its, folder: folders.host, inbox }),
      guest: new Site({ ...its, folder: folders.guest }),
    };
    try {
      at.host = `http://localhost:${await listening(sites.host, first)}`;
      at.guest = `http://127.0.0.1:${await listening(sites.guest, second)}`;
      for (const side of ['host', 'guest'] as const)
        watchFolder(folders[side], true, (file) => {
          sites[side].changed();
          tell({ type: 'changed', side, file }, `changed   ${side}/${file}`);
        });
      watchFolder(io.cwd, false, (file) => {
        if ([host, guest].includes(file)) return; // they are watched themselves
        for (const site of Object.values(sites)) site.changed();
        tell({ type: 'changed', file }, `changed   ${file}`);
      });
      const inboxAt = at.host + inboxPath;
      tell(
        { type: 'ready', ...at, inbox: inboxAt },
        `host      ${at.host}/\nguest     ${at.guest}/\ninbox     ${inboxAt}, shown at ${at.host}/@oriel/inbox`,
      );
      await aborted(io.signal);
      return exits.ok;
    } finally {
      inbox.close();
      await Promise.all(Object.values(sites).map((site) => site.close()));
    }

    function watchFolder(folder: string, deep: boolean, changed: (file: string) => void): void {
      const failed = (error: Error) => io.note(`oriel: ${folder} can't be watched: ${error.message}`);
      onChange(folder, changed, { deep, signal: io.signal, failed });
    }
  },
};

function folderOf(flag: string, name: string, cwd: string): string {
  const path = resolve(cwd, name);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  throw new CliError(
    exits.noInput,
    `${flag}: there is no folder ${name} here. Name yours, or begin with one: oriel init my-widget`,
  );
}

function listening({ server }: Site, port: number): Promise<number> {
  return new Promise((done, reject) => {
    server.once('error', (error) => reject(taken(error, { port, host: '127.0.0.1' })));
    server.listen(port, '127.0.0.1', () => done((server.address() as AddressInfo).port));
  });
}

function lineOf({ method, path, headers, body }: Received): string {
  const bytes = Buffer.from(body, 'base64');
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  const text = bytes.subarray(0, 2000).toString();
  return plain(
    `received  ${method} ${path}  ${bytes.length} bytes${type ? `  ${type}` : ''}${text ? `\n${text.replace(/^/gm, '          ')}` : ''}`,
  );
}
