// Uses nothing but Node, so that it works in a fresh clone.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where a program is, of those that can be started by their name alone. */
export function onPath(name) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

export const canUseApt = () => process.getuid?.() === 0 && existsSync('/etc/debian_version');

/** Installs packages of Debian, and starts no service that comes with them. */
export function installWithApt(names) {
  console.error(`Installing ${names.join(', ')} with apt-get …`);
  const options = { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  spawnSync('apt-get', ['update', '-q'], options);
  const allow = keepServicesDown();
  const { status } = spawnSync(
    'apt-get',
    ['install', '-y', '-q', '--no-install-recommends', ...names],
    options,
  );
  allow();
  if (status !== 0) console.error('apt-get install failed; its output is above.');
}

/** Debian asks this file before it starts a service. */
function keepServicesDown() {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return () => {};
  writeFileSync(policy, '#!/bin/sh\nexit 101\n');
  chmodSync(policy, 0o755);
  return () => rmSync(policy, { force: true });
}
