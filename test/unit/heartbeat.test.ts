// What the heartbeat says, by a clock that the test moves.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { heartbeat } from '../../dist/bridge/heartbeat.js';

const silence = 1000;
const every = silence / 2;

/** A heartbeat by a clock of its own, beside a page that may be hidden. */
function start(t: TestContext) {
  let now = 5000;
  let heard = now;
  const pings: number[] = [];
  const said: { at: number; yes: boolean; silence: number }[] = [];
  const page = { hidden: false };
  t.mock.method(performance, 'now', () => now);
  t.mock.timers.enable({ apis: ['setInterval'] });
  const scope = globalThis as { document?: object };
  scope.document = page;
  t.after(() => delete scope.document);
  const stop = heartbeat(
    {
      heard: () => heard,
      ping: () => pings.push(now - 5000),
      responsive: (yes, silence) => said.push({ at: now - 5000, yes, silence }),
    },
    silence,
  );
  return {
    page,
    pings,
    stop,
    /** What was said since the last look. A heart that beats says so each time; its peer tells a change alone. */
    said: () => said.splice(0),
    hear: () => {
      heard = now;
    },
    /** Time passes, and each timer is on time. */
    beat(times = 1) {
      for (let i = 0; i < times; i++) this.pass(every);
    },
    pass(ms: number) {
      now += ms;
      t.mock.timers.tick(ms);
    },
    /** The page itself stands still: the next beat comes that much late. */
    stall(ms: number) {
      now += ms;
    },
  };
}

const alarms = (said: { yes: boolean }[]) => said.filter(({ yes }) => !yes);

test('who speaks is not asked, and nobody is blamed', (t) => {
  const heart = start(t);
  for (let i = 0; i < 20; i++) {
    heart.pass(every / 2);
    heart.hear();
    heart.pass(every / 2);
  }
  assert.deepEqual(alarms(heart.said()), []);
  assert.deepEqual(heart.pings, []);
});

test('who is asked and says nothing for as long as it may hangs, and is said to with how long', (t) => {
  const heart = start(t);
  heart.beat();
  assert.deepEqual(heart.pings, [500]);
  heart.beat();
  assert.deepEqual(alarms(heart.said()), [], 'half the time has passed');
  heart.beat();
  assert.deepEqual(alarms(heart.said()), [{ at: 1500, yes: false, silence: 1500 }]);
});

test('silence alone is no hang: it counts from when it was asked', (t) => {
  const heart = start(t);
  heart.beat();
  heart.hear(); // quiet from here on
  heart.beat();
  heart.beat();
  assert.deepEqual(alarms(heart.said()), []);
  heart.beat();
  assert.equal(alarms(heart.said()).length, 1);
});

test('one that hangs is asked again each time, and a single answer says that it is back', (t) => {
  const heart = start(t);
  heart.beat(3);
  const asked = heart.pings.length;
  heart.beat(4);
  assert.equal(heart.pings.length, asked + 4);
  assert.equal(alarms(heart.said()).length, 5);
  heart.hear();
  heart.beat();
  assert.deepEqual(
    heart.said().map(({ yes }) => yes),
    [true],
  );
});

test('a beat that comes late blames nobody, and the time before it does not count', (t) => {
  const heart = start(t);
  heart.beat();
  heart.stall(10 * silence);
  heart.beat();
  assert.deepEqual(alarms(heart.said()), []);
  heart.beat();
  assert.deepEqual(alarms(heart.said()), [], 'asked anew, and half the time has passed');
  heart.beat();
  assert.equal(alarms(heart.said()).length, 1, 'a hang that goes on is told after all');
});

test('a host that stands still again and again blames nobody', (t) => {
  const heart = start(t);
  for (let i = 0; i < 10; i++) {
    heart.stall(silence);
    heart.beat();
  }
  assert.deepEqual(alarms(heart.said()), []);
});

test('a beat that is a little late is none that is held up', (t) => {
  const heart = start(t);
  for (let i = 0; i < 3; i++) {
    heart.stall(every / 4);
    heart.beat();
  }
  assert.equal(alarms(heart.said()).length, 1);
});

test('while the page is hidden nothing is said, and once it is back the time starts over', (t) => {
  const heart = start(t);
  heart.beat();
  heart.page.hidden = true;
  heart.beat(20);
  assert.deepEqual(alarms(heart.said()), []);
  heart.page.hidden = false;
  heart.beat();
  assert.deepEqual(alarms(heart.said()), []);
  heart.beat(2);
  assert.equal(alarms(heart.said()).length, 1);
});

test('one that was said to hang stays so while the page is hidden, until it is heard', (t) => {
  const heart = start(t);
  heart.beat(3);
  heart.said();
  heart.page.hidden = true;
  heart.beat(5);
  assert.deepEqual(heart.said(), []);
  heart.hear();
  heart.beat();
  assert.deepEqual(
    heart.said().map(({ yes }) => yes),
    [true],
  );
});

test('once it is stopped it neither asks nor tells', (t) => {
  const heart = start(t);
  heart.beat();
  heart.stop();
  heart.said();
  const asked = heart.pings.length;
  heart.beat(10);
  assert.deepEqual([heart.said(), heart.pings.length], [[], asked]);
});
