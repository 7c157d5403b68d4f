// What comes late, or changes without anybody having touched the tree.
import { expect } from '@open-wc/testing';
import { leftOutHere } from '../support/left-out.js';
import { pause, until } from '../support/wait.js';
import { block, closeAll, embed } from './autosize-support.js';
import { held } from './held.js';

teardown(closeAll);

test('a font that loads late', async () => {
  const font = held('/made/tall.ttf');
  const page = await embed({
    css: `@font-face { font-family: Tall; font-display: swap; src: url(${font.url}) } p { margin: 0; font: 20px monospace; line-height: 24px } p { font-family: Tall, monospace; line-height: normal }`,
    html: '<p>A<br>A</p>',
  });
  await until(() => page.height >= 30 && page.height <= 80);
  await font.release();
  await page.becomes(120); // two lines of three times 20 px
});

test('a font that a script adds', async () => {
  const font = held('/made/tall.ttf');
  const page = await embed({ css: 'p { margin: 0; font: 20px Tall, monospace }', html: '<p>A<br>A</p>' });
  await page.run(
    `const face = new FontFace('Tall', 'url(${font.url})'); document.fonts.add(face); face.load(); `,
  );
  expect(await page.after('')).to.be.within(30, 80);
  await font.release();
  await page.becomes(120);
});

test('an image without a size', async () => {
  const image = held('autosize/tall.svg');
  const page = await embed({ html: `${block(50)}<img src="${image.url}" style="display: block">` });
  await until(() => page.height < 100);
  await image.release();
  await page.becomes(650);
});

test('an image whose address changes', async () => {
  const image = held('autosize/tall.svg');
  const page = await embed({
    html: `${block(50)}<img id="i" style="display: block" src="data:image/svg+xml,${encodeURIComponent("<svg xmlns='http://www.w3.org/2000/svg' width='30' height='100'/>")}">`,
  });
  await page.becomes(150);
  await page.run(`i.src = '${image.url}'`);
  await image.release();
  await page.becomes(650);
});

test('a lazy image, once the user comes near it', async () => {
  const image = held('autosize/tall.svg');
  const page = await embed({
    html: `${block(9000)}<img loading="lazy" src="${image.url}" width="300" style="display: block">`,
  });
  await image.release();
  await pause(250);
  expect(page.height).to.equal(9000); // nobody has asked for it yet
  page.box.scrollIntoView({ block: 'end', behavior: 'instant' });
  await page.becomes(9600);
});

test("a video's metadata", async function () {
  const page = await embed({ html: block(50) });
  if (!(await page.run('return document.createElement("video").canPlayType("video/webm; codecs=vp8")')))
    leftOutHere(this, 'this engine plays no WebM');
  const video = held('/made/clip.webm');
  await page.run(
    `document.body.insertAdjacentHTML('beforeend', '<video muted preload="metadata" src="${video.url}" style="display: block"></video>')`,
  );
  await page.becomes(200);
  await video.release();
  await page.becomes(530);
});

suite('a <details>', () => {
  const summary = '<summary style="display: block; height: 20px">More</summary>';
  for (const [where, css] of [
    ['in the flow', ''],
    ['in a page of full height', 'html, body { height: 100% }'],
  ] as const) {
    test(`${where}, opened and closed, again and again`, async () => {
      const page = await embed({ css, html: `<main><details>${summary}${block(600)}</details></main>` });
      await page.becomes(20);
      for (let turn = 0; turn < 3; turn++) {
        await page.run("document.querySelector('summary').click()");
        await page.becomes(620);
        await page.run("document.querySelector('summary').click()");
        await page.becomes(20);
      }
    });
  }

  test('closes another of its name', async () => {
    const page = await embed({
      html: `<details id="one" name="one">${summary}${block(300)}</details><details id="two" name="one">${summary}${block(500)}</details>`,
    });
    await page.becomes(40);
    await page.run('one.open = true');
    await page.becomes(340);
    await page.run('two.open = true');
    await page.becomes(540);
  });
});

suite('a textarea', () => {
  const area = '<textarea id="t" style="display: block; box-sizing: border-box; height: 100px"></textarea>';

  test('that is resized by hand', async () => {
    const page = await embed({ html: `<form><div>${area}</div></form>` });
    await page.becomes(100);
    // A drag writes both, once a move of the pointer.
    for (const height of [130, 180, 240])
      await page.run(`t.style.width = '321px'; t.style.height = '${height}px'`);
    await page.becomes(240);
    await page.run("t.style.height = '60px'");
    await page.becomes(60);
  });

  test('that is resized in a shadow root', async () => {
    const page = await embed({
      html: `<form><div><template shadowrootmode="open">${area}</template></div></form>`,
    });
    await page.run(
      `const root = document.querySelector('form').firstElementChild.attachShadow({ mode: 'open' }); root.innerHTML = '${area}'`,
    );
    await page.becomes(100);
    await page.run(
      "document.querySelector('form').firstElementChild.shadowRoot.firstChild.style.height = '240px'",
    );
    await page.becomes(240);
  });

  test('that grows with its words', async function () {
    if (!CSS.supports('field-sizing', 'content'))
      leftOutHere(this, 'this engine sizes no field by its content');
    const page = await embed({
      html: '<textarea id="t" style="display: block; field-sizing: content; font: 20px/20px monospace; padding: 0; border: 0">a</textarea>',
    });
    await page.becomes(20);
    await page.run("t.value = 'a\\n'.repeat(9) + 'a'"); // no event, no mutation
    await page.becomes(200);
  });
});

