import { expect } from '@open-wc/testing';
import { ContractError, contract, event, method, type } from '../../dist/contract/index.js';
import type { OrielErrorEvent } from '../../dist/elements/events/error.js';
import { defineWidget, type WidgetElement, type WidgetEvent } from '../../dist/elements/widget/widget.js';
import { cleanUp, keep, listen, next, pause, room, roomUrl, stateOf } from './frame-support.js';

teardown(cleanUp);

interface Props {
  customerId: number;
  open?: boolean;
  filter?: { tag: string };
  note?: string;
  onPick?: object;
}

/** A schema that wants a customer: enough of Standard Schema to refuse. */
const wanting = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value: unknown) =>
      Number.isInteger((value as Props).customerId)
        ? { value: value as Props }
        : { issues: [{ message: 'customerId must be a whole number', path: ['customerId'] }] },
  },
} as unknown as ReturnType<typeof type<Props>>;

const { reload: _taken, ...guest } = room.guest;
const acme = contract({ ...room, props: wanting, guest });
const props = { customerId: Number, open: Boolean, filter: JSON, note: String, onPick: false } as const;
const Acme = defineWidget('acme-room', {
  contract: acme,
  src: roomUrl(),
  props,
  host: { ask: (question) => `${question}!` },
});
type AcmeRoom = WidgetElement<typeof acme>;

function make(html: string): AcmeRoom {
  const holder = document.createElement('div');
  holder.innerHTML = html;
  const widget = keep(holder.firstElementChild as AcmeRoom);
  document.body.append(widget);
  return widget;
}

test('a tag with attributes alone is a whole embed', async () => {
  const widget = make(`<acme-room customer-id="42" open filter='{"tag":"new"}' note="hi"></acme-room>`);
  expect(widget).to.be.instanceOf(Acme);
  await widget.ready;
  expect(stateOf(widget)).to.equal('ready');
  expect(await widget.seen()).to.deep.equal([
    { customerId: 42, open: true, filter: { tag: 'new' }, note: 'hi' },
  ]);
  expect(await widget.ask('sure')).to.equal('sure!');
});

test('properties are sent in one change, before a call that follows', async () => {
  const widget = make('<acme-room customer-id="1"></acme-room>');
  await widget.ready;
  widget.customerId = 2;
  widget.note = 'two';
  const seen = (await widget.seen()) as Props[];
  expect(seen).to.deep.equal([{ customerId: 1 }, { customerId: 2, note: 'two' }]);
  widget.removeAttribute('customer-id');
  await pause(0);
  expect(((await widget.seen()) as Props[]).length).to.equal(2);
});

test('events of the guest are DOM events with a payload', async () => {
  const widget = make('<acme-room customer-id="1"></acme-room>');
  await widget.ready;
  const solved = next<WidgetEvent<unknown>>(widget, 'solved');
  await widget.say({ id: 'x' });
  expect((await solved).payload).to.deep.equal({ id: 'x' });
  widget.remove();
  document.body.append(widget);
  await widget.ready;
  const again = listen(widget, 'solved');
  await widget.say(1);
  await pause(50);
  expect(again.length).to.equal(1);
});

test('a prop that is missing, ill-typed or unreadable is an error, and the last good ones stay', async () => {
  const missing = document.createElement('acme-room') as AcmeRoom;
  const early = listen<OrielErrorEvent>(missing, 'oriel-error');
  document.body.append(keep(missing));
  await pause(0);
  expect(early.map(({ code, message }) => [code, /customerId/.test(message)])).to.deep.equal([
    ['invalid', true],
  ]);

  const widget = make('<acme-room customer-id="7"></acme-room>');
  const errors = listen<OrielErrorEvent>(widget, 'oriel-error');
  await widget.ready;
  widget.setAttribute('customer-id', 'seven');
  await widget.updateComplete;
  widget.setAttribute('customer-id', '7');
  widget.setAttribute('filter', '{broken');
  await widget.updateComplete;
  expect(errors.map(({ code }) => code)).to.deep.equal(['invalid', 'invalid']);
  expect(errors[1]?.message).to.contain('filter');
  expect(((await widget.seen()) as Props[]).at(-1)).to.deep.equal({ customerId: 7 });
});

test('an attribute or a property that is no prop of the contract is not sent', async () => {
  const widget = make('<acme-room customer-id="7" more="1" onmore="x" data-note="y"></acme-room>');
  const errors = listen(widget, 'oriel-error');
  await widget.ready;
  Object.assign(widget, { more: 2, constructor_: 3 });
  widget.setAttribute('more', '3');
  widget.note = 'two';
  expect(await widget.seen()).to.deep.equal([{ customerId: 7 }, { customerId: 7, note: 'two' }]);
  expect(errors.length).to.equal(0);
});

test('properties set before the definition, and clones, work', async () => {
  const early = keep(document.createElement('early-room')) as AcmeRoom;
  early.customerId = 5;
  document.body.append(early);
  defineWidget('early-room', { contract: acme, src: roomUrl(), props });
  await early.ready;
  expect(await early.seen()).to.deep.equal([{ customerId: 5 }]);
});

test('defined twice: one warning, the first class', () => {
  const { warn } = console;
  const warned: string[] = [];
  console.warn = (text) => warned.push(text);
  expect(defineWidget('acme-room', { contract: acme, src: roomUrl(), props })).to.equal(Acme);
  console.warn = warn;
  expect(warned.length).to.equal(1);
});

suite('a name that is taken is refused and named', () => {
  const taken: [string, object, object][] = [
    ['remove', { guest: { remove: method() } }, {}],
    ['click', { guest: { click: event() } }, {}],
    ['close', { guest: { close: event() } }, {}],
    ['title', { props: type<{ title: string }>() }, { title: String }],
    ['src', { props: type<{ src: string }>() }, { src: String }],
    ['ready', { guest: { ready: method() } }, {}],
    ['open', { props: type<{ open: boolean }>(), guest: { open: method() } }, { open: Boolean }],
  ];
  for (const [name, parts, converters] of taken) {
    test(name, () => {
      const wrong = contract({ name: 'test.wrong', version: '1.0.0', ...parts });
      expect(() =>
        defineWidget(`wrong-${name}`, {
          contract: wrong,
          src: 'https://guest.example',
          props: converters as never,
        }),
      )
        .to.throw(ContractError, `"${name}"`)
        .with.property('code', 'bad-contract');
      expect(customElements.get(`wrong-${name}`)).to.equal(undefined);
    });
  }
});

/** Compiles, or rather must not. */
export function compileErrors(): void {
  const base = { contract: acme, src: '' };
  const { note, ...missing } = props;
  // @ts-expect-error a prop without a converter
  defineWidget('x-a', { ...base, props: missing });
  defineWidget('x-b', {
    contract: acme,
    src: '',
    // @ts-expect-error a converter without a prop
    props: { customerId: Number, open: Boolean, filter: JSON, note: String, onPick: false, more: String },
  });
  defineWidget('x-c', {
    contract: acme,
    src: '',
    // @ts-expect-error a converter of another type
    props: { customerId: String, open: Boolean, filter: JSON, note: String, onPick: false },
  });
  // @ts-expect-error a handler that the contract lacks
  defineWidget('x-d', { contract: acme, src: '', props, host: { asks: () => '' } });
  void note;
}
