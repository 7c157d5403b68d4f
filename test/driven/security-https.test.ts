// Over https, with certificates made here: mixed content, the guest's cookies, and permissions.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { certificate } from '../support/certificate.js';
import { clickInto, engines, open, type Permission } from '../support/drive.js';
import { leftOut } from '../support/left-out.js';
import {
  guestPage,
  hostPage,
  type Pages,
  type Route,
  ready,
  runnerRoutes,
  startPages,
} from '../support/pages.js';

const made = certificate(['127.0.0.1', '127.0.0.2', '127.0.0.3']);
const root = fileURLToPath(new URL('../..', import.meta.url));
const [, recommended = ''] =
  /^Set-Cookie: (session=.*)$/m.exec(readFileSync(`${root}SECURITY.md`, 'utf8')) ?? [];

const routes: Record<string, Route> = {
  ...runnerRoutes,
  '/host': () => hostPage('<oriel-frame label="Guest" timeout="8000"></oriel-frame>'),
  '/guest': (query) => ({
    body: guestPage({ html: '<p>Guest</p>' }),
    headers: query.has('cookie') ? { 'Set-Cookie': query.get('cookie') as string } : {},
  }),
  '/cookies': (_query, { cookie = '' }) => ({ body: cookie, type: 'text/plain' }),
};

/** How a guest asks for each, and what it hears. */
const asked: Partial<Record<Permission, string>> = {
  geolocation: `new Promise((answered) => navigator.geolocation.getCurrentPosition(
    () => answered('granted'),
    ({ code, message }) => answered(code === 1 ? 'denied' : message),
  ))`,
  camera: `navigator.mediaDevices.getUserMedia({ video: true }).then(
    (stream) => {
      for (const track of stream.getTracks()) track.stop();
      return 'granted';
    },
    ({ name }) => (name === 'NotAllowedError' ? 'denied' : name),
  )`,
  'clipboard-read': `navigator.clipboard.readText().then(
    () => 'granted',
    ({ name }) => (name === 'NotAllowedError' ? 'denied' : name),
  )`,
};
/** A question that nobody answers would wait for ever. */
const inTime = (ask: string) =>
  `return Promise.race([${ask}, new Promise((late) => setTimeout(() => late('no answer'), 5000))]);`;

let pages: Pages;
let plain: Pages;
before(async () => {
  pages = await startPages(routes, 3, made);
  plain = await startPages(routes);
});
after(() => Promise.all([pages.close(), plain.close()]));

for (const engine of await engines()) {
  test(`${engine}: over https`, async (t) => {
    if (!made) return leftOut(t, 'there is no openssl to make a certificate with');
    const page = await open(engine, { insecure: true, devices: true });
    const load = async (src: string, site = 1) => {
      await page.goto(`${pages.origin(site)}/host`);
      await page.evaluate(`document.querySelector('oriel-frame').src = ${JSON.stringify(src)};${ready}`);
    };
    const inGuest = <T>(code: string) =>
      page.evaluate<T>(`return document.querySelector('oriel-frame').guest.run(${JSON.stringify(code)});`);
    const cookie = (value: string) => `${pages.origin(2)}/guest?cookie=${encodeURIComponent(value)}`;
    const sent = () => inGuest<string>("return (await fetch('/cookies')).text();");
    try {
      await t.test('a guest connects', async () => {
        await load(`${pages.origin(2)}/guest`);
        assert.equal(await inGuest('return isSecureContext;'), true);
      });
      await t.test('a guest without https does not, and the frame says so', async (t) => {
        await page.goto(`${pages.origin()}/host`);
        const end = await page.evaluate(`
          await customElements.whenDefined('oriel-frame');
          const frame = document.querySelector('oriel-frame');
          frame.timeout = 3000;
          frame.src = '${plain.origin(2)}/guest';
          return frame.ready.then(() => 'ready', ({ code }) => code);`);
        // 127.0.0.0/8 counts as secure, where the engine goes by that: then nothing is mixed.
        if (end === 'ready') return leftOut(t, `to ${engine} a loopback address is as good as https`);
        assert.ok(['silent', 'never-loaded', 'blocked-by-csp'].includes(String(end)), String(end));
      });
      await t.test('a cookie without SameSite=None is not sent in a host of another site', async () => {
        await load(cookie('lax=1; Path=/; Secure; SameSite=Lax'));
        assert.ok(!(await sent()).includes('lax=1'));
      });
      await t.test('the partitioned cookie of SECURITY.md is sent, and only within that host', async (t) => {
        assert.ok(recommended.includes('Partitioned'));
        await load(cookie(recommended));
        if (!(await sent()).includes('session=1'))
          return leftOut(t, `${engine} keeps no partitioned cookie of a frame`);
        await load(`${pages.origin(2)}/guest`, 3);
        if ((await sent()).includes('session=1'))
          return leftOut(t, `${engine} does not partition cookies by host`);
      });
      for (const [permission, ask] of Object.entries(asked) as [Permission, string][]) {
        await t.test(
          `${permission}: a person’s yes is the guest’s where \`allow\` names it, and else not`,
          async (t) => {
            await load(`${pages.origin(2)}/guest`);
            if (!(await page.grant(permission, pages.origin(), pages.origin(2))))
              return leftOut(t, `${engine}'s driver can't say yes to ${permission}`);
            const answer = async (allow: string) => {
              await page.evaluate(`
              const frame = document.querySelector('oriel-frame');
              frame.allow = ${JSON.stringify(allow)};
              frame.reload();
              await frame.ready;`);
              await clickInto(page, engine); // some are for a page that has the focus
              return inGuest<string>(inTime(ask));
            };
            assert.equal(await answer(''), 'denied');
            assert.equal(await answer('fullscreen; payment'), 'denied');
            assert.equal(await answer(permission), 'granted');
          },
        );
      }
      await t.test(
        'its own cookies are the guest’s where `sandbox` lets it ask for them, and a person agrees',
        async (t) => {
          const mine = 'mine=1; Path=/; Secure; SameSite=None';
          const asks = inTime("document.requestStorageAccess().then(() => 'granted', () => 'denied')");
          // Visited, and used, as a page of its own.
          await page.goto(cookie(mine));
          await page.click('p');
          const answer = async (sandbox: string) => {
            await page.goto(`${pages.origin()}/host`);
            await page.evaluate(`
            document.querySelector('oriel-frame').sandbox = '${sandbox}';
            document.querySelector('oriel-frame').src = '${pages.origin(2)}/guest';${ready}`);
            await clickInto(page, engine);
            return inGuest<string>(asks);
          };
          const usual = 'allow-scripts allow-forms allow-same-origin';
          const agreed = await page.grant('storage-access', pages.origin(), pages.origin(2));
          assert.equal(await answer(usual), 'denied');
          const given = await answer(`${usual} allow-storage-access-by-user-activation`);
          // Firefox asks nobody where the guest has just been used as a page of its own.
          if (given !== 'granted' && !agreed)
            return leftOut(t, `${engine} says "${given}", and its driver can't say yes`);
          assert.equal(given, 'granted');
          assert.ok((await sent()).includes('mine=1'));
        },
      );
    } finally {
      await page.close();
    }
  });
}
