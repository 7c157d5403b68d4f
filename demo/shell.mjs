// What each page of the demo's host has around its own content.

const places = [
  ['/crm', 'CRM'],
  ['/payments', 'Payments'],
  ['/tag', "Vendor's tag"],
  ['/gallery', 'Gallery'],
];

/** A whole page. `{guest}` and its like are replaced when it's sent. */
export function shell({ title, path, script, main }) {
  const links = places.map(([href, name]) => {
    const current =
      href === path ? ' aria-current="page"' : path.startsWith(href) ? ' aria-current="true"' : '';
    return `<a href="${href}"${current}>${name}</a>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · oriel</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/style.css">
${script ? `<script type="module" src="${script}"></script>` : ''}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="bar"><a class="brand" href="/">oriel</a><nav aria-label="Demos">${links.join('')}</nav></header>
<main id="main" tabindex="-1">
${main}
</main>
</body>
</html>`;
}
