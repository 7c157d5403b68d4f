// The package in each Node that it is meant for: this one, and the others as npm has them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { leftOut } from '../support/left-out.js';
import { nodeOf } from '../support/nodes.js';
import { entries, installPacked } from '../support/tarball.js';

/** Imports all entries, and has two peers call each other. */
const program = `
for (const entry of ${JSON.stringify(entries())}) await import(entry);
const { contract, method, type } = await import('oriel/contract');
const { connect } = await import('oriel/bridge');
const { memory } = await import('oriel/channels/memory');
const sums = contract({ name: 'test.sums', version: '1.0.0', guest: { add: method({ input: type(), output: type() }) } });
const channels = memory();
const guest = connect({ channel: channels.guest, contract: sums, side: 'guest', implement: { add: ([x, y]) => x + y } });
const host = connect({ channel: channels.host, contract: sums, side: 'host' });
const sum = await host.remote.add([2, 3]);
host.close();
guest.close();
console.log(process.versions.node.split('.')[0], sum);
`;

const { folder, remove } = installPacked();
after(remove);
writeFileSync(join(folder, 'use.mjs'), program);

for (const major of ['20', '22', '24']) {
  test(`in Node ${major} every entry can be imported, and peers call each other`, {
    timeout: 120_000,
  }, (t) => {
    const node = nodeOf(major);
    if (!node) return leftOut(t, `npm has no Node ${major} for this machine, or cannot be reached`);
    assert.equal(execFileSync(node, ['use.mjs'], { cwd: folder, encoding: 'utf8' }), `${major} 5\n`);
  });
}

test('a log whose package is not installed says which one to install', () => {
  const logs = { nats: '@nats-io/transport-node @nats-io/jetstream', redis: '@redis/client', postgres: 'pg' };
  for (const [name, packages] of Object.entries(logs)) {
    const code = `import { ${name} } from 'oriel/log/${name}';
      await ${name}({ url: '${name}://127.0.0.1:1' }).head('t').catch(({ code, message }) => console.log(code, message));`;
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', code], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.match(said, /^log-missing /);
    assert.ok(said.includes(`npm install ${packages}`), said);
  }
});
