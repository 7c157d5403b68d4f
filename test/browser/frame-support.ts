import '../../dist/elements/frame/define.js';
import { contract, event, method, type } from '../../dist/contract/index.js';
import type { OrielFrame } from '../../dist/elements/frame/frame.js';

import { guestUrl } from '../support/sites-url.js';

export { rejection as rejectionOf } from '../support/wait.js';

/** The contract of fixtures/frame.html. */
export const room = contract({
  name: 'test.room',
  version: '1.0.0',
  props: type<{ count?: number; list?: number[] }>(),
  host: { ask: method({ input: type<string>(), output: type<string>() }) },
  guest: {
    boot: method({ output: type<number>() }),
    seen: method({ output: type<{ count?: number }[]>() }),
    never: method(),
    ask: method({ input: type<string>(), output: type<string>() }),
    size: method({ input: type<number>() }),
    raw: method({ input: type<unknown>() }),
    say: method({ input: type<unknown>() }),
    go: method({ input: type<string>() }),
    reload: method(),
    quit: method(),
    state: method({ output: type<{ width: number; height: number; path: string; focused: boolean }>() }),
    solved: event(type<unknown>()),
    hello: event(type<{ from: string }>()),
  },
});
export type RoomFrame = OrielFrame<typeof room>;

const mounted: Element[] = [];
export const keep = <E extends Element>(element: E): E => {
  mounted.push(element);
  return element;
};
export const cleanUp = (): void => mounted.splice(0).forEach((element) => element.remove());

export const roomUrl = (query: Record<string, string | number> = {}): string => guestUrl('frame.html', query);

/** A frame with the room's contract, in the page. */
export function mount(set: Partial<RoomFrame> = {}, attributes: Record<string, string> = {}): RoomFrame {
  const frame = keep(document.createElement('oriel-frame')) as RoomFrame;
  for (const [name, value] of Object.entries(attributes)) frame.setAttribute(name, value);
  Object.assign(frame, {
    contract: room,
    src: roomUrl(),
    host: { ask: (question: string) => `${question}!` },
    ...set,
  });
  document.body.append(frame);
  return frame;
}

export const iframeOf = (frame: Element): HTMLIFrameElement =>
  frame.shadowRoot?.querySelector('iframe') as HTMLIFrameElement;
/** The state that its CSS sees. */
export const stateOf = (frame: Element): string | undefined =>
  ['idle', 'loading', 'connecting', 'ready', 'failed']
    .filter((name) => frame.matches(`:state(${name})`))
    .join('+');

/** All that is heard of a kind. */
export function listen<E extends Event>(frame: Element, type: string): E[] {
  const heard: E[] = [];
  frame.addEventListener(type, (event) => heard.push(event as E));
  return heard;
}

/** The origin of one of the fixtures' sites. */
export const originOf = (site: number): string => new URL(guestUrl('frame.html', { site })).origin;

/** The next event of a type. */
export function next<E extends Event = Event>(target: EventTarget, type: string, timeout = 8000): Promise<E> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`No "${type}" within ${timeout} ms`)), timeout);
    target.addEventListener(type, (event) => (clearTimeout(timer), resolve(event as E)), { once: true });
  });
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until something is true. */
export async function until(check: () => unknown, timeout = 8000): Promise<void> {
  for (const end = performance.now() + timeout; !(await check()); await pause(10)) {
    if (performance.now() > end) throw new Error(`Still waiting after ${timeout} ms for ${check}`);
  }
}

/** What a value is when it has stayed the same for a while. */
export async function settled<T>(read: () => T, still = 200): Promise<T> {
  let [last, since] = [read(), performance.now()];
  for (; performance.now() - since < still; await pause(10)) {
    if (read() !== last) [last, since] = [read(), performance.now()];
  }
  return last;
}
