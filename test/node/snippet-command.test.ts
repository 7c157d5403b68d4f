// A tag with its script, whose hash is that of what is served.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderWith, oriel } from '../support/command.js';
import { root } from '../support/tarball.js';

const script = 'customElements.define("acme-x", class extends HTMLElement {});\n';
const cwd = folderWith({ 'widget.js': script });
const hashOf = (bytes: string | Buffer) => `sha384-${createHash('sha384').update(bytes).digest('base64')}`;
const cdn = (name: string) => hashOf(readFileSync(join(root, 'cdn', name)));

test('each script has the hash of what is in the package', { timeout: 60_000 }, async () => {
  const runs: [args: string[], stdout: string][] = [
    [
      ['--src', 'https://t.example/w?a=1&b="2"', '--cdn', 'https://c.example/v1'],
      `<script type="module" src="https://c.example/v1/oriel.js" integrity="${cdn('oriel.js')}" crossorigin="anonymous"></script>\n<oriel-frame src="https://t.example/w?a=1&amp;b=%222%22"></oriel-frame>\n`,
    ],
    [
      ['oriel-frame', '--classic', '--cdn', 'https://c.example/'],
      `<script src="https://c.example/oriel.global.js" integrity="${cdn('oriel.global.js')}" crossorigin="anonymous"></script>\n<oriel-frame src="https://guest.example/"></oriel-frame>\n`,
    ],
    [
      ['--guest', '--cdn', 'https://c.example/'],
      `<script type="module" src="https://c.example/guest.js" integrity="${cdn('guest.js')}" crossorigin="anonymous"></script>\n`,
    ],
    [
      ['acme-x', '--script', 'widget.js', '--cdn', 'https://c.example/'],
      `<script type="module" src="https://c.example/widget.js" integrity="${hashOf(script)}" crossorigin="anonymous"></script>\n<acme-x></acme-x>\n`,
    ],
  ];
  for (const [args, stdout] of runs)
    assert.deepEqual(await oriel(['snippet', ...args], cwd).ended(), { code: 0, stdout, stderr: '' });
});

test('a tag that is not there is told, with the nearest', { timeout: 60_000 }, async () => {
  const runs: [args: string[], code: number, says: RegExp][] = [
    [['oriel-fram'], 2, /Did you mean <oriel-frame>\?/],
    [['acme-x'], 2, /Say what defines it: oriel snippet acme-x --script widget\.js/],
    [['Acme', '--script', 'widget.js'], 2, /"Acme" can't be a tag/],
    [['acme-x', '--script', 'gone.js'], 66, /There is no gone\.js here/],
    [['--src', 'javascript:alert(1)'], 2, /is no address of a guest/],
    [['--cdn', 'cdn'], 2, /--cdn: "cdn" is no address/],
  ];
  for (const [args, code, says] of runs) {
    const ran = await oriel(['snippet', ...args], cwd).ended();
    assert.match(ran.stderr, says);
    assert.deepEqual([ran.code, ran.stdout], [code, '']);
  }
});
