// One window of an engine. It can be thrown away with all its processes, since what is measured may hang.
import { setTimeout as sleep } from 'node:timers/promises';
import { chromiumArgs, findBrowsers } from '../scripts/browsers.mjs';
import { openWebKit } from '../scripts/webkit.mjs';

export async function openBrowser(engine) {
  return engine === 'webkit' ? webkit() : puppeteer(engine);
}

async function puppeteer(engine) {
  const executablePath = findBrowsers([engine])[engine];
  if (!executablePath) throw new Error(`${engine} is not installed.`);
  const { puppeteerCore } = await import('@web/test-runner-chrome');
  const browser = await puppeteerCore.launch({
    browser: engine === 'firefox' ? 'firefox' : 'chrome',
    executablePath,
    headless: true,
    args:
      engine === 'chromium'
        ? [...chromiumArgs, '--js-flags=--expose-gc', '--enable-precise-memory-info']
        : [],
    extraPrefsFirefox: { 'privacy.reduceTimerPrecision': false },
  });
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 800 });
  return {
    name: await browser.version(),
    goto: (url) => page.goto(url),
    run: (code) => page.evaluate(`(async () => { ${code} })()`),
    /** The same in the frame of that address. */
    runIn: (url, code) =>
      page
        .frames()
        .find((frame) => frame.url() === url)
        .evaluate(`(async () => { ${code} })()`),
    async close() {
      const ended = await Promise.race([browser.close().then(() => true), sleep(3000)]);
      if (!ended) browser.process()?.kill('SIGKILL');
    },
  };
}

async function webkit() {
  const browser = await openWebKit();
  const agent = await browser.execute('return navigator.userAgent');
  return {
    name: `WebKitGTK (${agent.match(/Version\/[\d.]+/)?.[0] ?? agent})`,
    goto: (url) => browser.goto(url),
    run: (code) => browser.execute(`return (async () => { ${code} })()`),
    close: () => browser.close(),
  };
}
