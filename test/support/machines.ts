// A client's machine and a server's, with a router in between that can drop all that passes without a word: namespaces
// of this machine's network. The test itself reaches the server by another way.
import { execFileSync, type ForkOptions } from 'node:child_process';
import { existsSync } from 'node:fs';
import { after } from 'node:test';

/** Where a process can be started. */
export interface Machine {
  /** What `fork()` takes to run a script there. */
  readonly fork: ForkOptions;
  /** Its address for the other. */
  readonly address: string;
  /** Its address for the test, where that can reach it. */
  readonly seenAt?: string;
}

export interface Machines {
  readonly client: Machine;
  readonly server: Machine;
  /** Drops all packets between the two, or lets them pass again. */
  cut(): void;
  mend(): void;
}

const ip = ['/usr/sbin/ip', '/sbin/ip', '/usr/bin/ip'].find((path) => existsSync(path));

/** @returns why there can be none here, if so */
export function machines(): Machines | string {
  if (process.platform !== 'linux') return 'only Linux has network namespaces';
  if (!ip) return 'there is no `ip` here: apt-get install iproute2';
  if (process.getuid?.() !== 0) return 'only root may make network namespaces';
  const id = `oriel${process.pid}`;
  const [client, router, server] = ['c', 'r', 's'].map((kind) => id + kind) as [string, string, string];
  const names = [client, router, server];
  const run = (...args: string[]) => execFileSync(ip, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const inside = (name: string, script: string) => run('netns', 'exec', name, 'sh', '-c', script);
  after(() => {
    for (const name of names) {
      try {
        run('netns', 'del', name);
      } catch {
        // It was not made.
      }
    }
  });
  try {
    for (const name of names) {
      run('netns', 'add', name);
      run('-n', name, 'link', 'set', 'lo', 'up');
    }
    // A block of addresses that is kept for tests of networks (RFC 2544).
    join([client, 'c0', '198.18.1.1'], [router, 'r1', '198.18.1.2']);
    join([server, 's0', '198.18.2.1'], [router, 'r2', '198.18.2.2']);
    run('-n', client, 'route', 'add', 'default', 'via', '198.18.1.2');
    run('-n', server, 'route', 'add', 'default', 'via', '198.18.2.2');
    run('link', 'add', `${id}t`, 'type', 'veth', 'peer', 'name', 't0', 'netns', server);
    run('addr', 'add', '198.18.3.2/24', 'dev', `${id}t`);
    run('link', 'set', `${id}t`, 'up');
    run('-n', server, 'addr', 'add', '198.18.3.1/24', 'dev', 't0');
    run('-n', server, 'link', 'set', 't0', 'up');
    // Linux gives a connection up after a quarter of an hour; here after seconds.
    inside(server, 'echo 3 > /proc/sys/net/ipv4/tcp_retries2');
    forward(true);
  } catch (error) {
    return `network namespaces can't be made here: ${String((error as { stderr?: Buffer }).stderr ?? error).trim()}`;
  }

  function join(...ends: [name: string, device: string, address: string][]): void {
    const [one, other] = ends as [(typeof ends)[0], (typeof ends)[0]];
    run('-n', one[0], 'link', 'add', one[1], 'type', 'veth', 'peer', 'name', other[1], 'netns', other[0]);
    for (const [name, device, address] of ends) {
      run('-n', name, 'addr', 'add', `${address}/24`, 'dev', device);
      run('-n', name, 'link', 'set', device, 'up');
    }
  }
  function forward(on: boolean): void {
    inside(router, `echo ${Number(on)} > /proc/sys/net/ipv4/ip_forward`);
  }

  const machine = (name: string, address: string) => ({
    fork: { execPath: ip as string, execArgv: ['netns', 'exec', name, process.execPath] },
    address,
  });
  return {
    client: machine(client, '198.18.1.1'),
    server: { ...machine(server, '198.18.2.1'), seenAt: '198.18.3.1' },
    cut: () => forward(false),
    mend: () => forward(true),
  };
}
