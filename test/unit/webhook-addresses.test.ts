import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { isPublic } from '../../dist/sinks/http/addresses.js';
import { targetOf } from '../../dist/sinks/http/target.js';
import { runsOr, seed } from '../support/seed.js';

/** Why a URL is no target. */
function refused(url: string, allow?: string[]): string {
  try {
    targetOf(url, allow);
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'bad-config');
    return (error as Error).message;
  }
  return assert.fail(`${url} was taken`);
}

test('addresses of the machine, of its network and of clouds’ metadata are not public', () => {
  for (const address of [
    ...[
      '0.0.0.0',
      '10.1.2.3',
      '100.64.0.1',
      '100.100.100.200',
      '127.0.0.1',
      '127.255.255.255',
      '168.63.129.16',
    ],
    ...[
      '169.254.169.254',
      '172.16.0.1',
      '172.31.255.255',
      '192.0.0.192',
      '192.168.0.1',
      '198.18.0.1',
      '224.0.0.1',
    ],
    ...[
      '255.255.255.255',
      '::',
      '::1',
      '::ffff:127.0.0.1',
      '::ffff:a9fe:a9fe',
      '::127.0.0.1',
      'fe80::1',
      'fc00::1',
    ],
    ...['fd00:ec2::254', 'ff02::1', '64:ff9b::7f00:1', '2002:7f00:1::', '2001:0:7f00:1::', '2001:db8::1'],
    ...['fe80::1%lo', 'not an address', ''],
  ])
    assert.equal(isPublic(address), false, address);
  for (const address of [
    '1.1.1.1',
    '8.8.8.8',
    '100.63.255.255',
    '172.32.0.1',
    '2606:4700:4700::1111',
    '2a00:1450::1',
  ])
    assert.equal(isPublic(address), true, address);
});

test('any address is public only if another library says so too', () => {
  const v4 = fc.uint8Array({ minLength: 4, maxLength: 4 });
  const v6 = fc.uint8Array({ minLength: 16, maxLength: 16 });
  // Mostly where addresses are given out at all.
  const global = v6.map((bytes) => Uint8Array.from(bytes, (byte, i) => (i ? byte : 0x20)));
  const property = fc.property(fc.oneof(v4, v6, global), (bytes) => {
    const address = ipaddr.fromByteArray([...bytes]);
    // We refuse more: those of documentation, and Azure's agent.
    if (isPublic(address.toString())) assert.equal(address.range(), 'unicast');
  });
  fc.assert(property, { seed, numRuns: runsOr(20_000) });
});

test('an address is refused in whatever form it is written', () => {
  for (const host of [
    ...[
      '127.0.0.1',
      '127.1',
      '2130706433',
      '0x7f000001',
      '0x7f.1',
      '0177.0.0.1',
      '017700000001',
      '127.0.0.1.',
    ],
    ...[
      '[::1]',
      '[::]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[0:0:0:0:0:ffff:7f00:1]',
      '0',
      '１２７.０.０.１',
    ],
    ...['169.254.169.254', '2852039166', '[fd00:ec2::254]', '[64:ff9b::a9fe:a9fe]', '10.0.0.1', '[fe80::1]'],
  ])
    assert.match(refused(`https://${host}/`), /not a public address/, host);
});

test('only https is taken, without credentials, and no secret is shown', () => {
  for (const url of [
    'http://hooks.example/',
    'ftp://hooks.example/',
    'file:///etc/passwd',
    'data:,x',
    'ws://a.example',
  ])
    assert.match(refused(url), /https:/);
  for (const url of ['/hooks', 'hooks.example', '', 'https://', 'https://a b/'])
    assert.match(refused(url), /no absolute URL/);
  const why = refused('https://user:s3cret@hooks.example/?token=s3cret#s3cret');
  assert.match(why, /credentials/);
  assert.doesNotMatch(why, /s3cret/);
});

test('what "allow" names may be reached, and over http; its neighbours may not', () => {
  assert.equal(targetOf('http://127.0.0.1:8080/a', ['127.0.0.1']).url.port, '8080');
  assert.equal(targetOf('http://[::1]/', ['::1']).url.hostname, '[::1]');
  assert.equal(targetOf('http://[::ffff:127.0.0.1]/', ['127.0.0.0/8']).permits('127.9.9.9'), true);
  refused('http://127.0.0.2/', ['127.0.0.1']);
  refused('http://10.0.0.1/', ['10.1.0.0/16']);
  const named = targetOf('http://Hooks.Intranet/', ['hooks.intranet']);
  assert.equal(named.permits('10.0.0.1'), true);
  const ranged = targetOf('https://hooks.example/', ['10.0.0.0/8']);
  assert.deepEqual(
    ['10.9.9.9', '192.168.0.1', '1.1.1.1', '::1'].map((address) => ranged.permits(address)),
    [true, false, true, false],
  );
  refused('http://hooks.example/', ['10.0.0.0/8']);
  for (const entry of ['10.0.0.0/33', 'fd00::/129', '10.0.0.0/', 'x/8', '10.0.0.0/8/8', '10.0.0.0/-1'])
    assert.match(refused('https://hooks.example/', [entry]), /no range/, entry);
});
