// The gallery's pages: each example live, with its HTML below it.
import { groups } from './examples.mjs';
import { scripts } from './host/gallery-scripts.js';
import { shell } from './shell.mjs';

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

export function gallery() {
  const contents = groups.map(({ id, title }) => `<a href="#${id}">${title}</a>`).join('');
  const sections = groups.map(
    ({ id, title, text, examples }) =>
      `<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2><p class="lead">${text}</p>
<div class="grid">${examples.map(card).join('\n')}</div></section>`,
  );
  return shell({
    title: 'Gallery',
    path: '/gallery',
    script: '/gallery.js',
    main: `<h1>Gallery</h1>
<p class="lead">Everything that the tag can be told, do and say. Each example is live; its HTML stands below it.</p>
<nav class="contents" aria-label="On this page">${contents}</nav>
${sections.join('\n')}`,
  });
}

/** The examples that need a page of their own, by address. */
export const galleryPages = {
  '/gallery/coep': {
    headers: { 'cross-origin-embedder-policy': 'require-corp' },
    html: () => alone('blocked-by-coep', '/gallery.js'),
  },
  '/gallery/no-script': { html: () => alone('slot-default') },
};

function alone(id, script) {
  const example = groups.flatMap(({ examples }) => examples).find((one) => one.id === id);
  const title = example.title ?? id;
  return shell({
    title,
    path: '/gallery/',
    script,
    main: `<p><a href="/gallery#${id}">Gallery</a></p><h1>${title}</h1>${card({ ...example, page: undefined }, 'h2')}`,
  });
}

function card({ id, title = id, text, html, page, link, script }, heading = 'h3') {
  const level = heading === 'h2' ? 'h2' : 'h3';
  const own = page ? `<p><a href="${page}">${link}</a></p>` : html;
  const live = !page && html.startsWith('<oriel-frame');
  const code = script ? `${html}\n\n<script type="module">\n${source(scripts[id])}\n</script>` : html;
  const badge = live ? '<span class="badge"></span>' : '';
  const reload = live
    ? `<button class="button small reload" aria-label="Reload ${escaped(title).replaceAll('"', '&quot;')}">Reload</button>`
    : '';
  return `<article class="card example" id="${id}">
<header class="who"><${level}><code>${escaped(title)}</code></${level}>${reload}</header>
<p class="quiet">${escaped(text)}</p>
<div class="live">${own}${badge}</div>
<p class="said" aria-live="off"></p>
<pre><code>${escaped(code)}</code></pre>
</article>`;
}

/** A function's body, as somebody would write it in their page. */
function source(example) {
  const text = String(example);
  const body = text.slice(text.indexOf('{', text.indexOf(')')) + 1, text.lastIndexOf('}'));
  const lines = body.split('\n').filter((line) => line.trim());
  const indent = Math.min(...lines.map((line) => /^ */.exec(line)[0].length));
  const script = [
    "import { contract } from 'https://cdn.example/oriel.js';",
    "const frame = document.querySelector('oriel-frame');",
    ...lines.map((line) => line.slice(indent).replace('say(error)', 'console.warn(error)')),
  ];
  return script.map((line) => `  ${line}`).join('\n');
}
