// A margin counts, wherever it ends up: the frame is as high as the page, no inner scrollbar, no gap, no loop.
import { expect } from '@open-wc/testing';
import { block, closeAll, type Embedded, embed } from './autosize-support.js';

teardown(closeAll);

/** What would be left to scroll, and how often the host was asked. */
async function fits(page: Embedded, height: number, writes = 3): Promise<void> {
  await page.becomes(height);
  expect(await page.after("document.body.title += 'x'")).to.equal(height);
  expect(await page.inner()).to.deep.include({ below: 0, beside: 0, warnings: [], errors: [] });
  expect(page.writes.length).to.be.at.most(writes);
}

const paragraph = '<p style="margin: 30px 0; height: 100px"></p>';
const float = (style: string) => `<div style="float: left; width: 50px; height: 120px; ${style}"></div>`;

const cases: [name: string, css: string, html: string, height: number][] = [
  ['first and last child', '', paragraph, 160],
  ['nested first and last child', '', `<main><section>${paragraph}</section></main>`, 160],
  [
    'the greatest of three',
    'main { margin: 45px 0 } section { margin: 10px 0 }',
    `<main><section>${paragraph}</section></main>`,
    190,
  ],
  ['through an empty last child', '', `${paragraph}<div style="margin: 50px 0"></div>`, 180],
  ['with a smaller margin of body', 'body { margin: 8px 0 }', paragraph, 160],
  ['with a greater margin of body', 'body { margin: 40px 0 }', paragraph, 180],
  ['a margin of body alone', 'body { margin: 8px }', '<div style="height: 100px"></div>', 116],
  ['padding-bottom: 1px of body', 'body { padding-bottom: 1px }', paragraph, 161],
  ['padding-bottom: 1px of html', 'html { padding-bottom: 1px }', paragraph, 161],
  ['padding-bottom: 1px of the last child', 'main { padding-bottom: 1px }', `<main>${paragraph}</main>`, 161],
  ['padding-top: 1px of body', 'body { padding-top: 1px }', paragraph, 161],
  [
    'negative, between two',
    '',
    '<div style="height: 100px"></div><div style="height: 50px; margin-top: -20px"></div>',
    130,
  ],
  ['negative, of the first child', '', '<div style="height: 100px; margin-top: -30px"></div>', 70],
  // What sticks out of its parent is still seen.
  ['negative, of the last child', '', '<div style="height: 150px; margin-bottom: -20px"></div>', 150],
  ['negative, of body', 'body { margin: -10px 0 }', '<div style="height: 100px"></div>', 90],
  ['negative, and a greater one within', 'main { margin-bottom: -10px }', `<main>${paragraph}</main>`, 150],
  ['a float at the end', '', `<div style="height: 50px"></div>${float('')}`, 170],
  ['a float alone', '', float(''), 120],
  ['a float with a margin', '', float('margin: 15px 0 20px'), 155],
  [
    'a float on the right, lower than the text',
    '',
    `${float('float: right')}<p style="margin: 0">A</p>`,
    120,
  ],
  ['a float in a last child', '', `<main style="height: 50px">${float('')}</main>`, 120],
  ['right to left', 'html { direction: rtl }', paragraph, 160],
  ['right to left, of body', 'body { direction: rtl }', `<div style="height: 50px"></div>${float('')}`, 170],
  ['a fraction', '', '<div style="height: 750.67px"></div>', 751],
  ['a small fraction', '', '<div style="height: 750.2px"></div>', 751],
  ['zoom of the root', 'html { zoom: 1.25 }', '<div style="height: 200px"></div>', 250],
  ['zoom of the root, and margins', 'html { zoom: 1.25 } body { margin: 8px 0 }', paragraph, 200],
  ['zoom of body', 'body { zoom: 1.25; padding-bottom: 8px }', '<div style="height: 200px"></div>', 260],
  ['zoom of body, and margins', 'body { zoom: 1.25 }', paragraph, 200],
  ['zoom of a child', 'main { zoom: 1.25 }', `<main>${paragraph}</main>`, 200],
  ['zoom to a fraction', 'main { zoom: 1.25 }', '<main style="height: 201px"></main>', 252],
  [
    "the root's own",
    'html { margin: 10px 0; border: solid; border-width: 3px 0 }',
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
  for (const start of [400, 40]) {
    test(`${name}, from ${start} px`, async () => {
      // A zoomed length may be a fraction, and found out in steps.
      await fits(await embed({ css, html, start }), height, css.includes('zoom') ? 5 : 3);
    });
  }
}

test('margins that come and go', async () => {
  const page = await embed({ html: `<main>${block(100)}</main>` });
  for (const margin of [40, -10, 0, 25]) {
    await page.run(`b.style.marginBottom = '${margin}px'`);
    await page.becomes(100 + Math.max(0, margin));
  }
});

suite('vertical writing', () => {
  const upright = 'html { writing-mode: vertical-rl }';

  for (const start of [400, 40]) {
    // Lines run from the top of the frame down: engines differ on whether such a root fills it.
    for (const root of ['html', 'body']) {
      test(`of ${root} has the height of its blocks or keeps what it was given, from ${start} px`, async () => {
        const page = await embed({
          css: `${root} { writing-mode: vertical-rl }`,
          html: '<div style="width: 200px; height: 300px"></div>',
          start,
        });
        expect(page.height).to.be.oneOf(start > 300 ? [300, start] : [300]);
        await fits(page, page.height);
      });
    }

    test(`of a part of the page, from ${start} px`, async () => {
      const css = 'main { writing-mode: vertical-rl }';
      const html = `<main><p style="width: 99px; height: 300px; margin: 10px 0">Words</p></main>${block(50)}`;
      await fits(await embed({ css, html, start }), 370);
    });
  }

  test('whose lines are as long as the frame is high keeps the height that it was given', async () => {
    await fits(
      await embed({ css: upright, html: '<p>Words of a page that run from its top down.</p>' }),
      400,
    );
  });
});

test('what is too wide has room for its scrollbar, in both directions', async () => {
  for (const direction of ['ltr', 'rtl']) {
    const page = await embed({
      css: `html { direction: ${direction} }`,
      html: '<div style="width: 1200px; height: 120px"></div>',
    });
    const { below, beside } = await page.inner();
    expect({ below, beside }).to.deep.equal({ below: 0, beside: 400 });
    const bar = await page.run<number>('return innerHeight - document.documentElement.clientHeight');
    expect(page.height).to.equal(120 + bar);
  }
});
