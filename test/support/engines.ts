// Servers of the tests' own: each on a port and in a folder of its own, ended by its process.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as tcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { until } from './wait.js';

export interface Server {
  readonly port: number;
  readonly folder: string;
  /** Ends it without a word: SIGKILL. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends it for good, and takes its folder away. */
  stop(): Promise<void>;
}

interface Kind {
  readonly program: string;
  readonly args: (port: number, folder: string) => string[];
  readonly prepare?: (folder: string, port: number) => void;
  readonly uid?: number;
}

/** Where a program is, or `undefined`: then what needs it is left out. */
export const programOf: (name: string) => string | undefined = (
  await import(new URL('../../scripts/servers.mjs', import.meta.url).href)
).findServer;

// By themselves these end a process without its `exit`, and its servers would go on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

async function started({ program, args, prepare, uid }: Kind): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'oriel-server-'));
  if (uid) chownSync(folder, uid, uid);
  const port = await freePort();
  prepare?.(folder, port);
  let child: ChildProcess | undefined;
  let output = '';
  const ended = async () => {
    if (child && child.exitCode === null && child.signalCode === null)
      await new Promise((resolve) => child?.once('exit', resolve).kill('SIGKILL'));
  };
  const comesUp = async () => {
    output = '';
    const options = {
      stdio: ['ignore', 'pipe', 'pipe'] as never,
      cwd: folder,
      ...(uid && { uid, gid: uid }),
    };
    const own = spawn(program, args(port, folder), options);
    child = own;
    for (const stream of [own.stdout, own.stderr]) stream?.on('data', (text) => (output += text));
    await until(() => own.exitCode !== null || opens(port), { timeout: 30_000 });
    return own.exitCode === null;
  };
  // Whatever ends the tests, nothing of them stays.
  const last = () => {
    child?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  process.on('exit', last);
  const server: Server = {
    port,
    folder,
    kill: ended,
    async start() {
      // PostgreSQL won't start while what is left of one that was killed still ends.
      const end = performance.now() + 30_000;
      while (!(await comesUp()))
        if (performance.now() > end) throw new Error(`${program} ended with ${child?.exitCode}: ${output}`);
    },
    async stop() {
      await ended();
      process.off('exit', last);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

export const redisServer = (program: string, ...more: string[]): Promise<Server> =>
  started({
    program,
    args: (port, folder) => [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--dir',
      folder,
      '--save',
      '',
      ...more,
    ],
  });

export const natsServer = (program: string, jetstream = true): Promise<Server> =>
  started({
    program,
    args: (_port, folder) => ['-c', join(folder, 'nats.conf')],
    prepare: (folder, port) =>
      writeFileSync(
        join(folder, 'nats.conf'),
        `listen: 127.0.0.1:${port}\n${jetstream ? `jetstream { store_dir: "${folder}/jetstream", max_mem: 64M, max_file: 1G }\n` : ''}`,
      ),
  });

/**
 * A proxy as it comes, with gzip for all that it may pack; only what a WebSocket needs is added, at `/ws`.
 * @param patience - For how many s it waits for a word from the server.
 */
export const nginxServer = (program: string, target: string, patience: number): Promise<Server> =>
  started({
    program,
    args: (_port, folder) => ['-p', folder, '-c', join(folder, 'nginx.conf')],
    prepare: (folder, port) =>
      writeFileSync(
        join(folder, 'nginx.conf'),
        `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  gzip on; gzip_proxied any; gzip_min_length 0; gzip_types text/event-stream application/json;
  proxy_read_timeout ${patience}s;
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass ${target}; }
    location = /ws {
      proxy_pass ${target};
      proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;
    }
  }
}`,
      ),
  });

/** As an ordinary user: PostgreSQL won't run as root. */
export function postgresServer(program: string): Promise<Server> {
  const uid =
    process.getuid?.() === 0
      ? Number(execFileSync('id', ['-u', 'postgres'], { encoding: 'utf8' }))
      : undefined;
  return started({
    program,
    args: (port, folder) => ['-D', join(folder, 'data'), '-p', String(port), '-k', folder, '-h', '127.0.0.1'],
    prepare: (folder) => {
      const args = ['-D', join(folder, 'data'), '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C'];
      execFileSync(join(program, '../initdb'), args, {
        stdio: 'ignore',
        cwd: folder,
        ...(uid && { uid, gid: uid }),
      });
    },
    ...(uid && { uid }),
  });
}

function opens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = tcp(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
