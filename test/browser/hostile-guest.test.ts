// A guest that speaks the wire by hand, over a real window and port.
import { expect } from '@open-wc/testing';
import type { OrielMessageEvent } from '../../dist/elements/events/message.js';
import { cleanUp, iframeOf, listen, rejectionOf, settled, stateOf, until } from './frame-support.js';
import { attackedBy, type PreyFrame, uncaughtIn } from './hostile-support.js';

teardown(cleanUp);

/** As it was: ready in its first epoch, and good for another call. */
async function unharmed(frame: PreyFrame): Promise<void> {
  expect(stateOf(frame)).to.equal('ready');
  expect(frame.peer?.state.get()).to.include({ status: 'ready', epoch: 1 });
  expect(({} as { polluted?: unknown }).polluted).to.equal(undefined);
}

test('a method that every object has, or that is behind another, is unknown; no handler runs', async () => {
  const { frame, asked, errors } = attackedBy('names-of-methods');
  let replies: [isError: boolean, value: string][] = [];
  const uncaught = await uncaughtIn(async () => {
    replies = (await frame.guest.attack(0)) as typeof replies;
    await settled(() => asked.length);
  });
  expect(uncaught).to.deep.equal([]);
  expect(replies.length).to.be.greaterThan(9);
  for (const [isError, value] of replies) {
    expect(isError, value).to.equal(true);
    expect(value).to.contain('METHOD_NOT_FOUND').and.not.contain('stack');
  }
  // One call had a good path and an id that no answer can name; one had no input at all.
  expect(asked.filter((question) => question !== undefined && question !== 'x')).to.deep.equal([]);
  expect(errors.length).to.equal(0);
  await unharmed(frame);
});

test('an event that every object has, or whose name is none, is heard by nobody', async () => {
  const { frame, errors } = attackedBy('names-of-events');
  const solved: unknown[] = [];
  frame.peer?.on('solved', (payload) => solved.push(payload));
  for (const name of ['__proto__', 'constructor', 'toString'])
    frame.peer?.on(name as never, (payload) => solved.push([name, payload]));
  const uncaught = await uncaughtIn(async () => {
    await frame.guest.attack(0);
    await settled(() => solved.length);
  });
  expect(uncaught).to.deep.equal([]);
  // The one good name, whose payload's own `__proto__` is data.
  expect(solved.length).to.equal(1);
  expect(Object.keys(solved[0] as object)).to.deep.equal(['__proto__']);
  expect(errors.length).to.equal(0);
  await unharmed(frame);
});

test('without a contract its events are messages, and what has no name is dropped', async () => {
  let names: unknown[] = [];
  const uncaught = await uncaughtIn(async () => {
    const { frame } = attackedBy('events-at-once', { contract: undefined } as never);
    const messages = listen<OrielMessageEvent>(frame, 'oriel-message');
    await until(() => messages.some(({ name }) => name === 'solved'));
    names = messages.map(({ name }) => name);
  });
  expect(uncaught).to.deep.equal([]);
  expect(names).to.deep.equal([
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'ask',
    'attack',
    'solved',
  ]);
});

test('props are the host’s: a guest that sends some changes nothing', async () => {
  const { frame, errors } = attackedBy('names-of-props', { props: { count: 1 } });
  const uncaught = await uncaughtIn(() => frame.guest.attack(0));
  expect(uncaught).to.deep.equal([]);
  expect(frame.props).to.deep.equal({ count: 1 });
  expect(frame.peer?.props.get()).to.deep.equal({ count: 1 });
  expect(frame.peer?.has('attack' as never)).to.equal(true);
  expect(frame.peer?.has('toString' as never)).to.equal(false);
  expect(errors.length).to.equal(0);
  await unharmed(frame);
});

