// The code of README.md and docs/webhooks.md, as it stands there, in a process of its own.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
// Inside the package, where "oriel/…" is itself.
const folder = mkdtempSync(join(root, 'build/docs-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The one block of a file that begins with that comment. */
function block(file: string, comment: string): string {
  const text = readFileSync(join(root, file), 'utf8');
  const [, code] = new RegExp(`^\`\`\`js\\n(// ${comment}\\n[\\s\\S]*?)^\`\`\``, 'm').exec(text) ?? [];
  assert.ok(code, `${file} has a block "// ${comment}"`);
  return code;
}

const contract = `
import { contract, event, type } from 'oriel/contract';
export const tickets = contract({
  name: 'acme.tickets',
  version: '1.0.0',
  guest: { solved: event(type(), { retain: 'log' }), paid: event(type(), { retain: 'log' }) },
});`;
const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const names = ['BANK_SECRET', 'BANK_SECRET_OLD', 'BOOKS_SECRET', 'CRM_SECRET'];

async function run(program: string): Promise<string> {
  writeFileSync(join(folder, 'tickets.contract.js'), contract);
  writeFileSync(join(folder, 'oriel.config.js'), block('README.md', 'oriel.config.js'));
  writeFileSync(join(folder, 'program.mjs'), program);
  const env = { ...process.env, ...Object.fromEntries(names.map((name) => [name, secret])) };
  const { stdout } = await promisify(execFile)(process.execPath, ['program.mjs'], { cwd: folder, env });
  return stdout;
}

test('a gateway with webhooks starts as the README has it, and has no dead letters to begin with', async () => {
  const program = `
    import gateway from './oriel.config.js';
    await gateway.ready;
    ${block('docs/webhooks.md', 'dead letters')}
    await gateway.close();
    console.log('closed');`;
  assert.equal(await run(program), 'closed\n');
});

test('sources, sinks and a style are made as docs/webhooks.md has them', async () => {
  const program = `
    ${block('docs/webhooks.md', 'a style')}
    const { id } = await token.verify({ headers: new Headers({ 'x-token': 'b', 'x-id': '7' }) }, ['a', 'b']);
    try {
      token.verify({ headers: new Headers({ 'x-token': 'c', 'x-id': '7' }) }, ['a', 'b']);
    } catch ({ code }) {
      console.log(id, code);
    }`;
  assert.equal(await run(program), '7 unauthorized\n');
  assert.equal(
    await run(`${block('docs/webhooks.md', 'sources')} console.log(paid.name);`),
    'webhook /hooks/bank\n',
  );
  assert.equal(
    await run(`${block('docs/webhooks.md', 'sinks')} console.log(toCrm.name); console.log(toBooks.name);`),
    'webhook https://crm.example/hooks\npipe https://books.example/hooks\n',
  );
});
