import { expect } from '@open-wc/testing';
import { pause, until } from '../support/wait.js';
import { block, closeAll, embed } from './autosize-support.js';

teardown(closeAll);

suite('a section as tall as the viewport does not run away', () => {
  for (const height of ['100vh', '100dvh', '100svh', 'calc(100vh - 20px)', 'calc(100vh + 1px)']) {
    test(height, async () => {
      const page = await embed({
        css: `section { min-height: ${height} }`,
        html: `${block(50, 'head')}<section id="s" class="x y"></section>${block(50)}`,
      });
      const { height: first } = page;
      expect(first).to.be.below(3000);
      expect(page.writes.length).to.be.within(1, 5);
      const { warnings } = await page.inner();
      expect(warnings.filter((warning) => warning.includes('section#s.x.y'))).to.have.length(1);
      expect(await page.after("b.style.height = '200px'")).to.equal(first + 150);
      expect(await page.after("b.style.height = '50px'")).to.equal(first);
    });
  }

  test('a hero above normal content', async () => {
    const page = await embed({
      css: '.hero { height: 100vh }',
      html: `<div class="hero"></div>${block(700)}`,
    });
    expect(page.height).to.be.below(3000);
    expect(page.writes.length).to.be.at.most(5);
  });

  test('half a viewport finds its fixed point', async () => {
    const page = await embed({
      css: '.half { height: 50vh }',
      html: `<div class="half"></div>${block(300)}`,
    });
    await until(() => Math.abs(page.height - 600) <= 1); // a quiet moment shows that it is no animation
    await page.still();
    expect(page.height).to.be.closeTo(600, 1);
    expect(page.writes.length).to.be.at.most(5);
  });

  test('body { min-height: 100vh } grows and shrinks', async () => {
    const page = await embed({ css: 'body { min-height: 100vh }', html: block(100) });
    expect(page.height).to.equal(100);
    expect(await page.after("b.style.height = '700px'")).to.equal(700);
    expect(await page.after("b.style.height = '200px'")).to.equal(200);
  });

  test('a script that adds to the height at each resize is stopped', async () => {
    const page = await embed({ html: block(100) });
    await page.after(
      "const grow = () => b.style.height = innerHeight + 50 + 'px'; addEventListener('resize', grow); grow()",
    );
    expect(page.writes.length).to.be.at.most(8);
  });
});

suite('a fill layout keeps the height it was given', () => {
  test('with an inner scroller', async () => {
    const page = await embed({
      css: 'html, body, #root { height: 100% } #root { overflow: auto }',
      html: `<div id="root">${block(40)}</div>`,
    });
    expect(page.height).to.equal(400);
    await page.run("b.style.height = '900px'");
    for (let i = 0; i < 60; i++) {
      await new Promise(requestAnimationFrame);
      expect(page.height).to.be.oneOf([400, 900]);
    }
  });

  test('without one it grows', async () => {
    const page = await embed({
      css: 'html, body, #root { height: 100% }',
      html: `<div id="root">${block(40)}</div>`,
    });
    expect(page.height).to.equal(400);
    expect(await page.after("b.style.height = '900px'")).to.equal(900);
  });

  test('content in html, body { height: 100% } is as tall as it is', async () => {
    const page = await embed({ css: 'html, body { height: 100% }', html: block(40) });
    expect(page.height).to.equal(40);
    expect(await page.after("b.style.height = '900px'")).to.equal(900);
    expect(await page.after("b.style.height = '200px'")).to.equal(200);
  });
});

suite('an overlay counts while it is open', () => {
  const open = (css: string, more = '') =>
    `document.body.insertAdjacentHTML('beforeend', '<div id="m" style="width: 50px; ${css}" ${more}></div>')`;
  for (const position of ['absolute', 'fixed']) {
    test(`position: ${position}`, async () => {
      const page = await embed({ html: block(100) });
      for (let i = 0; i < 3; i++) {
        expect(await page.after(open(`position: ${position}; top: 80px; height: 300px`))).to.equal(380);
        expect(await page.after("b.title += 'x'"), 'after another change').to.equal(380);
        expect(await page.after('m.remove()')).to.equal(100);
      }
    });
  }

  test('a popover', async () => {
    const page = await embed({ html: block(100) });
    await page.run(
      open('height: 300px; inset: auto; top: 80px; margin: 0; border: 0; padding: 0', 'popover'),
    );
    for (let i = 0; i < 3; i++) {
      expect(await page.after('m.showPopover()')).to.equal(380);
      expect(await page.after('m.hidePopover()')).to.equal(100);
    }
  });

  test('a modal dialog fits without scrolling', async () => {
    const page = await embed({
      html: `${block(100)}<dialog id="m"><div style="height: 300px"></div></dialog>`,
    });
    for (let i = 0; i < 3; i++) {
      const height = await page.after('m.showModal()');
      expect(height).to.be.within(300, 420);
      expect(await page.run('return m.scrollHeight - m.clientHeight')).to.equal(0);
      expect(await page.after("b.title += 'x'"), 'after another change').to.equal(height);
      expect(await page.after('m.close()')).to.equal(100);
    }
  });

  test('an element marked to be ignored never does', async () => {
    const page = await embed({ html: block(100) });
    for (const position of ['absolute', 'fixed']) {
      expect(
        await page.after(open(`position: ${position}; top: 80px; height: 300px`, 'data-oriel-ignore')),
      ).to.equal(100);
      expect(await page.after("b.style.height = '120px'")).to.equal(120);
      await page.after("m.remove(); b.style.height = '100px'");
    }
  });

  test('what lies over the viewport, or at its end, asks for nothing', async () => {
    const page = await embed({ html: block(100) });
    for (const css of ['inset: 0', 'bottom: 0; height: 30px', 'bottom: -300px; height: 300px']) {
      expect(await page.after(open(`position: fixed; ${css}`)), css).to.equal(100);
      expect(await page.after("b.style.height = '250px'"), css).to.equal(250);
      expect(await page.after("b.style.height = '100px'"), css).to.equal(100);
      await page.after('m.remove()');
    }
  });
});

