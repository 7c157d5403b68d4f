// An animation of height is followed, or jumped to once at its end; no frame of it goes the other way.
import { expect } from '@open-wc/testing';
import { leftOutHere } from '../support/left-out.js';
import { block, closeAll, type Embedded, embed } from './autosize-support.js';

teardown(closeAll);

const ended = 'await Promise.all(document.getAnimations().map(({ finished }) => finished))';

/** Each height that was painted is nearer to the last one than the one before. */
async function movesTo(page: Embedded, height: number, code: string): Promise<void> {
  const seen = await page.heights(code, height);
  const way = Math.sign(height - (seen[0] as number));
  expect(seen).to.deep.equal([...seen].sort((a, b) => way * (a - b)));
  expect(seen.at(-1)).to.equal(height);
  expect(await page.inner()).to.deep.include({ below: 0, errors: [] });
}

const layouts = [
  ['in the flow', ''],
  ['in a page of full height', 'html, body { height: 100% }'],
] as const;

for (const [where, css] of layouts) {
  const open = (more: string, html = `<div id="r">${block(100)}</div>`) =>
    embed({ css: `${css} ${more}`, html });

  test(`a transition of height ${where}, there and back`, async () => {
    const page = await open('#b { transition: height 0.25s linear }');
    for (const height of [600, 100, 300]) {
      await movesTo(page, height, `b.style.height = '${height}px'; ${ended}`);
    }
  });

  test(`a transition of max-height ${where}`, async () => {
    const page = await open(
      '#r { max-height: 40px; overflow: hidden; transition: max-height 0.2s }',
      `<div id="r">${block(500)}</div>`,
    );
    await movesTo(page, 500, `r.style.maxHeight = '500px'; ${ended}`);
    await movesTo(page, 40, `r.style.maxHeight = '40px'; ${ended}`);
  });

  test(`a transition of margin ${where}`, async () => {
    const page = await open('#b { transition: margin 0.2s }');
    await movesTo(page, 300, `b.style.marginBottom = '200px'; ${ended}`);
  });

  test(`an accordion of grid rows ${where}`, async () => {
    const page = await open(
      '#r { display: grid; grid-template-rows: 0fr; transition: grid-template-rows 0.2s } #r > div { overflow: hidden }',
      `${block(50)}<div id="r"><div>${block(400, 'c')}</div></div>`,
    );
    await movesTo(page, 450, `r.style.gridTemplateRows = '1fr'; ${ended}`);
    await movesTo(page, 50, `r.style.gridTemplateRows = '0fr'; ${ended}`);
  });

  test(`keyframes ${where}`, async () => {
    const page = await open(
      '@keyframes grow { to { height: 600px } } .grows { animation: grow 0.25s linear forwards }',
    );
    await movesTo(page, 600, `b.className = 'grows'; ${ended}`);
  });

  test(`an animation that a script plays ${where}`, async () => {
    const page = await open('');
    await movesTo(
      page,
      600,
      "await b.animate({ height: '600px' }, { duration: 200, fill: 'forwards' }).finished",
    );
  });

  test(`an animation frame by frame ${where}`, async () => {
    const page = await open('');
    await movesTo(
      page,
      700,
      "for (let h = 100; h <= 700; h += 10) { await new Promise(requestAnimationFrame); b.style.height = h + 'px' }",
    );
  });
}

test('an animation in a shadow root', async () => {
  const page = await embed({ html: `${block(50)}<div id="s"></div>` });
  await page.run(
    "s.attachShadow({ mode: 'open' }).innerHTML = '<style>p { margin: 0; height: 50px; transition: height 0.2s }</style><p></p>'",
  );
  await page.becomes(100);
  await movesTo(
    page,
    550,
    `const p = s.shadowRoot.querySelector('p'); p.style.height = '500px'; await p.getAnimations()[0].finished`,
  );
});

test('a <details> that opens slowly', async function () {
  if (!CSS.supports('interpolate-size', 'allow-keywords'))
    leftOutHere(this, 'this engine has no transition to an automatic height');
  for (const seconds of [0.2, 1.5]) {
    const page = await embed({
      css: `:root { interpolate-size: allow-keywords } ::details-content { height: 0; overflow: clip; transition: height ${seconds}s, content-visibility ${seconds}s allow-discrete } [open]::details-content { height: auto }`,
      html: `<details><summary style="display: block; height: 20px">More</summary>${block(500)}</details>`,
    });
    await movesTo(page, 520, `document.querySelector('details').open = true; ${ended}`);
    await movesTo(page, 20, `document.querySelector('details').open = false; ${ended}`);
    expect((await page.inner()).warnings).to.deep.equal([]);
  }
});
