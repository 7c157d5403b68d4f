// The configs of README.md and docs/gateway.md, as they stand there, run by the command in a folder with nothing else.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { SignJWT } from 'jose';
import { folderWith, oriel } from '../support/command.js';

const secret = 'a secret of more than thirty-two bytes';

/** The one block of a file that begins with that comment. */
function block(file: string, comment: string): string {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  const [, code] = new RegExp(`^\`\`\`js\\n(// ${comment}\\n[\\s\\S]*?)^\`\`\``, 'm').exec(text) ?? [];
  assert.ok(code, `${file} has a block "// ${comment}"`);
  return code;
}

for (const [file, name] of [
  ['README.md', 'shop.config.js'],
  ['docs/gateway.md', 'oriel.config.js'],
] as const)
  test(`the gateway of ${file} answers who has a token`, { timeout: 60_000 }, async () => {
    const its = oriel(['gateway', name, '-p', '0'], folderWith({ [name]: block(file, name) }), {
      TOKEN_SECRET: secret,
    });
    const url = await its.line();
    const token = await new SignJWT({ oriel: [{ contract: 'acme.shop', members: ['price', 'paid'] }] })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject('mary')
      .setAudience('shop')
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(secret));
    const price = (headers: Record<string, string>) =>
      fetch(`${url}/acme.shop/price`, {
        method: 'POST',
        body: '{"sku":"A1"}',
        headers: { 'content-type': 'application/json', ...headers },
      });
    assert.equal((await price({})).status, 401);
    assert.equal(await (await price({ authorization: `Bearer ${token}` })).json(), 2);
    assert.equal((await fetch(`${url}/acme.shop/asyncapi.json`)).status, 200);
    its.child.kill('SIGTERM');
    assert.equal((await its.ended()).code, 0);
  });

test('docs/gateway.md names each limit, with its default', async () => {
  const { gateway } = await import('../../dist/gateway/index.js');
  const { contract } = await import('../../dist/contract/index.js');
  const its = gateway({ contract: contract({ name: 'a', version: '1.0.0' }), auth: false });
  const text = readFileSync(new URL('../../docs/gateway.md', import.meta.url), 'utf8');
  for (const name of Object.keys(its.limits)) assert.match(text, new RegExp(`\`${name}\``), name);
  await its.close();
});
