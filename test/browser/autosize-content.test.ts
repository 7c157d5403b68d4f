import { expect } from '@open-wc/testing';
import { block, closeAll, embed, pause } from './autosize-support.js';

teardown(closeAll);

suite('late content has the right height', () => {
  test('an image without a size', async () => {
    const page = await embed({ html: block(50) });
    const svg = "<svg xmlns='http://www.w3.org/2000/svg' width='300' height='600'/>";
    expect(
      await page.after(
        `document.body.insertAdjacentHTML('beforeend', '<img style="display: block">'); document.querySelector('img').src = 'data:image/svg+xml,' + encodeURIComponent(${JSON.stringify(svg)})`,
      ),
    ).to.equal(650);
  });

  test('a <details>', async () => {
    const page = await embed({
      html: `<details><summary style="display: block; height: 20px">More</summary>${block(300)}</details>`,
    });
    expect(page.height).to.equal(20);
    expect(await page.after("document.querySelector('details').open = true")).to.equal(320);
    expect(await page.after("document.querySelector('details').open = false")).to.equal(20);
  });

  test('a textarea that is resized', async () => {
    const page = await embed({
      html: '<textarea id="t" style="display: block; box-sizing: border-box; height: 100px"></textarea>',
    });
    expect(await page.after("t.style.height = '240px'")).to.equal(240);
  });

  test('an open shadow root, and an overlay in it', async () => {
    const page = await embed({ html: block(50) });
    expect(
      await page.after(
        "const s = document.createElement('div'); s.id = 's'; document.body.append(s); s.attachShadow({ mode: 'open' }).innerHTML = '<div style=\"height: 100px\"></div>'",
      ),
    ).to.equal(150);
    expect(await page.after("s.shadowRoot.firstChild.style.height = '300px'")).to.equal(350);
    expect(
      await page.after(
        's.shadowRoot.innerHTML = \'<div style="position: absolute; top: 10px; width: 9px; height: 400px"></div>\'',
      ),
    ).to.equal(410);
    expect(await page.after("s.shadowRoot.innerHTML = ''")).to.equal(50);
  });

  test('a stylesheet', async () => {
    const page = await embed({ html: block(50) });
    expect(
      await page.after(
        "const s = new CSSStyleSheet(); s.replaceSync('#b { height: 333px !important }'); document.adoptedStyleSheets = [s]",
      ),
    ).to.equal(333);
  });

  for (const [name, css] of [
    ['in the flow', ''],
    ['in a fill layout', 'html, body, #r { height: 100% }'],
  ] as const) {
    test(`an animation of height ${name}`, async () => {
      const page = await embed({
        css: `${css} #b { transition: height 0.4s linear }`,
        html: `<div id="r">${block(100)}</div>`,
      });
      await page.run("b.style.height = '600px'");
      let last = page.height;
      for (const end = performance.now() + 900; performance.now() < end; await pause(20)) {
        expect(page.height).to.be.at.least(last);
        last = page.height;
      }
      expect(last).to.equal(600);
      expect((await page.inner()).warnings).to.deep.equal([]);
    });
  }

  test('an animation by script', async () => {
    const page = await embed({ html: block(100) });
    await page.run(
      "let h = 100; (function step() { b.style.height = (h += 10) + 'px'; if (h < 700) requestAnimationFrame(step); })()",
    );
    await pause(1500);
    await page.still();
    expect(page.height).to.equal(700);
    expect((await page.inner()).warnings).to.deep.equal([]);
  });
});

suite('a margin counts', () => {
  const paragraph = '<p style="margin: 30px 0; height: 100px"></p>';
  const cases: [name: string, css: string, html: string, height: number][] = [
    ['first and last child', '', paragraph, 160],
    ['nested first and last child', '', `<main><section>${paragraph}</section></main>`, 160],
    ['with a smaller margin of body', 'body { margin: 8px }', paragraph, 160],
    ['with a greater margin of body', 'body { margin: 40px }', paragraph, 180],
    ['padding-bottom: 1px', 'body { padding-bottom: 1px }', paragraph, 161],
    [
      'negative',
      '',
      '<div style="height: 100px"></div><div style="height: 50px; margin-top: -20px"></div>',
      130,
    ],
    [
      'a float at the end',
      '',
      '<div style="height: 50px"></div><div style="float: left; width: 50px; height: 120px"></div>',
      170,
    ],
    ['right to left', 'html { direction: rtl }', '<div style="height: 120px"></div>', 120],
    ['a fraction', '', '<div style="height: 750.67px"></div>', 751],
    ['a small fraction', '', '<div style="height: 750.2px"></div>', 751],
    ['zoom of the root', 'html { zoom: 1.25 }', '<div style="height: 200px"></div>', 250],
    ['zoom of body', 'body { zoom: 1.25; padding-bottom: 8px }', '<div style="height: 200px"></div>', 260],
    [
      "the root's own",
      'html { margin: 10px 0; border: 3px solid }',
      '<div style="height: 200px"></div>',
      226,
    ],
    [
      'in body { min-height: 100vh }',
      'body { box-sizing: border-box; min-height: 100vh; padding: 1px 0 }',
      paragraph,
      162,
    ],
  ];
  for (const [name, css, html, height] of cases) {
    test(name, async () => {
      const page = await embed({ css, html });
      expect(page.height).to.equal(height);
      expect(await page.after("document.body.title += 'x'")).to.equal(height);
      expect(page.writes.length).to.be.at.most(css.includes('zoom') ? 5 : 2);
      expect(await page.inner()).to.deep.include({ below: 0, warnings: [] });
    });
  }

  test('vertical writing neither loops nor scrolls', async () => {
    const page = await embed({
      css: 'html { writing-mode: vertical-rl }',
      html: '<div style="width: 200px">Words</div>',
    });
    expect(page.writes.length).to.be.at.most(2);
    expect((await page.inner()).below).to.equal(0);
  });
});
