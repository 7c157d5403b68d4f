import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultLimits, Rate } from '../../dist/bridge/limits.js';

const verdicts = (rate: Rate, count: number, at: number) =>
  Array.from({ length: count }, () => rate.take(at)).reduce<Record<string, number>>((sums, verdict) => {
    sums[verdict] = (sums[verdict] ?? 0) + 1;
    return sums;
  }, {});

test('a burst passes, then what the rate allows; quiet time saves up no more than a burst', () => {
  const start = performance.now();
  const rate = new Rate({ ...defaultLimits, rate: 100, burst: 50 });
  assert.deepEqual(verdicts(rate, 60, start + 10_000), { pass: 50, refuse: 10 });
  assert.deepEqual(verdicts(rate, 20, start + 10_100), { pass: 10, refuse: 10 });
});

test('ten times too many at once are a flood, and a little too many for long are none', () => {
  const rate = new Rate({ ...defaultLimits, rate: 100, burst: 100 });
  const start = performance.now();
  assert.deepEqual(verdicts(rate, 1200, start), { pass: 100, refuse: 1000, flood: 100 });
  const steady = new Rate({ ...defaultLimits, rate: 100, burst: 100 });
  for (let second = 1; second <= 60; second++)
    assert.equal(verdicts(steady, 150, start + second * 1000)['flood'], undefined);
});

test('a flood that a slow host hears slowly is one all the same', () => {
  const start = performance.now();
  const rate = new Rate({ ...defaultLimits, rate: 100, burst: 100 });
  let heard = '';
  // Six times the rate, and never ten times as many within a second.
  for (let second = 1; second <= 10 && heard !== 'flood'; second++)
    if (verdicts(rate, 600, start + second * 1000)['flood']) heard = 'flood';
  assert.equal(heard, 'flood');
});
