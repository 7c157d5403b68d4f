// A schema that answers with a promise would reorder messages: a bad contract, at each place where one is asked.
import { expect } from '@open-wc/testing';
import { contract, event, method, type } from '../../dist/contract/index.js';
import type { OrielErrorEvent } from '../../dist/elements/events/error.js';
import type { OrielFrame } from '../../dist/elements/frame/frame.js';
import { guestUrl } from '../support/sites-url.js';
import { cleanUp, listen, mount, rejectionOf, stateOf, until } from './frame-support.js';

teardown(cleanUp);

const later = {
  '~standard': { version: 1, vendor: 'test', validate: async (value: unknown) => ({ value }) },
} as ReturnType<typeof type<unknown>>;

interface Told {
  now: unknown;
  seen: unknown[];
  saved: unknown[];
  ran: unknown[];
  errors: { code: string; message: string }[];
}

/** The contract of fixtures/strict.html, with one schema in another place. */
const strict = ({
  input = type<unknown>(),
  output = type<unknown>(),
  payload = type<unknown>(),
  props = type<unknown>(),
} = {}) =>
  contract({
    name: 'test.strict',
    version: '1.0.0',
    props,
    host: { ask: method({ input, output: type<unknown>() }), saved: event(type<unknown>()) },
    guest: {
      take: method({ input: type<unknown>(), output }),
      ask: method({ input: type<unknown>(), output: type<unknown>() }),
      told: method({ output: type<Told>() }),
      say: method({ input: type<unknown>() }),
      solved: event(payload),
    },
  });
type StrictFrame = OrielFrame<ReturnType<typeof strict>>;

function strictly(hosts: Parameters<typeof strict>[0], guests?: string) {
  const asked: unknown[] = [];
  const frame = mount({
    contract: strict(hosts),
    src: guestUrl('strict.html', { later: guests }),
    host: { ask: (question: unknown) => (asked.push(question), question) },
    props: { count: 1 },
  } as never) as unknown as StrictFrame;
  return { frame, asked, errors: listen<OrielErrorEvent>(frame, 'oriel-error') };
}

const says = (member: string) => `The schema of "${member}" answers with a promise`;

suite('at the host', () => {
  test('of an input: the guest’s call rejects, and no handler runs', async () => {
    const { frame, asked } = strictly({ input: later });
    const error = await rejectionOf(frame.guest.ask('x'));
    expect(error.code).to.equal('bad-contract');
    expect(error.message).to.contain(says('ask'));
    expect(asked).to.deep.equal([]);
    expect(stateOf(frame)).to.equal('ready');
  });

  test('of an output: the host’s call rejects', async () => {
    const { frame } = strictly({ output: later });
    const error = await rejectionOf(frame.guest.take('x'));
    expect([error.name, error.code]).to.deep.equal(['ContractError', 'bad-contract']);
    expect(error.message).to.contain(says('take'));
    expect(stateOf(frame)).to.equal('ready');
  });

  test('of a payload: it is reported, and no listener hears the event', async () => {
    const { frame, errors } = strictly({ payload: later });
    const heard: unknown[] = [];
    frame.peer?.on('solved', (payload) => heard.push(payload));
    await frame.guest.say('x');
    await until(() => errors.length);
    expect(errors.map(({ code }) => code)).to.deep.equal(['bad-contract']);
    expect(errors[0]?.message).to.contain(says('solved'));
    expect(heard).to.deep.equal([]);
    expect(stateOf(frame)).to.equal('ready');
  });

  test('of the props: it is reported where they are set, and they are not sent', async () => {
    const { frame, errors } = strictly({ props: later });
    await frame.ready;
    expect(errors).to.deep.equal([]); // those of before were refused before anybody listened
    frame.props = { count: 2 };
    expect(errors.map(({ code }) => code)).to.deep.equal(['bad-contract']);
    expect(errors[0]?.message).to.contain(says('props'));
    expect((await frame.guest.told()).seen).to.deep.equal([]);
    expect(stateOf(frame)).to.equal('ready');
  });
});

suite('at the guest', () => {
  test('of an input: the host’s call rejects, and no handler runs', async () => {
    const { frame } = strictly({}, 'input');
    const error = await rejectionOf(frame.guest.take('x'));
    expect(error.code).to.equal('bad-contract');
    expect(error.message).to.contain(says('take'));
    expect((await frame.guest.told()).ran).to.deep.equal([]);
  });

  test('of an output: the guest’s call rejects', async () => {
    const { frame, asked } = strictly({}, 'output');
    const error = await rejectionOf(frame.guest.ask('x'));
    expect(error.code).to.equal('bad-contract');
    expect(error.message).to.contain(says('ask'));
    expect(asked).to.deep.equal(['x']);
  });

  test('of a payload: it is reported, and no listener hears the event', async () => {
    const { frame } = strictly({}, 'payload');
    await frame.ready;
    frame.peer?.emit('saved', 'x');
    const { saved, errors } = await frame.guest.told();
    expect(saved).to.deep.equal([]);
    expect(errors.map(({ code }) => code)).to.deep.equal(['bad-contract']);
    expect(errors[0]?.message).to.contain(says('saved'));
  });

  test('of the props: it is reported, and nobody sees them', async () => {
    const { frame } = strictly({}, 'props');
    const { seen, now, errors } = await frame.guest.told();
    expect(seen).to.deep.equal([]);
    expect(now).to.equal(undefined);
    expect(errors.map(({ code }) => code)).to.deep.equal(['bad-contract']);
    expect(errors[0]?.message).to.contain(says('props'));
  });
});
