// Drives a real page from Node, in each engine alike.
import { writeFile } from 'node:fs/promises';
import { until } from './wait.js';

export type Engine = 'chromium' | 'firefox' | 'webkit';

interface ShotOptions {
  width?: number;
  height?: number;
  dark?: boolean;
}

export interface OpenOptions {
  /** Scrollbars that take room, as classic ones do. An engine may have none; the page can tell. */
  scrollbars?: boolean;
  /** Takes certificates that nobody vouches for. */
  insecure?: boolean;
  /** Keeps downloads in this folder, and asks nobody. */
  downloads?: string;
  /** Has a camera and a place on earth that are made up, where the engine can. */
  devices?: boolean;
}

/** What a page asks a person for. */
export type Permission = 'geolocation' | 'camera' | 'clipboard-read' | 'storage-access';

interface PageCounts {
  documents: number;
  nodes: number;
  listeners: number;
  /** Bytes of the JavaScript heap in use. */
  heap: number;
}

export interface Page {
  goto(url: string): Promise<void>;
  /** One step back in the history; resolves when another page is there. In Firefox, goto() hangs after it. */
  back(): Promise<void>;
  /** Prints to nowhere. `false` where the driver can't. */
  print(): Promise<boolean>;
  /** Lays the page itself, not its guests, out as on paper or on screen. `false` where the driver can't. */
  media(type: 'print' | 'screen'): Promise<boolean>;
  /** Puts the page out of sight, as behind another tab; what it resolves with brings the page back. */
  hide(): Promise<() => Promise<void>>;
  /** Another tab of the same browser. Those of puppeteer alone have one. */
  tab?(): Promise<Page>;
  /** Runs in the page; a string is the body of a function. A promise is awaited. */
  evaluate<T>(code: string | ((...args: never[]) => T), ...args: unknown[]): Promise<Awaited<T>>;
  /** The same in the guest of the `<oriel-frame>`, or widget, that a selector names. */
  evaluateIn<T>(selector: string, code: string): Promise<T>;
  /** Writes a PNG of the window. Only Chromium can be told to be dark. */
  screenshot(path: string, options?: ShotOptions): Promise<void>;
  press(key: string): Promise<void>;
  click(selector: string): Promise<void>;
  /**
   * Says yes, as a person would, to what the guest of an origin asks for in a page of another.
   * @returns `false` where the driver can't.
   */
  grant(permission: Permission, origin: string, guest: string): Promise<boolean>;
  /** Frees all that can be; Chromium alone can be told to. */
  collectGarbage?(): Promise<void>;
  /** What the page has after that; Chromium alone tells. */
  counts?(): Promise<PageCounts>;
  /** Ends the process of the guests of an origin, as a crash would; Chromium alone can be told to. */
  crash?(origin: string): Promise<void>;
  /** Stops a page and its guests as one that was put away, or lets them go on; Chromium alone can be told to. */
  freeze?(frozen: boolean): Promise<void>;
  /** Stops every service worker, as the browser does with idle ones; Chromium alone can be told to. */
  stopServiceWorkers?(): Promise<void>;
  close(): Promise<void>;
}

// Plain modules beside the tests, at the same depth from test/ and from build/.
const scripts = new URL('../../scripts/', import.meta.url);
const load = (name: string): Promise<any> => import(new URL(name, scripts).href);

/** Clicks into a guest; in Chromium once it has been painted, since until then the click is the page's around it. */
export async function clickInto(page: Page, engine: string): Promise<void> {
  if (engine === 'chromium')
    await page.evaluateIn(
      'oriel-frame',
      'await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));',
    );
  await page.click('oriel-frame');
}

/** The engines that are installed (and asked for with ENGINE). */
export async function engines(): Promise<Engine[]> {
  const { findBrowsers } = await load('browsers.mjs');
  return Object.keys(findBrowsers()) as Engine[];
}

export function open(engine: Engine, options: OpenOptions = {}): Promise<Page> {
  return engine === 'webkit' ? openWebKit(options) : openPuppeteer(engine, options);
}

/** Where a browser of that engine runs for several test files, one after another: starting one costs seconds. */
const sharedAt = (engine: Engine, options: OpenOptions): string | undefined =>
  Object.keys(options).length ? undefined : process.env[sharedVariable(engine)];

/** The name of the variable that tells the test files where. */
export const sharedVariable = (engine: Engine): string => `SHARED_${engine.toUpperCase()}`;

