// docs/command.md, against the command itself.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { SignJWT } from 'jose';
import { commands } from '../../dist/cli/commands.js';
import { exits } from '../../dist/cli/exit.js';
import { folderWith, oriel } from '../support/command.js';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const docs = read('docs/command.md');

test('it names each command, and each exit code', () => {
  for (const { name } of commands) assert.match(docs, new RegExp(`^\\| \`${name}\` +\\|`, 'm'), name);
  const told = [...docs.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code));
  // 70 is a mistake of ours, which nobody counts on.
  assert.deepEqual(
    told,
    Object.values(exits)
      .filter((code) => code !== exits.software)
      .sort((a, b) => a - b),
  );
});

test('what it and README.md type is what there is', async () => {
  const typed = [...`${docs}\n${read('README.md')}`.matchAll(/^(?:npx |\$ )?oriel ([a-z-]+)(.*)$/gm)];
  assert.ok(typed.length > 12, String(typed.length));
  for (const [line, name, rest = ''] of typed) {
    const listed = commands.find((each) => each.name === name);
    assert.ok(listed, line);
    const { options } = await listed.load();
    const known = options.flatMap(({ flags }) => flags.match(/--[\w-]+/g) ?? []);
    for (const flag of rest.split(' #')[0]?.match(/--[\w-]+/g) ?? []) assert.ok(known.includes(flag), line);
  }
});

test('its inbox takes a webhook, and listen forwards it', { timeout: 120_000 }, async () => {
  const [, config = ''] = /^```js\n(\/\/ inbox\.config\.js\n[\s\S]*?)^```/m.exec(docs) ?? [];
  const secret = 'a secret of more than thirty-two bytes';
  const cwd = folderWith({ 'inbox.config.js': config });
  const gateway = oriel(['gateway', 'inbox.config.js', '-p', '0'], cwd, { TOKEN_SECRET: secret });
  const token = await new SignJWT({ oriel: [{ contract: 'acme.dev' }] })
    .setProtectedHeader({ alg: 'HS256' })
    .setAudience('dev')
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(secret));
  let got = '';
  const target = createServer(async (request, response) => {
    for await (const chunk of request) got += chunk;
    response.end();
  }).listen(0, '127.0.0.1');
  after(() => target.close());
  await once(target, 'listening');
  const ORIEL_URL = await gateway.line();
  const to = `http://127.0.0.1:${(target.address() as AddressInfo).port}/hook`;
  const its = oriel(['listen', 'acme.dev/received', '--forward', to, '--count', '1'], cwd, {
    ORIEL_URL,
    ORIEL_TOKEN: token,
  });
  await its.says(/live at/);
  assert.equal((await fetch(`${ORIEL_URL}/in/k3jw9`, { method: 'POST', body: '{"a":1}' })).status, 200);
  assert.equal((await its.ended()).code, 0);
  assert.equal(got, '{"a":1}');
});
