import { contract, event, method, type } from '../../dist/contract/index.js';
import type { OrielErrorEvent } from '../../dist/elements/events/error.js';
import type { OrielFrame } from '../../dist/elements/frame/frame.js';
import { guestUrl } from '../support/sites-url.js';
import { listen, mount } from './frame-support.js';

/** What a guest of fixtures/hostile/ is taken for. */
const prey = contract({
  name: 'test.prey',
  version: '1.0.0',
  props: type<{ count: number }>(),
  host: { ask: method({ input: type<string>(), output: type<string>() }) },
  guest: {
    attack: method({ input: type<unknown>(), output: type<unknown>() }),
    solved: event(type<unknown>()),
  },
});
export type PreyFrame = OrielFrame<typeof prey>;

/** One attack of fixtures/hostile/, as an address. */
export const attackUrl = (attack: string, query: Record<string, string | number> = {}): string =>
  guestUrl('hostile/page.html', { attack, ...query });

/** A frame whose guest is the attacker, and all that was reached by it. */
export function attackedBy(attack: string, set: Partial<PreyFrame> = {}) {
  const asked: unknown[] = [];
  const frame = mount({
    contract: prey,
    src: attackUrl(attack),
    host: {
      ask: (question: string) => {
        asked.push(question);
        return 'answered';
      },
    },
    ...set,
  } as never) as unknown as PreyFrame;
  const errors = listen<OrielErrorEvent>(frame, 'oriel-error');
  return { frame, asked, errors };
}

/** What nobody caught while `run` went on. */
export async function uncaughtIn(run: () => Promise<unknown>): Promise<string[]> {
  const uncaught: string[] = [];
  const hear = (event: Event) => {
    const { message, reason } = event as ErrorEvent & PromiseRejectionEvent;
    uncaught.push(message ?? String(reason));
    event.stopImmediatePropagation();
    event.preventDefault();
  };
  // Captured, so that the runner does not end the test before it can say what was heard.
  for (const name of ['error', 'unhandledrejection']) addEventListener(name, hear, true);
  // The runner's own handler is a property.
  const { onerror } = window;
  window.onerror = null;
  try {
    await run();
  } finally {
    for (const name of ['error', 'unhandledrejection']) removeEventListener(name, hear, true);
    window.onerror = onerror;
  }
  return uncaught;
}
