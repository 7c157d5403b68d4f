// Whatever becomes of a frame's page and place, and of its messages: each call settles, each stream ends, nothing is kept.
import fc from 'fast-check';
import { bare, Play, tag } from '../support/play.js';
import { runsOr, seed } from '../support/seed.js';
import { guestUrl } from '../support/sites-url.js';
import { any, type Step } from '../support/steps.js';

/** Of fifty in all, what falls to one of three engines. */
const numRuns = runsOr(17);
const urls = { guest: guestUrl('bridge/suite.html'), silent: guestUrl('silent.html') };

const ofFrames = fc.oneof(
  { weight: 3, arbitrary: any.use },
  { weight: 1, arbitrary: any.turn },
  { weight: 1, arbitrary: any.deed },
) as fc.Arbitrary<Step>;
const ofMessages = fc.oneof(
  { weight: 4, arbitrary: any.use },
  { weight: 1, arbitrary: any.turn },
  { weight: 1, arbitrary: any.deed },
  { weight: 2, arbitrary: any.mishap },
) as fc.Arbitrary<Step>;

const stages = [
  ['what may become of a frame', tag, ofFrames],
  ['what may become of an iframe and its messages', bare, ofMessages],
] as const;

for (const [what, stage, step] of stages)
  test(`${numRuns} random sequences of ${what} leave nothing open, and nothing behind`, async function () {
    this.timeout(60_000 + numRuns * 4000);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
        const play = new Play(urls, stage);
        await play.ready();
        for (const one of steps) await play.step(one);
        const wrong = (await play.finish()).join(', ');
        // Only in Chromium has a stack its message too, and what is reported is the stack.
        if (wrong) throw Object.assign(new Error(wrong), { stack: wrong });
      }),
      { seed, numRuns, includeErrorInReport: true },
    );
  });
