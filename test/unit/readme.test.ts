// The README's code for streams and callbacks, as it stands there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { connect, transfer } from '../../dist/bridge/index.js';
import { contract, method, stream, type } from '../../dist/contract/index.js';
import { pair } from '../support/pair.js';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const AsyncFunction = (async () => {}).constructor as new (
  ...parts: string[]
) => (...args: unknown[]) => Promise<any>;

/** The one block that begins with a comment. */
function block(comment: string): string {
  const [, code] = new RegExp(`^\`\`\`js\\n(// ${comment}\\n[\\s\\S]*?)^\`\`\``, 'm').exec(readme) ?? [];
  assert.ok(code, `README has a block "// ${comment}"`);
  return code;
}

const report = contract({
  name: 'acme.report',
  version: '1.0.0',
  guest: {
    rows: stream({ input: type<{ status: string }>(), output: type<{ id: number }>() }),
    import: method({ input: type<object>(), output: type<number>() }),
    page: method({ output: type<Uint8Array>() }),
  },
});

test('streams, callbacks and tracing work as the README shows', async () => {
  const channels = pair();
  const implement = await new AsyncFunction('transfer', `${block("the guest's handlers")} return implement`)(
    transfer,
  );
  const guest = connect({ channel: channels.guest, contract: report, side: 'guest', implement });
  const host = connect({ channel: channels.host, contract: report, side: 'host' });
  const lines: string[] = [];
  const log = (...parts: unknown[]) => lines.push(parts.join(' '));
  const frame = { guest: host.remote, peer: host };
  const size = await new AsyncFunction('frame', 'console', `${block('the host')} return size`)(frame, {
    log,
  });
  assert.equal(size, 4096);
  assert.deepEqual(lines, ['0 %', '50 %', '100 %', 'out call page', 'in answer page']);
  host.close();
  guest.close();
});
