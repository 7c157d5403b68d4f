// The driven tests: a lane for each engine, with one browser for all of its files. The lanes run side by side.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { root } from './install.mjs';

const tally = new URL('tally.mjs', import.meta.url).href;

/** Runs the files in each engine and resolves with what was counted, by engine. */
export async function drivenTests(files, engines) {
  const counts = {};
  // The slowest to start begins.
  const waiting = ['firefox', 'chromium', 'webkit'].filter((engine) => engines.includes(engine));
  const lane = async () => {
    for (let engine = waiting.shift(); engine; engine = waiting.shift())
      counts[engine] = await inEngine(files, engine).catch((error) => {
        console.error(error);
        return { passed: 0, failed: 1 };
      });
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return Object.fromEntries(engines.map((engine) => [engine, counts[engine]]));
}

async function inEngine(files, engine) {
  const { share, sharedVariable } = await import(pathToFileURL(join(root, 'build/support/drive.js')).href);
  const browser = await share(engine);
  try {
    return await testFiles(files, { ENGINE: engine, [sharedVariable(engine)]: browser.address });
  } finally {
    await browser.close();
  }
}

/** One file after another: two pages of one browser would stand in front of each other. */
async function testFiles(files, env) {
  const folder = join(root, 'build/results');
  const results = join(folder, `driven-${env.ENGINE}.json`);
  await mkdir(folder, { recursive: true });
  await rm(results, { force: true });
  const args = [
    '--test',
    '--test-concurrency=1',
    ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
    ...[`--test-reporter=${tally}`, `--test-reporter-destination=${results}`],
    ...files,
  ];
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Line by line, so that the lanes don't write into each other's.
  createInterface(child.stdout).on('line', (line) => console.log(line));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  const result = existsSync(results) ? JSON.parse(await readFile(results, 'utf8')) : { passed: 0, failed: 1 };
  // A run that broke off is no pass.
  if (code !== 0 && !result.failed) result.failed = 1;
  return result;
}
