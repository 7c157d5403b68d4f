import type { Names } from './names.js';

/** A new widget's files, by their paths: a contract, both of its sides, its tag, and tests of each side alone. */
export function filesOf({ contract, tag, code }: Names, version: string): Record<string, string> {
  const map = (script: string, ...names: string[]) =>
    JSON.stringify({
      imports: Object.fromEntries(names.map((name) => [name, `/node_modules/oriel/cdn/${script}`])),
    });
  return {
    'package.json': `${JSON.stringify(
      {
        name: tag,
        version: '0.1.0',
        private: true,
        type: 'module',
        scripts: { start: 'oriel dev', test: 'node --test' },
        dependencies: { oriel: `^${version}` },
      },
      null,
      2,
    )}\n`,
    '.gitignore': 'node_modules/\n.oriel/\n',
    'contract.js': flush(`
      import { contract, event, method, type } from 'oriel/contract';

      /** What both sides agree on. Put a Standard Schema (Zod, Valibot, ArkType) for type() where values must be checked. */
      export const ${code} = contract({
        name: '${contract}',
        version: '1.0.0',
        props: type(), // { person: string }
        host: {},
        guest: {
          greet: method({ input: type(), output: type() }), // { person: string } -> string
          greeted: event(type()), // { person: string }
        },
      });
    `),
    'guest/greeter.js': flush(`
      /**
       * What the guest does when it is asked. It knows neither page nor frame, so that it can be tested alone.
       * @param {(text: string) => void} show
       */
      export function greeter(show) {
        return {
          greet({ person }) {
            const text = \`Hello, \${person}!\`;
            show(text);
            return text;
          },
        };
      }
    `),
    'guest/guest.js': flush(`
      import { connectHost } from 'oriel/guest';
      import { ${code} } from '../contract.js';
      import { greeter } from './greeter.js';

      // "oriel dev" says who embeds; elsewhere, name each page that may.
      const dev = document.querySelector('meta[name="oriel-host"]')?.content;
      const output = document.querySelector('output');
      const peer = connectHost(${code}, {
        allowOrigins: [dev ?? 'https://host.example'],
        implement: greeter((text) => {
          output.textContent = text;
        }),
      });
      const person = () => peer.props.get()?.person ?? 'you';
      peer.props.subscribe(() => {
        output.textContent = \`Hello, \${person()}!\`;
      });
      document.querySelector('button').onclick = () => peer.emit('greeted', { person: person() });
    `),
    'guest/index.html': flush(`
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <title>${contract}</title>
      <script type="importmap">${map('guest.js', 'oriel/contract', 'oriel/guest')}</script>
      <script type="module" src="./guest.js"></script>
      </head>
      <body>
      <p><output></output></p>
      <button>Greet back</button>
      </body>
      </html>
    `),
    'widget.js': flush(`
      import { defineWidget } from 'oriel';
      import { ${code} } from './contract.js';

      // "oriel dev" says where the guest is; elsewhere, it is where you publish it.
      const dev = document.querySelector('meta[name="oriel-guest"]')?.content;

      /** <${tag} person="Ada"></${tag}> */
      defineWidget('${tag}', {
        contract: ${code},
        src: \`\${dev ?? 'https://guest.example'}/\`,
        props: { person: String },
      });
    `),
    'host/host.js': flush(`
      import '../widget.js';

      const widget = document.querySelector('${tag}');
      const log = document.querySelector('ul');
      widget.addEventListener('greeted', ({ payload }) => {
        log.appendChild(document.createElement('li')).textContent = \`\${payload.person} greeted back\`;
      });
      document.querySelector('form').onsubmit = async (event) => {
        event.preventDefault();
        const { value } = event.target.elements.person;
        log.appendChild(document.createElement('li')).textContent = await widget.greet({ person: value });
      };
    `),
    'host/index.html': flush(`
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <title>A page with ${tag}</title>
      <script type="importmap">${map('oriel.js', 'oriel/contract', 'oriel')}</script>
      <script type="module" src="./host.js"></script>
      </head>
      <body>
      <h1>A page with &lt;${tag}&gt;</h1>
      <${tag} person="Ada"></${tag}>
      <form><input name="person" value="Grace" aria-label="Person"> <button>Greet</button></form>
      <ul></ul>
      </body>
      </html>
    `),
    'test/guest.test.js': flush(`
      import assert from 'node:assert/strict';
      import { test } from 'node:test';
      import { connect } from 'oriel/bridge';
      import { mockHost } from 'oriel/testing';
      import { ${code} } from '../contract.js';
      import { greeter } from '../guest/greeter.js';

      test('the guest greets whom its host names, and shows it', async () => {
        const shown = [];
        const mock = mockHost(${code}, {}, { props: { person: 'Ada' } });
        const guest = connect({
          channel: mock.channel,
          contract: ${code},
          side: 'guest',
          implement: greeter((text) => shown.push(text)),
        });
        await guest.ready;
        assert.deepEqual(guest.props.get(), { person: 'Ada' });
        assert.equal(await mock.peer.remote.greet({ person: 'Grace' }), 'Hello, Grace!');
        assert.deepEqual(shown, ['Hello, Grace!']);
        guest.close();
        mock.close();
      });
    `),
    'test/host.test.js': flush(`
      import assert from 'node:assert/strict';
      import { test } from 'node:test';
      import { connect } from 'oriel/bridge';
      import { mockGuest } from 'oriel/testing';
      import { ${code} } from '../contract.js';

      test('the host calls its guest, and hears of its events', async () => {
        const mock = mockGuest(${code}, { greet: ({ person }) => \`Hi, \${person}\` });
        const host = connect({ channel: mock.channel, contract: ${code}, side: 'host' });
        assert.equal(await host.remote.greet({ person: 'Ada' }), 'Hi, Ada');
        const heard = new Promise((resolve) => host.on('greeted', resolve));
        mock.peer.emit('greeted', { person: 'Ada' });
        assert.deepEqual(await heard, { person: 'Ada' });
        host.close();
        mock.close();
      });
    `),
    'README.md': flush(`
      # ${tag}

      \`\`\`sh
      npm install
      npm start   # the host at http://localhost:4000/, the guest at http://127.0.0.1:4001/, loaded again on change
      npm test    # each side alone
      \`\`\`

      | file | what stands there |
      | --- | --- |
      | \`contract.js\` | what both sides agree on |
      | \`guest/\` | the page in the frame |
      | \`widget.js\` | the tag: \`<${tag} person="Ada">\` |
      | \`host/\` | a page that has the tag in it |
      | \`test/\` | each side, with the other one in memory |
    `),
  };
}

/** A text without the indentation that it has here. */
function flush(text: string): string {
  return text.replace(/^\n| +$/g, '').replace(/^ {6}/gm, '');
}
