// Finds the three engines that the tests run in, and installs what is missing where that is possible.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { canUseApt, installWithApt, onPath } from './apt.mjs';
import { root } from './install.mjs';

const engineNames = ['chromium', 'firefox', 'webkit'];
const programs = process.env.PROGRAMFILES ?? 'C:\\Program Files';

const places = {
  chromium: [
    'google-chrome-stable',
    'google-chrome',
    'chromium',
    'chromium-browser',
    'microsoft-edge',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    `${programs}\\Google\\Chrome\\Application\\chrome.exe`,
  ],
  firefox: [
    'firefox-esr',
    'firefox',
    '/Applications/Firefox.app/Contents/MacOS/firefox',
    `${programs}\\Mozilla Firefox\\firefox.exe`,
  ],
  webkit: ['WebKitWebDriver'],
};
const variables = {
  chromium: ['CHROME_PATH', 'PUPPETEER_EXECUTABLE_PATH'],
  firefox: ['FIREFOX_PATH'],
  webkit: ['WEBKIT_DRIVER_PATH'],
};
const packages = { chromium: ['chromium'], firefox: ['firefox-esr'], webkit: ['webkit2gtk-driver', 'xvfb'] };

/** The engines asked for with ENGINE=chromium,firefox; all of them otherwise. */
export function wantedEngines() {
  const asked =
    process.env.ENGINE?.split(',')
      .map((name) => name.trim())
      .filter(Boolean) ?? engineNames;
  const unknown = asked.filter((name) => !engineNames.includes(name));
  if (unknown.length) throw new Error(`ENGINE: no engine "${unknown}". There are ${engineNames.join(', ')}.`);
  return asked;
}

/** Where each engine that is here can be started from: `{ chromium?: path, firefox?: path, webkit?: driver path }`. */
export function findBrowsers(wanted = wantedEngines()) {
  const found = {};
  for (const engine of wanted) {
    const path = findEngine(engine);
    if (path) found[engine] = path;
  }
  return found;
}

/** Finds the engines, and installs missing ones. Throws when none is left, or in CI when one is missing. */
export async function ensureBrowsers(wanted = wantedEngines()) {
  let found = findBrowsers(wanted);
  let missing = wanted.filter((engine) => !found[engine]);
  if (missing.length && canUseApt()) {
    installWithApt(missing.flatMap((engine) => packages[engine]));
    found = findBrowsers(wanted);
  }
  if (wanted.includes('chromium') && !found.chromium) {
    const path = await installChromium();
    if (path) {
      found.chromium = path;
      process.env.CHROME_PATH = path; // for the child processes
    }
  }
  missing = wanted.filter((engine) => !found[engine]);
  for (const engine of missing) {
    console.error(
      `LEFT OUT: ${engine} is not installed, so no test runs in it. Install it, or set ${variables[engine][0]}.`,
    );
  }
  if (missing.length === wanted.length) throw new Error('No browser found, so no browser test can run.');
  if (missing.length && process.env.CI)
    throw new Error(`CI is set, and ${missing.join(' and ')} is missing.`);
  return found;
}

function findEngine(engine) {
  for (const name of variables[engine]) {
    const path = process.env[name];
    if (path && !existsSync(path)) throw new Error(`${name} is set to ${path}, which does not exist.`);
    if (path) return path;
  }
  if (engine === 'webkit' && !onPath('Xvfb')) return undefined;
  return places[engine].map(locate).find(Boolean);
}

const locate = (place) => (/[\\/]/.test(place) ? existsSync(place) && place : onPath(place));

/** A Chromium from npm, for a Linux machine that we may not install packages on. */
async function installChromium() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  console.error('Installing @sparticuz/chromium with npm (not saved) …');
  const args = [
    'install',
    '--no-save',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '@sparticuz/chromium@143.0.4',
  ];
  if (spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2] }).status !== 0) return undefined;
  try {
    return await unpackChromium();
  } catch (error) {
    console.error(`@sparticuz/chromium could not be unpacked: ${error.message}`);
    return undefined;
  }
}

async function unpackChromium() {
  const entry = createRequire(join(root, 'package.json')).resolve('@sparticuz/chromium');
  const { default: chromium } = await import(pathToFileURL(entry).href);
  const path = await chromium.executablePath();
  // The libraries it needs come along; the package itself unpacks them only on a cloud function.
  const archive = findUp(entry, 'bin/al2023.tar.br');
  if (archive) {
    const folder = join(tmpdir(), 'chromium-libraries');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'al2023.tar'), brotliDecompressSync(await readFile(archive)));
    spawnSync('tar', ['-xf', join(folder, 'al2023.tar'), '-C', folder]);
    const libraries = [folder, ...readdirSync(folder).map((name) => join(folder, name))].join(':');
    process.env.LD_LIBRARY_PATH = [libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  }
  return path;
}

function findUp(from, name) {
  for (let folder = join(from, '..'); folder !== join(folder, '..'); folder = join(folder, '..')) {
    if (existsSync(join(folder, name))) return join(folder, name);
  }
  return undefined;
}

/** Chromium's own arguments, for tests and driven pages alike. Two sites are two processes, as for users. */
export const chromiumArgs = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--site-per-process',
];