test('a size in no shape of ours is refused, and what is beside a good one is not read', async () => {
  const { frame, errors } = attackedBy('sizes');
  const uncaught = await uncaughtIn(async () => {
    await frame.guest.attack(0);
    expect(await settled(() => iframeOf(frame).getBoundingClientRect().height)).to.equal(300);
  });
  expect(uncaught).to.deep.equal([]);
  expect(errors.map(({ code }) => code)).to.deep.equal(['invalid']);
  await unharmed(frame);
});

test('a contract whose name can not be printed is another contract', async () => {
  const { frame } = attackedBy('hello');
  const uncaught = await uncaughtIn(async () => {
    expect(await rejectionOf(frame.ready)).to.include({ code: 'contract-mismatch' });
  });
  expect(uncaught).to.deep.equal([]);
  expect(stateOf(frame)).to.equal('failed');
});

test('a call that is rejected with an error that can not be read rejects all the same', async () => {
  const { frame } = attackedBy('errors');
  const uncaught = await uncaughtIn(async () => {
    for (let which = 0; which < 8; which++) {
      const error = await rejectionOf(frame.guest.attack(which, { timeout: 3000 }));
      expect(error, String(which)).to.be.instanceOf(Error);
      expect(error.code, String(which)).to.not.equal('timeout');
      expect(error.message, String(which)).to.be.a('string');
    }
  });
  expect(uncaught).to.deep.equal([]);
  await unharmed(frame);
});

test('the first answer counts; a second one, and one that nobody asked for, are nobody’s', async () => {
  const { frame } = attackedBy('twice');
  const uncaught = await uncaughtIn(async () => {
    expect(await frame.guest.attack(0)).to.equal('first');
    expect(await frame.guest.attack(0)).to.equal('first');
  });
  expect(uncaught).to.deep.equal([]);
  await unharmed(frame);
});

test('a call that is never answered rejects by its timeout, and by its signal with the signal’s reason', async () => {
  const { frame } = attackedBy('never');
  await frame.ready;
  expect(await rejectionOf(frame.guest.attack(0, { timeout: 50 }))).to.include({ code: 'timeout' });
  const abort = new AbortController();
  const pending = rejectionOf(frame.guest.attack(0, { signal: abort.signal }));
  abort.abort(new Error('enough'));
  expect((await pending).message).to.equal('enough');
  await unharmed(frame);
});

test('rubbish, 5 MB of it, and the formats of other kits change nothing', async () => {
  const { frame, asked, errors } = attackedBy('rubbish');
  const solved: unknown[] = [];
  frame.peer?.on('solved', (payload) => solved.push(payload));
  await frame.ready;
  const height = iframeOf(frame).style.height;
  const uncaught = await uncaughtIn(async () => {
    expect(await frame.guest.attack(0)).to.equal('done');
    expect(await frame.guest.attack(1)).to.equal('done'); // what was posted before has all been heard
  });
  expect(uncaught).to.deep.equal([]);
  expect([asked, solved, errors]).to.deep.equal([[], [], []]);
  expect(iframeOf(frame).style.height).to.equal(height);
  await unharmed(frame);
});

test('removed in the middle of the handshake: ready rejects as closed, and nothing else is heard of it', async () => {
  const { frame, errors } = attackedBy('half');
  const { ready } = frame;
  const call = rejectionOf(frame.guest.attack(0));
  const uncaught = await uncaughtIn(async () => {
    await new Promise<void>((resolve) =>
      addEventListener('message', function hear({ data }) {
        if (data !== 'half way') return;
        removeEventListener('message', hear);
        resolve();
      }),
    );
    expect(frame.peer?.state.get().status).to.equal('connecting');
    frame.remove();
    expect(await rejectionOf(ready)).to.include({ code: 'closed', reason: 'removed' });
    expect(await call).to.include({ code: 'closed', reason: 'removed' });
  });
  expect(uncaught).to.deep.equal([]);
  expect(errors.length).to.equal(0);
  expect(stateOf(frame)).to.equal('idle');
});
