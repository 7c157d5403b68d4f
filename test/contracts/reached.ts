// What a page sees of a connection over a network: that it breaks, and is made again.
import { type Channel, client } from '../../dist/bridge/index.js';
import type { Retry } from '../../dist/channels/backoff.js';
import { same } from '../support/check.js';
import { rejection, until } from '../support/wait.js';
import { channelSuite } from './channel.js';
import { suite } from './suite.contract.js';

export interface ReachedSubject {
  readonly test: (title: string, run: () => Promise<void>) => void;
  readonly name: string;
  /** @param path - Where on the server, and what is asked for there. */
  open(path: string | (() => string), options: { readonly retry: Retry }): Channel;
  /** Where the far end is. */
  readonly path: string;
  /** How many attempts there have been. */
  made(): number;
  /** Breaks the newest. */
  cut(): void;
}

/** The shared suite, and this besides. */
export function reachedSuite({ test, name, open, path, made, cut }: ReachedSubject): void {
  const asked = (limits: object = {}) => `${path}?limits=${encodeURIComponent(JSON.stringify(limits))}`;
  const retry = { first: 50 };

  channelSuite({
    test,
    name,
    transfers: false,
    open: async (limits) => ({ channel: open(asked(limits), { retry }), close: () => {} }),
  });

  test(`${name}: a connection that breaks is made again, and the same client goes on`, async () => {
    const before = made();
    const far = client(suite, open(asked(), { retry }), { onError: () => {} });
    same(await far.add({ a: 1, b: 2 }), 3);
    const call = rejection(far.never());
    cut();
    const { code, reason, outcome } = await call;
    same([code, reason, outcome], ['lost', 'transport', 'unknown']);
    same(await far.add({ a: 2, b: 2 }), 4);
    same(made() - before, 2);
    far.close();
  });

  test(`${name}: a connection that broke while the page was away is made again at once`, async () => {
    const address = () => asked();
    const far = client(suite, open(address, { retry: { first: 1e6, longest: 1e6 } }), { onError: () => {} });
    same(await far.add({ a: 1, b: 2 }), 3);
    const call = rejection(far.never());
    // A page hears what happened to it only after it is seen.
    document.dispatchEvent(new Event('visibilitychange'));
    cut();
    same((await call).code, 'lost');
    same(await far.add({ a: 2, b: 2 }), 4);
    far.close();
  });

  for (const [what, see] of [
    ['comes online', () => dispatchEvent(new Event('online'))],
    ['is seen again', () => document.dispatchEvent(new Event('visibilitychange'))],
  ] as const)
    test(`${name}: the page that ${what} tries again at once`, async () => {
      let attempts = 0;
      const address = () => (attempts++ ? asked() : '/nothing');
      const far = client(suite, open(address, { retry: { first: 1e6, longest: 1e6 } }), {
        onError: () => {},
      });
      let answer = 0;
      far.add({ a: 1, b: 1 }).then((sum) => {
        answer = sum;
      });
      // As often as it takes: the attempt that fails has to have failed first.
      await until(() => {
        see();
        return answer;
      });
      same([answer, attempts], [2, 2]);
      far.close();
    });
}