suite('an open shadow root', () => {
  test('that comes late and grows inside', async () => {
    const page = await embed({
      html: `<main>${block(50)}<div><p id="s" style="margin: 0"></p></div></main>`,
    });
    // No mutation tells of it.
    await page.run("s.attachShadow({ mode: 'open' }).innerHTML = '<div style=\"height: 500px\"></div>'");
    await page.becomes(550);
    await page.run("s.shadowRoot.firstChild.style.height = '700px'");
    await page.becomes(750);
    await page.run("s.shadowRoot.firstChild.style.height = '100px'");
    await page.becomes(150);
  });

  test('that comes late and changes no box of the page', async () => {
    const page = await embed({ html: `<main style="height: 50px"><p id="s" style="margin: 0"></p></main>` });
    await page.becomes(50);
    await page.run(
      "s.attachShadow({ mode: 'open' }).innerHTML = '<div style=\"position: absolute; top: 10px; width: 9px; height: 400px\"></div>'",
    );
    await page.becomes(410); // once the host asks whether anybody is there
    await page.run("s.shadowRoot.firstChild.style.height = '300px'");
    await page.becomes(310);
  });

  for (const [where, css] of [
    ['in the flow', ''],
    ['in a fill layout', 'html, body, main { height: 100% }'],
  ] as const) {
    test(`of an element that is defined late, ${where}`, async () => {
      const page = await embed({ css, html: `<main>${block(50)}<div><x-late></x-late></div></main>` });
      await page.run(
        `customElements.define('x-late', class extends HTMLElement {
          constructor() { super(); this.attachShadow({ mode: 'open' }).innerHTML = '<div style="height: 500px"></div>'; }
        })`,
      );
      await page.becomes(550);
      await page.run("document.querySelector('x-late').shadowRoot.firstChild.style.height = '700px'");
      await page.becomes(750);
    });
  }

  test('in another one, with an image that comes late', async () => {
    const image = held('autosize/tall.svg');
    const page = await embed({ html: block(50) });
    await page.run(
      `const outer = document.createElement('div');
      document.body.append(outer);
      const inner = outer.attachShadow({ mode: 'open' }).appendChild(document.createElement('div'));
      inner.attachShadow({ mode: 'open' }).innerHTML = '<img style="display: block; min-height: 10px" src="${image.url}">'`,
    );
    await image.release();
    await page.becomes(650);
  });

  test('with an overlay in it', async () => {
    const page = await embed({ html: `${block(50)}<div id="s"></div>` });
    await page.run("s.attachShadow({ mode: 'open' }).innerHTML = '<p style=\"margin: 0; height: 9px\"></p>'");
    await page.becomes(59);
    await page.run(
      's.shadowRoot.innerHTML = \'<div style="position: absolute; top: 10px; width: 9px; height: 400px"></div>\'',
    );
    await page.becomes(410);
    await page.run("s.shadowRoot.innerHTML = ''");
    await page.becomes(50);
  });

  test('whose slot is filled later', async () => {
    const page = await embed({ html: '<div id="s"></div>' });
    await page.run("s.attachShadow({ mode: 'open' }).innerHTML = '<slot></slot>'");
    await page.run(`s.innerHTML = '${block(500)}'`);
    await page.becomes(500);
  });
});

suite('a stylesheet', () => {
  test('that arrives late', async () => {
    const sheet = held('autosize/late.css');
    const page = await embed({ html: block(50) });
    await page.run(
      `document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: '${sheet.url}' }))`,
    );
    expect(await page.after('')).to.equal(50);
    await sheet.release();
    await page.becomes(333);
  });

  test('that another one imports', async () => {
    const sheet = held('autosize/late.css');
    const page = await embed({ html: block(50) });
    await page.run(
      `document.head.append(Object.assign(document.createElement('style'), { textContent: '@import url(${sheet.url})' }))`,
    );
    expect(await page.after('')).to.equal(50);
    await sheet.release();
    await page.becomes(333);
  });

  test('that arrives late in a shadow root', async () => {
    const sheet = held('autosize/late.css');
    const page = await embed({ html: '<div id="s"></div>' });
    await page.run(
      `s.attachShadow({ mode: 'open' }).innerHTML = '<link rel="stylesheet" href="${sheet.url}"><div id="b" style="height: 50px"></div>'`,
    );
    await sheet.release();
    await page.becomes(333);
  });

  test('that arrives late in a fill layout', async () => {
    const sheet = held('autosize/late.css');
    const page = await embed({ css: 'html, body { height: 100% }', html: block(50), start: 100 });
    await page.run(
      `document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: '${sheet.url}' }))`,
    );
    await sheet.release();
    await page.becomes(333);
  });

  test('that a script adds a rule to, which changes no box of the page', async () => {
    const page = await embed({ css: '#i { width: 9px }', html: `${block(50)}<div><div id="i"></div></div>` });
    await page.becomes(50);
    await page.run(
      "document.styleSheets[document.styleSheets.length - 1].insertRule('#i { position: absolute; top: 0; height: 333px }')",
    );
    await page.becomes(333);
  });

  test('that a script adopts', async () => {
    const page = await embed({ html: block(50) });
    await page.run(
      "const s = new CSSStyleSheet(); s.replaceSync('#b { height: 333px !important }'); document.adoptedStyleSheets = [s]",
    );
    await page.becomes(333);
  });
});
