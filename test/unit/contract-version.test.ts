import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compatible, isVersion } from '../../dist/contract/index.js';

for (const [a, b, fits] of [
  ['1.0.0', '1.0.0', true],
  ['1.0.0', '1.9.4', true],
  ['1.3.0', '2.0.0', false],
  ['1.0.0', '10.0.0', false],
  ['0.2.0', '0.2.9', true],
  ['0.2.0', '0.3.0', false],
  ['0.2.0', '0.20.0', false],
  ['0.1.0', '1.0.0', false],
  ['0.0.3', '0.0.3', true],
  ['0.0.3', '0.0.4', false],
  ['0.0.3', '0.3.0', false],
  ['1.0.0-beta.1', '1.0.0-beta.1', true],
  ['1.0.0-beta.1', '1.2.0-beta.1', true],
  ['1.0.0-beta.1', '1.0.0-beta.2', false],
  ['1.0.0-beta.1', '1.0.0', false],
  ['1.0.0+build.1', '1.0.0+build.2', true],
  ['1.0.0', '1', false],
  ['', '', false],
] as const) {
  test(`"${a}" and "${b}" ${fits ? 'can' : "can't"} talk`, () => {
    assert.equal(compatible(a, b), fits);
    assert.equal(compatible(b, a), fits);
  });
}

test('a version is semver, whole', () => {
  for (const version of [
    '0.0.0',
    '1.2.3',
    '10.21.32',
    '1.2.3-rc.1',
    '1.2.3-rc-2.01',
    '1.2.3+x.y',
    '1.2.3-a+b',
  ])
    assert.ok(isVersion(version), version);
  for (const version of [
    '1',
    '1.2',
    '1.2.3.4',
    'v1.2.3',
    '1.02.3',
    '1.2.3-',
    ' 1.2.3',
    '1.2.3\n',
    '1.x.0',
    '1x.2.3',
    '1.2x.3',
    '1.2.3-_',
    '1.2.3-a._',
    ['1.2.3'],
    1,
    null,
    undefined,
  ])
    assert.ok(!isVersion(version), String(version));
});
