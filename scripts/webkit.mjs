// WebKitGTK through WebKitWebDriver: plain WebDriver over fetch, on a display of its own.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findBrowsers } from './browsers.mjs';

const elementKey = 'element-6066-11e4-a52e-4f735466cecf';
const children = new Set();
// A driver whose parent dies leaves its browser and display running.
process.on('exit', stopAll);
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(name, () => {
    stopAll();
    process.exit(1);
  });
}

/**
 * Starts a display, the driver, and one browser.
 * @param options.scrollbars - Whether scrollbars take room, as classic ones do.
 * @param options.insecure - Whether certificates count that nobody vouches for.
 * @param options.downloads - The folder for them.
 */
export async function openWebKit({
  width = 1280,
  height = 900,
  scrollbars = false,
  insecure = false,
  downloads,
} = {}) {
  const driverPath = findBrowsers(['webkit']).webkit;
  if (!driverPath) throw new Error('WebKitWebDriver or Xvfb was not found.');
  const { child: display, number } = await startDisplay();
  const port = await freePort();
  const driver = start(driverPath, [`--port=${port}`, '--host=127.0.0.1'], {
    stdio: 'ignore',
    env: {
      ...process.env,
      DISPLAY: `:${number}`,
      GDK_BACKEND: 'x11',
      NO_AT_BRIDGE: '1',
      LIBGL_ALWAYS_SOFTWARE: '1',
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      // Without a folder for downloads, they go to the one of the user.
      ...(downloads && { HOME: downloads, XDG_CONFIG_HOME: downloads }),
    },
  });
  const base = `http://127.0.0.1:${port}`;
  await answers(base);
  const { sessionId } = await send('POST', `${base}/session`, {
    capabilities: { alwaysMatch: { ...capabilities(scrollbars), acceptInsecureCerts: insecure } },
  });
  const session = new WebKit(`${base}/session/${sessionId}`, () => {
    stop(driver);
    stop(display);
  });
  await session.resize(width, height).catch(() => {});
  return session;
}

/** The browser of another process, at its `address`. Closing it here leaves it to that process. */
export async function attachWebKit(address, { width = 1280, height = 900 } = {}) {
  const session = new WebKit(address);
  await session.resize(width, height).catch(() => {});
  return session;
}

/** One WebKit window. */
class WebKit {
  #url;
  #stop;

  constructor(url, stop) {
    this.#url = url;
    this.#stop = stop;
  }

  /** What {@link attachWebKit} takes. */
  get address() {
    return this.#url;
  }

  goto(url) {
    return this.#send('POST', 'url', { url });
  }

  url() {
    return this.#send('GET', 'url');
  }

  back() {
    return this.#send('POST', 'back', {});
  }

  rect() {
    return this.#send('GET', 'window/rect');
  }

  /** Hides the window, and with it the page. Another tab in front would not: automation keeps each one visible. */
  minimize() {
    return this.#send('POST', 'window/minimize', {});
  }

  /** Undoes minimize(), at the size that rect() gave before. */
  restore({ x, y, width, height }) {
    return this.#send('POST', 'window/rect', { x, y, width, height });
  }

  /** Runs the body of a function; a promise that it returns is awaited. */
  execute(script, args = []) {
    return this.#send('POST', 'execute/sync', { script, args });
  }

  /** Runs the body of a function in the frame that an expression names. */
  async executeIn(iframe, script) {
    await this.#send('POST', 'frame', { id: await this.execute(`return ${iframe}`) });
    try {
      return await this.execute(script);
    } finally {
      await this.#send('POST', 'frame', { id: null });
    }
  }

  /** Gives the page, not the window around it, that size. */
  async resize(width, height) {
    await this.#send('POST', 'window/rect', { x: 0, y: 0, width, height });
    const [x, y] = await this.execute('return [innerWidth, innerHeight]');
    if (x === width && y === height) return;
    await this.#send('POST', 'window/rect', { x: 0, y: 0, width: 2 * width - x, height: 2 * height - y });
  }

