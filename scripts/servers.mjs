// Finds the servers that logs and gateways are tested with, and installs what is missing where that is possible.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { canUseApt, installWithApt, onPath } from './apt.mjs';

const packages = {
  'nats-server': 'nats-server',
  'redis-server': 'redis-server',
  postgres: 'postgresql',
  nginx: 'nginx',
};

/** Where a server is. Debian has PostgreSQL's in a folder for each version. */
export function findServer(name) {
  const versions = '/usr/lib/postgresql';
  const folders = existsSync(versions) ? readdirSync(versions).sort().reverse() : [];
  const places = ['/usr/sbin', ...folders.map((version) => join(versions, version, 'bin'))];
  return places.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? onPath(name);
}

/** Says which are not there and can't be had: what needs them is left out, and in CI that is an error. */
export function ensureServers() {
  const missing = () => Object.keys(packages).filter((name) => !findServer(name));
  if (missing().length && canUseApt()) installWithApt(missing().map((name) => packages[name]));
  for (const name of missing())
    console.error(
      `LEFT OUT: ${name} is not installed, so what needs it is not tested. Install ${packages[name]}.`,
    );
  if (missing().length && process.env.CI)
    throw new Error(`CI is set, and ${missing().join(' and ')} is missing.`);
}
