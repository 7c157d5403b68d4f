// A page follows what a gateway of another origin keeps.
import { type SubscribeOptions, subscribe } from '../../dist/channels/events.js';
import { till } from '../contracts/till.contract.js';
import { same } from '../support/check.js';
import { guestUrl } from '../support/sites-url.js';
import { settled, until } from '../support/wait.js';

const keep = (name: string, payload: unknown) =>
  fetch(guestUrl(`/keep?at=${name}`), { method: 'POST', body: JSON.stringify(payload) });

/** Follows both events, and can break the connection as the network would. */
function scene(options: Partial<SubscribeOptions<typeof till>> = {}) {
  const heard: unknown[] = [];
  let broken = new AbortController();
  let open = () => {};
  let held: Promise<void> | undefined;
  const kept = subscribe(
    till,
    guestUrl('/gateway'),
    {
      paid: ({ amount }) => heard.push(amount),
      closed: (by) => heard.push(by),
    },
    {
      token: () => 'a token', // a browser asks for leave to show it
      retry: { first: 50 },
      async fetch(url, init) {
        await held;
        broken = new AbortController();
        init.signal?.addEventListener('abort', () => broken.abort());
        return fetch(url, { ...init, signal: broken.signal });
      },
      ...options,
    },
  );
  const is = (state: string) => until(() => kept.freshness.get().state === state);
  return {
    kept,
    heard,
    is,
    cut: () => broken.abort(),
    /** No new connection comes about until it is opened again. */
    close: () => {
      held = new Promise((resolve) => {
        open = resolve;
      });
    },
    open: () => open(),
  };
}

test('each event is heard once and in order, over connections that break', async () => {
  const { kept, heard, is, cut, close, open } = scene();
  const states: string[] = [];
  kept.freshness.subscribe(({ state }) => states.push(state));
  await is('live');
  await keep('paid', { amount: 1 });
  await until(() => heard.length === 1);
  for (const round of [1, 2]) {
    close();
    cut();
    await is('stale');
    await keep('paid', { amount: round + 1 });
    await keep('paid', { amount: (round + 1) * 10 });
    open();
    await is('live');
  }
  await keep('closed', 'mary');
  await until(() => heard.length === 6);
  same(heard, [1, 2, 20, 3, 30, 'mary']);
  same(states, ['live', 'stale', 'catching-up', 'live', 'stale', 'catching-up', 'live']);
  kept.close();
  await keep('paid', { amount: 4 });
  same(await settled(() => heard.length), 6);
});

for (const [what, see] of [
  ['comes online', () => dispatchEvent(new Event('online'))],
  ['is seen again', () => document.dispatchEvent(new Event('visibilitychange'))],
] as const)
  test(`the page that ${what} tries again at once`, async () => {
    const { kept, heard, is, cut } = scene({ retry: { first: 1e6, longest: 1e6 } });
    await is('live');
    cut();
    await is('stale');
    await keep('paid', { amount: 5 });
    see();
    await is('live');
    same(heard, [5]);
    kept.close();
  });

test('the next page goes on where this one was', async () => {
  const place = {
    get: () => sessionStorage.getItem('till'),
    set: (at: string) => sessionStorage.setItem('till', at),
  };
  const first = scene({ place });
  await first.is('live');
  await keep('paid', { amount: 7 });
  await until(() => first.heard.length);
  await until(() => place.get()?.includes('paid='));
  first.kept.close();
  await keep('closed', 'john');
  await keep('paid', { amount: 8 });
  const second = scene({ place });
  await until(() => second.heard.length === 2);
  same([...second.heard].sort(), [8, 'john']);
  second.kept.close();
  sessionStorage.removeItem('till');
});
