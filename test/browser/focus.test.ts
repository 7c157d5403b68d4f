// Who has the focus, and where the page stands, while a guest loads that wants both. The driven tests have the keys.
import { expect } from '@open-wc/testing';
import { cleanUp, iframeOf, keep, settled, stateOf, until } from './frame-support.js';
import { attackedBy, type PreyFrame } from './hostile-support.js';

let field: HTMLInputElement;

setup(() => {
  // What a user is doing: typing, with the guest far below.
  field = keep(document.createElement('input'));
  document.body.append(field);
  field.focus();
  field.value = 'half a word';
  field.setSelectionRange(4, 6);
  const above = keep(document.createElement('div'));
  above.style.height = '3000px';
  document.body.append(above);
  scrollTo(0, 0);
});
teardown(cleanUp);

/** Whether a guest gets the focus at all that asks for it: WebKitGTK's doesn't. */
const inGuest = (frame: Element) => document.activeElement === frame;

/** Until something is so and stays so: what a guest takes comes by two ways, and goes back by one. */
const stays = <T>(read: () => T, value: T) => until(async () => (await settled(read, 400)) === value);

const untouched = async (frame: PreyFrame) => {
  await stays(() => document.activeElement, field);
  expect([field.selectionStart, field.selectionEnd]).to.deep.equal([4, 6]);
  await stays(() => scrollY, 0);
  expect(stateOf(frame)).to.equal('ready');
};

test('a guest that takes the focus while it loads does not keep it, and the page stays where it is', async () => {
  const { frame, errors } = attackedBy('focus');
  await frame.ready;
  await untouched(frame);
  expect(errors.length).to.equal(0);
});

test('nor does one that waits until it is ready', async () => {
  const { frame, errors } = attackedBy('focus-later');
  await frame.ready;
  await frame.guest.attack(0);
  await untouched(frame);
  expect(errors.length).to.equal(0);
});

test('where nothing has the focus, nothing has it after', async () => {
  field.blur();
  const { frame } = attackedBy('focus');
  await frame.ready;
  await stays(() => document.activeElement, document.body);
  await stays(() => scrollY, 0);
});

test('a field in a shadow tree gets it back', async () => {
  const card = keep(document.createElement('div'));
  card.attachShadow({ mode: 'open' }).innerHTML = '<input>';
  document.body.prepend(card);
  const inside = card.shadowRoot?.querySelector('input') as HTMLInputElement;
  inside.focus();
  const { frame } = attackedBy('focus-later');
  await frame.ready;
  await frame.guest.attack(0);
  await stays(() => card.shadowRoot?.activeElement, inside);
});

test('a scroller of the page stays where it is', async () => {
  const scroller = keep(document.createElement('div'));
  scroller.style.cssText = 'height: 100px; overflow: auto';
  scroller.innerHTML = '<div style="height: 1000px"></div>';
  document.body.prepend(scroller);
  scroller.scrollTop = 30;
  const { frame } = attackedBy('focus-later');
  scroller.append(frame);
  await frame.ready;
  await frame.guest.attack(0);
  await stays(() => scroller.scrollTop, 30);
  await stays(() => document.activeElement, field);
});

test('with `autofocus` it keeps what it takes', async function () {
  const { frame } = attackedBy('focus', { autofocus: true });
  await frame.ready;
  await settled(() => document.activeElement, 400);
  if (document.activeElement === field) {
    console.log('LEFT OUT: autofocus: a guest of another site takes no focus here without a click.');
    this.skip();
  }
  expect(inGuest(frame)).to.equal(true);
});

test('`focus()` of the host gives it to the guest, and nobody takes it back', async () => {
  const { frame } = attackedBy('names-of-methods');
  await frame.ready;
  frame.focus({ preventScroll: true });
  await settled(() => document.activeElement, 400);
  expect(inGuest(frame)).to.equal(true);
});

test('a guest that has the focus, and loads anew, keeps it', async () => {
  const { frame } = attackedBy('names-of-methods');
  await frame.ready;
  frame.focus({ preventScroll: true });
  await until(() => inGuest(frame));
  frame.peer?.trace(() => {});
  const { contentWindow } = iframeOf(frame);
  contentWindow?.location.replace(frame.src as string);
  await until(() => frame.peer?.state.get().epoch === 2);
  await settled(() => document.activeElement, 400);
  expect(inGuest(frame)).to.equal(true);
});
