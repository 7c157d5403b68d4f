// One live example for each thing that the tag can do, or say, beside the HTML that makes it.

const attributes = [
  [
    'The tag alone',
    '<oriel-frame src="{guest}/widget" label="Tickets" props=\'{"customerId":1}\'></oriel-frame>',
  ],
  [
    'max-height',
    '<oriel-frame src="{guest}/widget" label="Tickets, at most 120 px" max-height="120" props=\'{"customerId":1}\'></oriel-frame>',
  ],
  [
    'min-height',
    '<oriel-frame src="{guest}/widget" label="Tickets, at least 300 px" min-height="300" props=\'{"customerId":42}\'></oriel-frame>',
  ],
  [
    'autosize="none"',
    '<oriel-frame src="{guest}/widget" label="Tickets, not sized" autosize="none" props=\'{"customerId":2}\'></oriel-frame>',
  ],
  [
    'loading="lazy"',
    '<oriel-frame src="{guest}/widget" label="Tickets, when near" loading="lazy" props=\'{"customerId":2}\'></oriel-frame>',
  ],
  [
    'loading="idle"',
    '<oriel-frame src="{guest}/widget" label="Tickets, when idle" loading="idle" props=\'{"customerId":2}\'></oriel-frame>',
  ],
  [
    'loading="click"',
    '<oriel-frame src="{guest}/widget" label="Show the tickets" loading="click" props=\'{"customerId":1}\'>\n  <span slot="placeholder">Show the tickets</span>\n</oriel-frame>',
  ],
  [
    'An opaque guest: sandbox without allow-same-origin',
    '<oriel-frame src="{guest}/widget" label="Tickets, opaque" sandbox="allow-scripts" props=\'{"customerId":1}\'></oriel-frame>',
  ],
  [
    'A guest without the SDK: timeout="Infinity"',
    '<oriel-frame src="{guest}/plain" label="A plain page" timeout="Infinity" min-height="80"></oriel-frame>',
  ],
  [
    'slot="loading"',
    '<oriel-frame src="{guest}/plain" label="Load a page that never answers" timeout="Infinity" loading="click">\n  <span slot="placeholder">Load a page that never answers</span>\n  <em slot="loading">One moment …</em>\n</oriel-frame>',
  ],
];

const failures = [
  ['bad-src', '<oriel-frame src="javascript:alert(1)" label="bad-src"></oriel-frame>'],
  ['bad-origin', '<oriel-frame src="{guest}/widget" allow-origins="*" label="bad-origin"></oriel-frame>'],
  ['unsafe-sandbox', '<oriel-frame src="/crm" label="unsafe-sandbox"></oriel-frame>'],
  [
    'silent: a server that refuses frames',
    '<oriel-frame src="{guest}/widget?refuse" timeout="4000" label="silent"></oriel-frame>',
  ],
  [
    'silent: an error page',
    '<oriel-frame src="{guest}/missing" timeout="4000" label="silent"></oriel-frame>',
  ],
  [
    'never-loaded: no content',
    '<oriel-frame src="{guest}/widget?status=204" timeout="4000" label="never-loaded"></oriel-frame>',
  ],
  ['blocked-by-csp', '<oriel-frame src="http://127.0.0.5:8765/widget" label="blocked-by-csp"></oriel-frame>'],
  [
    'unreachable, with probe',
    '<oriel-frame src="http://127.0.0.4:8766/widget" timeout="4000" probe label="unreachable"></oriel-frame>',
  ],
  [
    'origin-changed: a redirect to another origin',
    '<oriel-frame src="{guest}/widget?redirect={vendor}/widget" timeout="4000" label="origin-changed"></oriel-frame>',
  ],
  [
    'contract-mismatch',
    '<oriel-frame src="{guest}/widget" data-contract="acme.invoices 1.0.0" label="contract-mismatch"></oriel-frame>',
  ],
  [
    'version-mismatch',
    '<oriel-frame src="{guest}/widget" data-contract="acme.tickets 2.0.0" label="version-mismatch"></oriel-frame>',
  ],
  [
    'slot="error"',
    '<oriel-frame src="{guest}/missing" timeout="4000" label="An own error">\n  <p slot="error">The tickets are not there. Call us: 555-0100.</p>\n</oriel-frame>',
  ],
];

const escaped = (html) => html.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const example = ([title, html]) =>
  `<article class="card"><h3>${escaped(title)}</h3>${html}<pre><code>${escaped(html)}</code></pre></article>`;

export function gallery() {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gallery · oriel</title>
<link rel="stylesheet" href="/style.css">
<script type="module" src="/gallery.js"></script>
</head>
<body>
<header class="bar"><a href="/">oriel</a> <nav aria-label="Demos"><a href="/crm">CRM</a> <a href="/tag">Vendor's tag</a> <a href="/gallery" aria-current="page">Gallery</a></nav></header>
<main>
<h1>Gallery</h1>
<p>Each example is live; its HTML stands below it.</p>
<h2>Attributes and slots</h2>
<div class="grid">${attributes.map(example).join('')}</div>
<h2>What can go wrong</h2>
<p>A frame that fails says why, what to do, and lets you try again.</p>
<div class="grid">${failures.map(example).join('')}</div>
</main>
</body>
</html>`;
}
