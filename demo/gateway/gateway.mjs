// Runs the gateway in a process of its own, which can be killed as a crash would.
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const module = new URL('process.mjs', import.meta.url);

/**
 * @param options.page - The origin whose pages may follow.
 * @returns its port, the bank's token, `kill()`, `start()` (at the same port, with what it kept) and `stop()`.
 */
export async function startGateway({ host, port, page }) {
  const token = randomBytes(12).toString('hex');
  const file = join(await mkdtemp(join(tmpdir(), 'oriel-demo-')), 'bank.sqlite');
  let taken = port;
  let child;
  let stopped = false;

  const start = async () => {
    const order = JSON.stringify({ file, host, port: taken, page, token });
    const started = fork(module, [order], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    child = started;
    const ended = once(started, 'exit').then(() => Promise.reject(new Error('The gateway has ended.')));
    ended.catch(() => {}); // later it may
    const [said] = await Promise.race([once(started, 'message'), ended]);
    if (stopped) started.disconnect();
    if (said.error) {
      started.disconnect();
      throw Object.assign(new Error(said.error.message), said.error);
    }
    taken = said.port;
  };
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  const stop = () => {
    stopped = true;
    if (child.connected)
      child.disconnect(); // it takes its file along
    else rmSync(dirname(file), { recursive: true, force: true });
  };
  await start();
  return { port: taken, token, start, kill, stop };
}
