// A new widget as `oriel dev` serves it, in each engine: shown, called, heard, and loaded again on change.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderWith, oriel } from '../support/command.js';
import { engines, open } from '../support/drive.js';
import { until } from '../support/wait.js';

for (const engine of await engines())
  test(`a new widget works in ${engine} as it is, and after a change`, { timeout: 120_000 }, async () => {
    const cwd = folderWith({});
    assert.equal((await oriel(['init', 'acme-greeting'], cwd).ended()).code, 0);
    const folder = join(cwd, 'acme-greeting');
    const its = oriel(['dev', '--port', '0', '--ndjson'], folder);
    const { host, inbox } = JSON.parse(await its.line());
    const page = await open(engine);
    try {
      await page.goto(`${host}/`);
      const shown = () =>
        page
          .evaluateIn<string>('acme-greeting', "return document.querySelector('output')?.textContent")
          .catch(() => '');
      await until(async () => (await shown()) === 'Hello, Ada!', { timeout: 30_000 });
      await page.evaluate("document.querySelector('form').requestSubmit()");
      const list = () => page.evaluate<string>("return document.querySelector('ul').textContent");
      await until(async () => (await list()).includes('Hello, Grace!'), { timeout: 30_000 });
      await page.evaluateIn('acme-greeting', "document.querySelector('button').click()");
      await until(async () => (await list()).includes('Ada greeted back'), { timeout: 30_000 });
      const greeter = join(folder, 'guest/guest.js');
      writeFileSync(greeter, readFileSync(greeter, 'utf8').replaceAll('Hello, ', 'Good day, '));
      await until(async () => (await shown()) === 'Good day, Ada!', { timeout: 30_000 });
      // The guest alone was loaded again.
      assert.match(await list(), /Ada greeted back/);
      await page.goto(`${host}/@oriel/inbox`);
      await fetch(`${inbox}/bank`, { method: 'POST', body: '<img src=x onerror=alert(1)>' });
      const came = () => page.evaluate<string>("return document.querySelector('main').textContent");
      await until(async () => (await came()).includes('<img src=x'), { timeout: 30_000 });
      assert.equal(await page.evaluate("return document.querySelectorAll('img').length"), 0);
    } finally {
      await page.close();
    }
  });