/** Starts a browser that {@link open} uses in whatever process finds its address in {@link sharedVariable}. */
export async function share(engine: Engine): Promise<{ address: string; close(): Promise<void> }> {
  if (engine === 'webkit') {
    const browser = await (await load('webkit.mjs')).openWebKit();
    return { address: browser.address, close: () => browser.close() };
  }
  const browser = await launch(engine, {});
  const address = browser.wsEndpoint();
  const child = browser.process();
  // Firefox has one session at a time, which is for the test files.
  await browser.disconnect();
  return {
    address,
    async close() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await gone;
    },
  };
}

const iframeOf = (selector: string) =>
  `document.querySelector(${JSON.stringify(selector)}).shadowRoot.querySelector('iframe')`;

const puppeteer = async () => ((await import('@web/test-runner-chrome')) as any).puppeteerCore;

async function launch(
  engine: 'chromium' | 'firefox',
  { scrollbars, insecure = false, downloads, devices }: OpenOptions,
): Promise<any> {
  const { findBrowsers, chromiumArgs } = await load('browsers.mjs');
  const browser = await (await puppeteer()).launch({
    browser: engine === 'firefox' ? 'firefox' : 'chrome',
    executablePath: findBrowsers([engine])[engine],
    headless: true,
    acceptInsecureCerts: insecure,
    args: engine === 'chromium' ? [...chromiumArgs, ...(devices ? madeUpCamera : [])] : [],
    ...(scrollbars && { ignoreDefaultArgs: ['--hide-scrollbars'] }),
    extraPrefsFirefox: {
      ...(scrollbars && { 'widget.gtk.overlay-scrollbars.enabled': false, 'ui.useOverlayScrollbars': 0 }),
      ...(downloads && { 'browser.download.folderList': 2, 'browser.download.dir': downloads }),
      ...(devices && madeUpDevices),
    },
  });
  if (downloads && engine === 'chromium')
    await browser.defaultBrowserContext().setDownloadBehavior({ policy: 'allow', downloadPath: downloads });
  return browser;
}

const madeUpCamera = ['--use-fake-device-for-media-stream'];
const madeUpDevices = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true, // its driver can't say yes to a camera
  'geo.provider.network.url': 'data:application/json,{"location":{"lat":1,"lng":2},"accuracy":3}',
  'geo.provider.use_gpsd': false,
  'geo.provider.use_geoclue': false,
};

/** The shared browser; `undefined` where there is none, or where a test before this one broke it. */
async function attach(engine: 'chromium' | 'firefox', options: OpenOptions): Promise<any> {
  const address = sharedAt(engine, options);
  if (!address) return undefined;
  const protocol = engine === 'firefox' ? 'webDriverBiDi' : 'cdp';
  return (await puppeteer()).connect({ browserWSEndpoint: address, protocol }).catch((error: Error) => {
    console.log(`${engine} is started anew, since the shared one does not answer: ${error.message}`);
  });
}

async function openPuppeteer(engine: 'chromium' | 'firefox', options: OpenOptions): Promise<Page> {
  const shared = await attach(engine, options);
  const browser = shared ?? (await launch(engine, options));
  return pageOf(browser, engine, options, async (page) => {
    if (!shared) return browser.close();
    await page.close();
    await browser.disconnect();
  });
}

