// Frames that come and go leave no window, iframe, element or peer behind.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { alive, churn } from '../support/churn.js';
import { engines, open } from '../support/drive.js';
import { type Sites, startSites } from '../support/sites-server.js';

let sites: Sites;
before(async () => {
  sites = await startSites();
});
after(() => sites.close());

const kinds = ['window', 'iframe', 'element', 'peer'];

for (const engine of await engines()) {
  test(`${engine}: a hundred mounts and removals leave nothing behind`, async (t) => {
    const page = await open(engine);
    try {
      const { collectGarbage } = page;
      if (!collectGarbage) {
        console.log(`${engine}: left out, since nothing can make it collect its garbage.`);
        return t.skip(`${engine} can't be told to collect its garbage`);
      }
      await page.goto(`${sites.origin(1)}/fixtures/host.html`);
      await page.evaluate(churn(`${sites.origin(2)}/fixtures/frame.html`, 100));
      let left: Record<string, number> = {};
      // What a task in flight still holds is free after it.
      for (let round = 0; round < 20; round++) {
        await collectGarbage();
        left = await page.evaluate<Record<string, number>>(alive);
        if (Object.values(left).every((count) => count === 0)) break;
      }
      assert.deepEqual(left, Object.fromEntries(kinds.map((kind) => [kind, 0])));
    } finally {
      await page.close();
    }
  });
}
