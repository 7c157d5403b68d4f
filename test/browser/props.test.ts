import { expect } from '@open-wc/testing';
import { contract, event, method, type } from '../../dist/contract/index.js';
import type { OrielErrorEvent } from '../../dist/elements/events/error.js';
import type { OrielFrame } from '../../dist/elements/frame/frame.js';
import { guestUrl } from '../support/sites-url.js';
import { cleanUp, listen, mount, pause, roomUrl, stateOf } from './frame-support.js';
import { attackedBy } from './hostile-support.js';

teardown(cleanUp);

interface Props {
  count: number;
  list?: number[];
  note?: string | undefined;
}

/** Wants a count from 0 on: enough of Standard Schema to refuse. */
const counted = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value: unknown) =>
      (value as Props)?.count >= 0
        ? { value: value as Props }
        : { issues: [{ message: 'a count from 0 on', path: ['count'] }] },
  },
} as unknown as ReturnType<typeof type<Props>>;

const told = {
  told: method({
    output: type<{ seen: Props[]; now: Props; errors: { code: string; message: string }[] }>(),
  }),
  solved: event(type<unknown>()),
};
const strict = (props: ReturnType<typeof type<Props>>) =>
  contract({ name: 'test.strict', version: '1.0.0', props, guest: told });
type StrictFrame = OrielFrame<ReturnType<typeof strict>>;

const mountStrict = (props: ReturnType<typeof type<Props>>, first: Props): StrictFrame =>
  mount({
    contract: strict(props),
    src: guestUrl('strict.html'),
    props: first,
  } as never) as unknown as StrictFrame;

test('props that the schema refuses are an error where they are set; the guest keeps the last good ones', async () => {
  const frame = mountStrict(counted, { count: 1 });
  const errors = listen<OrielErrorEvent>(frame, 'oriel-error');
  await frame.ready;
  frame.props = { count: -1 };
  // Told before the setter returns.
  expect(errors.map(({ code, message }) => [code, message.includes('props.count')])).to.deep.equal([
    ['invalid', true],
  ]);
  await pause(0);
  expect(await frame.guest.told()).to.deep.include({ seen: [{ count: 1 }], errors: [] });
  expect(stateOf(frame)).to.equal('ready');
  frame.props = { count: 2 };
  expect((await frame.guest.told()).now).to.deep.equal({ count: 2 });
});

test('props that only the guest’s schema refuses are reported there, and its last good ones stay', async () => {
  const frame = mountStrict(type<Props>(), { count: 1 });
  const errors = listen(frame, 'oriel-error');
  await frame.ready;
  frame.props = { count: -1 };
  const { seen, now, errors: reported } = await frame.guest.told();
  expect(seen).to.deep.equal([{ count: 1 }]);
  expect(now).to.deep.equal({ count: 1 });
  expect(reported.map(({ code, message }) => [code, message.includes('props.count')])).to.deep.equal([
    ['invalid', true],
  ]);
  expect(errors.length).to.equal(0);
  frame.props = { count: 2 };
  expect((await frame.guest.told()).now).to.deep.equal({ count: 2 });
});

test('the guest refuses the first props too, and connects', async () => {
  const frame = mountStrict(type<Props>(), { count: -1 });
  const { seen, now, errors } = await frame.guest.told();
  expect([seen, now]).to.deep.equal([[], undefined]);
  expect(errors.map(({ code }) => code)).to.deep.equal(['invalid']);
  expect(stateOf(frame)).to.equal('ready');
});

test('props that can not be cloned are an error where they are set', async () => {
  const frame = mountStrict(type<Props>(), { count: 1 });
  const errors = listen<OrielErrorEvent>(frame, 'oriel-error');
  await frame.ready;
  frame.props = { count: 2, list: [document.body] as never };
  expect(errors.map(({ code }) => code)).to.deep.equal(['not-cloneable']);
  expect((await frame.guest.told()).now).to.deep.equal({ count: 1 });
});

suite('a reserved name is refused as a prop, and named', () => {
  for (const name of ['__proto__', 'constructor', 'prototype', 'then', '@oriel/x']) {
    test(name, async () => {
      const frame = mount({ src: roomUrl() });
      frame.setAttribute('props', '{"count": 1}');
      const errors = listen<OrielErrorEvent>(frame, 'oriel-error');
      await frame.ready;
      frame.setAttribute('props', `{"count": 2, "${name}": {"polluted": true}}`);
      expect(errors.map(({ code }) => code)).to.deep.equal(['invalid']);
      expect(errors[0]?.message).to.contain(`props.${name}`);
      await pause(0);
      expect(await frame.guest.seen()).to.deep.equal([{ count: 1 }]);
      expect(stateOf(frame)).to.equal('ready');
    });
  }
});

suite('what is sent', () => {
  interface Sent {
    first: Props;
    patches: { set: Partial<Props>; drop: string[] }[];
  }
  const recorded = async (first: Props) => {
    const { frame } = attackedBy('records', { props: first } as never);
    await frame.ready;
    return {
      frame: frame as unknown as { props: Props },
      sent: async () => (await frame.guest.attack(0)) as Sent,
    };
  };

  test('a full set with the handshake, then changed keys only, and those that are gone', async () => {
    const { frame, sent } = await recorded({ count: 1, list: [1], note: 'a' });
    frame.props = { count: 2, list: [1], note: 'a' };
    await pause(0);
    frame.props = { count: 2, list: [1, 2] };
    expect(await sent()).to.deep.equal({
      first: { count: 1, list: [1], note: 'a' },
      patches: [
        { set: { count: 2 }, drop: [] },
        { set: { list: [1, 2] }, drop: ['note'] },
      ],
    });
  });

  test('a hundred changes in one task are one, the last', async () => {
    const { frame, sent } = await recorded({ count: 0, list: [1] });
    for (let count = 1; count <= 100; count++) frame.props = { count, list: [1] };
    await pause(0);
    expect((await sent()).patches).to.deep.equal([{ set: { count: 100 }, drop: [] }]);
  });

  test('a fresh but equal object is no change, and neither is one that is set back in the same task', async () => {
    const { frame, sent } = await recorded({ count: 1, list: [1, 2] });
    frame.props = { list: [1, 2], count: 1 };
    await pause(0);
    frame.props = { count: 5, list: [] };
    frame.props = { count: 1, list: [1, 2] };
    await pause(0);
    expect((await sent()).patches).to.deep.equal([]);
  });

  test('a prop that is there and undefined is another than one that is not', async () => {
    const { frame, sent } = await recorded({ count: 1 });
    frame.props = { count: 1, note: undefined };
    const { patches } = await sent();
    expect(patches.map(({ set, drop }) => [Object.keys(set), drop])).to.deep.equal([[['note'], []]]);
  });

  test('an object that is changed after it was set is what it was', async () => {
    const props = { count: 1, list: [1] };
    const { sent, frame } = await recorded(props);
    props.list.push(2);
    frame.props = { count: 2, list: [1] };
    props.count = 9;
    const { patches } = await sent();
    expect(patches).to.deep.equal([{ set: { count: 2 }, drop: [] }]);
  });
});