async function pageOf(
  browser: any,
  engine: 'chromium' | 'firefox',
  options: OpenOptions,
  close: (page: any) => Promise<void>,
): Promise<Page> {
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 800 });
  const hide = async () => {
    const other = await browser.newPage();
    await other.bringToFront();
    return async () => {
      await page.bringToFront();
      await other.close();
    };
  };
  /** Brings back a page that was frozen, which only one out of sight ever is. */
  let show: (() => Promise<void>) | undefined;
  return {
    tab: () => pageOf(browser, engine, options, (its) => its.close()),
    goto: async (url) =>
      void (await page.goto(url).catch((error: Error) => {
        // Firefox gives up a navigation where one that the page before had begun ends only now.
        const givenUp = /NS_BINDING_ABORTED|Address rejected/.exec(error.message);
        if (!givenUp) throw error;
        console.log(`${engine} is asked again for ${url}, which it gave up: ${givenUp}`);
        return page.goto(url);
      })),
    async back() {
      // Not goBack(), which waits for a document to load: none does where the page comes out of the cache.
      const where = () => page.evaluate('location.href').catch(() => undefined);
      const before = await where();
      await page.evaluate('void setTimeout(() => history.back())');
      await until(async () => ![undefined, before].includes(await where()));
    },
    print: async () => Boolean(await page.pdf()),
    async media(type) {
      if (engine !== 'chromium') return false;
      await page.emulateMediaType(type);
      return true;
    },
    hide,
    evaluate: (code, ...args) =>
      typeof code === 'string'
        ? page.evaluate(`(async () => { ${code} })()`)
        : page.evaluate(code as never, ...(args as never[])),
    async evaluateIn(selector, code) {
      const iframe = await page.evaluateHandle(iframeOf(selector));
      const guest = await iframe.contentFrame();
      return guest.evaluate(`(async () => { ${code} })()`);
    },
    async screenshot(path, { width, height, dark } = {}) {
      if (width || height) await page.setViewport({ width: width ?? 1280, height: height ?? 800 });
      if (engine === 'chromium') {
        await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }]);
      }
      await writeFile(path, await page.screenshot());
    },
    press: (key) => page.keyboard.press(key),
    click: (selector) => page.click(selector),
    async grant(name, origin, guest) {
      if (engine === 'firefox') {
        if (name === 'camera' && options.devices) return true;
        const context = page.browserContext();
        return context.setPermission(origin, { permission: { name }, state: 'granted' }).then(
          () => true,
          (error: Error) => {
            console.log(`${engine} does not grant ${name}: ${error.message.split('\n')[0]}`);
            return false;
          },
        );
      }
      if (name === 'geolocation') await page.setGeolocation({ latitude: 1, longitude: 2, accuracy: 3 });
      // Left open: what is granted ends with it.
      const session = await page.createCDPSession();
      await session.send('Browser.setPermission', {
        permission: { name },
        setting: 'granted',
        origin,
        embeddedOrigin: guest,
      });
      return true;
    },
    ...(engine === 'chromium' && {
      async crash(origin: string) {
        // Not by what the driver knows of its frames: right after a navigation that is the process before.
        const session = await browser.target().createCDPSession();
        const { targetInfos } = await session.send('Target.getTargets');
        for (const { type, url, targetId } of targetInfos) {
          if (type !== 'iframe' || !url.startsWith(origin)) continue;
          const { sessionId } = await session.send('Target.attachToTarget', { targetId, flatten: true });
          const guest = session.connection().session(sessionId);
          await new Promise((crashed) => {
            guest.once('Inspector.targetCrashed', crashed);
            guest.send('Page.crash').catch(crashed); // whoever could answer is gone
          });
        }
        await session.detach();
      },
      async freeze(frozen: boolean) {
        if (frozen) show = await hide();
        const session = await page.createCDPSession();
        await session.send('Page.setWebLifecycleState', { state: frozen ? 'frozen' : 'active' });
        await session.detach();
        if (!frozen) await show?.();
      },
      async stopServiceWorkers() {
        const session = await page.createCDPSession();
        await session.send('ServiceWorker.enable');
        await session.send('ServiceWorker.stopAllWorkers');
        await session.detach();
      },
      async counts() {
        const session = await page.createCDPSession();
        await session.send('HeapProfiler.collectGarbage');
        const { documents, nodes, jsEventListeners: listeners } = await session.send('Memory.getDOMCounters');
        const { usedSize: heap } = await session.send('Runtime.getHeapUsage');
        await session.detach();
        return { documents, nodes, listeners, heap };
      },
      collectGarbage: async () => {
        const session = await page.createCDPSession();
        await session.send('HeapProfiler.collectGarbage');
        await session.detach();
      },
    }),
    close: () => close(page),
  };
}

async function openWebKit(options: OpenOptions): Promise<Page> {
  const { attachWebKit, openWebKit } = await load('webkit.mjs');
  const shared = sharedAt('webkit', options);
  const browser = await (shared ? attachWebKit(shared) : openWebKit(options));
  return {
    goto: async (url) => void (await browser.goto(url)),
    back: () => browser.back(),
    print: async () => false,
    media: async () => false,
    async hide() {
      const before = await browser.rect();
      await browser.minimize();
      return () => browser.restore(before);
    },
    evaluate: (code, ...args) =>
      typeof code === 'string'
        ? browser.execute(`return (async () => { ${code} })()`)
        : browser.execute(`return (${code})(...arguments)`, args),
    evaluateIn: (selector, code) =>
      browser.executeIn(iframeOf(selector), `return (async () => { ${code} })()`),
    async screenshot(path, { width, height } = {}) {
      if (width || height) await browser.resize(width ?? 1280, height ?? 800);
      await writeFile(path, await browser.screenshot());
    },
    press: (key) => browser.press(key),
    click: (selector) => browser.click(selector),
    grant: async () => false,
    close: () => browser.close(),
  };
}
