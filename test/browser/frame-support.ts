import '../../dist/elements/frame/define.js';
import { contract, event, method, type } from '../../dist/contract/index.js';
import type { OrielFrame } from '../../dist/elements/frame/frame.js';
import { guestUrl } from '../support/sites-url.js';
import { once, until as untilSo } from '../support/wait.js';

export { pause, rejection as rejectionOf, settled } from '../support/wait.js';

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

/** A frame with the room's contract, in the page until {@link cleanUp}. */
export function mount(set: Partial<RoomFrame> = {}, attributes: Record<string, string> = {}): RoomFrame {
  return keep(place(set, attributes));
}

/** A frame with the room's contract, in the page until whoever asked for it takes it away. */
export function place(set: Partial<RoomFrame> = {}, attributes: Record<string, string> = {}): RoomFrame {
  const frame = document.createElement('oriel-frame') as RoomFrame;
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
export const next = <E extends Event = Event>(target: EventTarget, type: string, timeout = 20_000) =>
  once<E>(target, type, { timeout });

/** Waits until something is true. */
export const until = <T>(look: () => T | Promise<T>, timeout = 20_000) => untilSo(look, { timeout });

/** Until a guest has a height itself: its process may hear of it after the host has laid the frame out. */
export const insideIs = (frame: RoomFrame, height: number) =>
  until(async () => (await frame.guest.state()).height === height);
