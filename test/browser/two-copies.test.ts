// Two copies of the kit on a page, as two vendors bring them: the built file beside the modules.
import { expect } from '@open-wc/testing';
import type { defineWidget } from '../../dist/elements/widget/widget.js';
import { origin } from '../support/sites-url.js';
import { cleanUp, keep, mount, room, roomUrl, stateOf } from './frame-support.js';

teardown(cleanUp);

// Its frame and its widgets are the other copy's, with a Lit, a bridge and a wire version of their own.
async function load(name: string): Promise<{ warned: string[]; kit: { defineWidget: typeof defineWidget } }> {
  const { warn } = console;
  const warned: string[] = [];
  console.warn = (text: string) => warned.push(text);
  const kit = await import(name).finally(() => (console.warn = warn));
  return { warned: warned.filter((text) => text.startsWith('[oriel]')), kit };
}

test('one warning, no throw; the first copy’s tag and the second copy’s widget both work', async () => {
  const first = customElements.get('oriel-frame');
  const { warned, kit } = await load(`${origin(2)}/cdn/oriel.js`);
  expect(warned.length).to.equal(1);
  expect(warned[0]).to.contain('<oriel-frame> is already defined');
  expect(customElements.get('oriel-frame')).to.equal(first);

  const { reload: _taken, ...guest } = room.guest;
  const widget = kit.defineWidget('second-room', {
    contract: { ...room, guest },
    src: roomUrl(),
    props: { count: Number, list: JSON },
    host: { ask: (question: string) => `${question}?` },
  } as never);
  expect(Object.getPrototypeOf(widget)).to.not.equal(first);
  const second = keep(document.createElement('second-room')) as HTMLElement & {
    ready: Promise<void>;
    ask(question: string): Promise<string>;
  };
  document.body.append(second);
  const frame = mount();
  await Promise.all([frame.ready, second.ready]);
  expect(await frame.guest.ask('one')).to.equal('one!');
  expect(await second.ask('two')).to.equal('two?');
  expect([stateOf(frame), stateOf(second)]).to.deep.equal(['ready', 'ready']);
});
