// What only a driver can do to a frame, in random sequence with all else: its page is frozen, its guest's process dies.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { engines, open, type Page } from '../support/drive.js';
import { leftOut } from '../support/left-out.js';
import { runsOr, seed } from '../support/seed.js';
import { type Sites, startSites } from '../support/sites-server.js';
import { any, type Step } from '../support/steps.js';

const numRuns = runsOr(6);
let sites: Sites;
before(async () => {
  sites = await startSites();
});
after(() => sites.close());

type Driven = Step | { readonly kind: 'freeze'; readonly ms: number } | { readonly kind: 'crash' };
const step = fc.oneof(
  { weight: 5, arbitrary: any.use },
  { weight: 1, arbitrary: fc.oneof(any.turn, any.deed) },
  // Some last longer than a guest may be silent.
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('freeze'), ms: fc.constantFrom(0, 900) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash') }) },
) as fc.Arbitrary<Driven>;

for (const engine of await engines())
  test(`${engine}: ${numRuns} random sequences with freezes and crashes leave nothing open, and nothing behind`, async (t) => {
    const page = await open(engine);
    try {
      if (!page.freeze || !page.crash)
        return leftOut(t, `${engine} can be told neither to freeze a page nor to crash a guest`);
      await page.goto(`${sites.origin(1)}/fixtures/silent.html`);
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), async (steps) => {
          await page.evaluate(begin(sites.origin(2)));
          for (const one of steps) await take(page, one);
          assert.deepEqual(await page.evaluate('return play.finish()'), []);
        }),
        // What a failed run has left in the page would spoil smaller ones.
        { seed, numRuns, endOnFailure: true },
      );
    } finally {
      await page.close();
    }
  });

const begin = (site: string) => `
  const { Play, tag } = await import('/made/play.js');
  window.play = new Play({
    guest: '${site}/fixtures/bridge/suite.html',
    silent: '${site}/fixtures/silent.html',
  }, tag);
  await play.ready();`;

async function take(page: Page, step: Driven): Promise<void> {
  if (step.kind === 'freeze') {
    await page.freeze?.(true);
    await sleep(step.ms);
    await page.freeze?.(false);
  } else if (step.kind === 'crash') {
    await page.evaluate('await play.ready()');
    await page.crash?.(sites.origin(2));
    assert.equal(await page.evaluate('return play.revive()'), true, 'a crash that nobody noticed');
  } else await page.evaluate(`await play.step(${JSON.stringify(step)})`);
}
