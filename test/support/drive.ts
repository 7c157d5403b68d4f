// Drives a real page from Node, in each engine alike.
import { writeFile } from 'node:fs/promises';

export type Engine = 'chromium' | 'firefox' | 'webkit';

export interface ShotOptions {
  width?: number;
  height?: number;
  dark?: boolean;
}

export interface Page {
  goto(url: string): Promise<void>;
  /** Runs in the page; a string is the body of a function. A promise is awaited. */
  evaluate<T>(code: string | ((...args: never[]) => T), ...args: unknown[]): Promise<Awaited<T>>;
  /** Writes a PNG of the window. Only Chromium can be told to be dark. */
  screenshot(path: string, options?: ShotOptions): Promise<void>;
  press(key: string): Promise<void>;
  click(selector: string): Promise<void>;
  close(): Promise<void>;
}

// Plain modules beside the tests, at the same depth from test/ and from build/.
const scripts = new URL('../../scripts/', import.meta.url);
const load = (name: string): Promise<any> => import(new URL(name, scripts).href);

/** The engines that are installed (and asked for with ENGINE). */
export async function engines(): Promise<Engine[]> {
  const { findBrowsers } = await load('browsers.mjs');
  return Object.keys(findBrowsers()) as Engine[];
}

export function open(engine: Engine): Promise<Page> {
  return engine === 'webkit' ? openWebKit() : openPuppeteer(engine);
}

async function openPuppeteer(engine: 'chromium' | 'firefox'): Promise<Page> {
  const { findBrowsers, chromiumArgs } = await load('browsers.mjs');
  const { puppeteerCore } = (await import('@web/test-runner-chrome')) as any;
  const browser = await puppeteerCore.launch({
    browser: engine === 'firefox' ? 'firefox' : 'chrome',
    executablePath: findBrowsers([engine])[engine],
    headless: true,
    args: engine === 'chromium' ? chromiumArgs : [],
  });
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 800 });
  return {
    goto: async (url) => void (await page.goto(url)),
    evaluate: (code, ...args) =>
      typeof code === 'string'
        ? page.evaluate(`(async () => { ${code} })()`)
        : page.evaluate(code as never, ...(args as never[])),
    async screenshot(path, { width, height, dark } = {}) {
      if (width || height) await page.setViewport({ width: width ?? 1280, height: height ?? 800 });
      if (engine === 'chromium') {
        await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }]);
      }
      await writeFile(path, await page.screenshot());
    },
    press: (key) => page.keyboard.press(key),
    click: (selector) => page.click(selector),
    close: () => browser.close(),
  };
}

async function openWebKit(): Promise<Page> {
  const browser = await (await load('webkit.mjs')).openWebKit();
  return {
    goto: async (url) => void (await browser.goto(url)),
    evaluate: (code, ...args) =>
      typeof code === 'string'
        ? browser.execute(`return (async () => { ${code} })()`)
        : browser.execute(`return (${code})(...arguments)`, args),
    async screenshot(path, { width, height } = {}) {
      if (width || height) await browser.resize(width ?? 1280, height ?? 800);
      await writeFile(path, await browser.screenshot());
    },
    press: (key) => browser.press(key),
    click: (selector) => browser.click(selector),
    close: () => browser.close(),
  };
}