suite('sizes follow the frame', () => {
  test('cards that wrap shrink as they grew', async () => {
    const page = await embed({
      css: '#c { display: flex; flex-wrap: wrap } #c div { width: 200px; height: 100px }',
      html: `<div id="c">${'<div></div>'.repeat(12)}</div>`,
    });
    for (const [width, height] of [
      [300, 1200],
      [800, 300],
      [300, 1200],
      [800, 300],
    ] as const) {
      page.box.style.width = `${width}px`;
      await page.still();
      expect(page.height, `${width}`).to.equal(height);
    }
  });

  test('the width belongs to the host', async () => {
    const page = await embed({ html: block(100) });
    for (const width of [800, 300, 800]) {
      page.box.style.width = `${width}px`;
      await page.still();
      expect(page.width).to.equal(width);
    }
  });

  test('autosize="width" is the smaller of content and container', async () => {
    const page = await embed({
      autosize: 'width',
      html: '<div id="b" style="width: 500px; height: 50px"></div>',
    });
    expect(page.width).to.equal(500);
    await page.after("b.style.width = '1500px'");
    expect(page.width).to.equal(800);
    await page.after("b.style.width = '300px'");
    expect(page.width).to.equal(300);
  });

  test('autosize="both" leaves no scrollbar, and stays', async () => {
    const page = await embed({
      autosize: 'both',
      html: '<p style="margin: 0">Some words <b style="display: inline-block; width: 200px">x</b></p>',
    });
    const { width } = page;
    expect(width).to.be.within(201, 500);
    expect(await page.inner()).to.include({ below: 0, beside: 0 });
    for (let i = 0; i < 5; i++) await page.run("document.body.title += 'x'");
    await page.still();
    expect(page.width).to.equal(width);
  });

  test('nothing is written while hidden, and all is right when shown', async () => {
    const page = await embed({ html: block(100) });
    page.box.style.display = 'none';
    await pause(100); // until the guest's process has heard of it
    await page.run("b.style.height = '500px'");
    await pause(600);
    expect(page.iframe.style.height).to.be.oneOf(['100px', '500px']); // never 0
    page.box.style.display = '';
    await pause(200);
    expect(page.height).to.equal(500);
  });

  test('in a closed <details> too', async () => {
    const page = await embed({ html: block(100) });
    const details = document.createElement('details');
    page.box.replaceWith(details);
    details.append(page.box);
    await pause(500);
    expect(page.iframe.style.height).to.not.equal('0px');
    details.open = true;
    await page.frame.ready;
    await page.still();
    expect(page.height).to.equal(100);
    details.remove();
  });

  test('a limit of the host makes the guest scroll, and nothing else', async () => {
    const page = await embed({ html: block(900), maxHeight: 500 });
    expect(page.height).to.equal(500);
    expect((await page.inner()).warnings).to.deep.equal([]);
    expect(await page.after("b.style.height = '450px'")).to.equal(450);
    expect(await page.after("b.style.height = '600px'")).to.equal(500);
  });

  test('a thousand changes cost one report a frame, and the last one wins', async () => {
    const page = await embed({ html: block(100) });
    page.writes.length = 0;
    let frames = 0;
    let counting = true;
    const count = () => counting && (frames++, requestAnimationFrame(count));
    count();
    await page.run(
      "for (let i = 0; i < 1000; i++) { b.style.height = 100 + i % 300 + 'px'; if (i % 10 === 0) await new Promise((go) => setTimeout(go, 10)); } b.style.height = '777px'",
    );
    await page.still();
    counting = false;
    expect(page.height).to.equal(777);
    expect(page.writes.length).to.be.at.most(frames);
    expect(await page.inner()).to.deep.include({ errors: [], warnings: [] });
  });
});