  /** PNG of the window, or of the element that a selector names. */
  async screenshot(selector) {
    const path = selector ? `element/${await this.#find(selector)}/screenshot` : 'screenshot';
    return Buffer.from(await this.#send('GET', path), 'base64');
  }

  /** Types into whatever has focus. Keys that are not characters have code points of their own (WebDriver §17.4.2). */
  async press(key) {
    const value = keys[key] ?? key;
    const actions = [
      { type: 'keyDown', value },
      { type: 'keyUp', value },
    ];
    await this.#send('POST', 'actions', { actions: [{ type: 'key', id: 'keyboard', actions }] });
  }

  async click(selector) {
    await this.#send('POST', `element/${await this.#find(selector)}/click`, {});
  }

  async close() {
    if (!this.#stop) return this.goto('about:blank');
    await Promise.race([this.#send('DELETE', '').catch(() => {}), sleep(3000, undefined, { ref: false })]);
    this.#stop();
  }

  async #find(selector) {
    const element = await this.#send('POST', 'element', { using: 'css selector', value: selector });
    return element[elementKey];
  }

  #send(method, path, body) {
    return send(method, path ? `${this.#url}/${path}` : this.#url, body);
  }
}

const keys = {
  Tab: '\uE004',
  Enter: '\uE007',
  Shift: '\uE008',
  Escape: '\uE00C',
  Space: ' ',
  ArrowLeft: '\uE012',
  ArrowUp: '\uE013',
  ArrowRight: '\uE014',
  ArrowDown: '\uE015',
};

/** A launcher for @web/test-runner. One browser, one page at a time: a page in the background gets no frames. */
export function webkitLauncher() {
  let browser;
  let active;
  return {
    name: 'WebKitGTK',
    type: 'webkit',
    concurrency: 1,
    async startSession(id, url) {
      browser ??= openWebKit();
      active = id;
      await (await browser).goto(url);
    },
    isActive: (id) => active === id,
    getBrowserUrl: async () => (await browser)?.url(),
    async stopSession() {
      active = undefined;
      const page = await browser;
      const logs = await page
        .execute('return window.__wtr_browser_logs__ ? window.__wtr_browser_logs__.logs : []')
        .catch(() => []);
      await page.goto('about:blank').catch(() => {});
      return { browserLogs: Array.isArray(logs) ? logs.map((log) => [log]) : [] };
    },
    async startDebugSession() {
      throw new Error('WebKitGTK has no debug session here. Use ENGINE=chromium.');
    },
    async stop() {
      await (await browser)?.close();
      browser = undefined;
    },
  };
}

function capabilities(scrollbars) {
  const binary = miniBrowser();
  return {
    browserName: 'MiniBrowser',
    'webkitgtk:browserOptions': {
      ...(binary && { binary }),
      // As the other engines' drivers have it: a script may open a window where nobody has clicked.
      args: ['--automation', '--javascript-can-open-windows-automatically=true'],
      useOverlayScrollbars: !scrollbars,
    },
  };
}

function miniBrowser() {
  for (const folder of existsSync('/usr/lib') ? readdirSync('/usr/lib') : []) {
    for (const version of ['webkitgtk-6.0', 'webkit2gtk-4.1', 'webkit2gtk-4.0']) {
      const path = join('/usr/lib', folder, version, 'MiniBrowser');
      if (existsSync(path)) return path;
    }
  }
  return undefined; // the driver knows its own
}

async function startDisplay() {
  // Xvfb chooses a free number and writes it to descriptor 3.
  const args = ['-displayfd', '3', '-screen', '0', '1920x1600x24', '-nolisten', 'tcp'];
  const child = start('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const number = await new Promise((resolve, reject) => {
    let text = '';
    child.stdio[3].on('data', (chunk) => {
      text += chunk;
      if (text.endsWith('\n')) resolve(text.trim());
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`Xvfb stopped with code ${code}.`)));
  });
  return { child, number };
}

function start(command, args, options) {
  const child = spawn(command, args, options);
  children.add(child);
  child.once('exit', () => children.delete(child));
  child.on('error', () => children.delete(child));
  return child;
}

function stop(child) {
  child.kill('SIGTERM');
}

function stopAll() {
  for (const child of children) child.kill('SIGTERM');
}

async function answers(base) {
  for (let tries = 0; tries < 100; tries++) {
    const ok = await fetch(`${base}/status`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ok) return;
    await sleep(100);
  }
  throw new Error('WebKitWebDriver did not answer within 10 s.');
}

async function send(method, url, body) {
  const response = await fetch(url, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    signal: AbortSignal.timeout(60_000),
  });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`WebDriver: ${value?.error}: ${value?.message}`);
  return value;
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
