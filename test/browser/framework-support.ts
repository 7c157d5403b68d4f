// For tests of what a framework does around a frame.
import { expect } from '@open-wc/testing';
import { once } from '../support/wait.js';
import { keep, type RoomFrame, room } from './frame-support.js';

/** An element in the page for a framework to render into. */
export function box(html = ''): HTMLElement {
  const root = keep(document.createElement('div'));
  root.innerHTML = html;
  document.body.append(root);
  return root;
}

export const frameIn = (root: Element): RoomFrame => root.querySelector('oriel-frame') as RoomFrame;

/** Gives the frame in a root its contract, and when its guest's document began. */
export async function began(root: Element): Promise<number> {
  const frame = frameIn(root);
  if (!frame.contract) {
    frame.contract = room;
    await frame.ready;
  }
  return frame.guest?.boot() as Promise<number>;
}

/** Whether an iframe in a shadow tree is thrown away when its host's children are cleared, as WebKit does. */
function clearingDropsFrames(): boolean {
  const probe = box('<p></p>');
  const iframe = document.createElement('iframe');
  probe.attachShadow({ mode: 'open' }).append(iframe);
  const before = iframe.contentWindow;
  probe.textContent = '';
  return iframe.contentWindow !== before;
}

/** Clears the children of the frame in a root: its guest stays or, where the browser drops it, is loaded anew. */
export async function clearing(root: Element, clear: () => unknown): Promise<void> {
  const before = await began(root);
  const frame = frameIn(root);
  const drops = clearingDropsFrames();
  const states: string[] = [];
  const stop = frame.peer?.state.subscribe(({ status }) => states.push(status));
  const again = drops && once(frame, 'oriel-ready');
  await clear();
  await again;
  expect(frameIn(root) === frame).to.equal(true);
  expect((await began(root)) === before).to.equal(!drops);
  expect(states).to.deep.equal(drops ? ['lost', 'ready'] : []);
  stop?.();
}
