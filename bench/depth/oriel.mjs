import { connect, control, transfer } from '../../dist/bridge/index.js';
import { toFrame, toParent } from '../../dist/channels/window.js';
import { frameAt, guestOrigin, hostOrigin } from '../peers/api.mjs';
import { depth, limits } from './contract.mjs';

const chunk = 65_536;

export function guest() {
  const peer = connect({
    channel: toParent({ allowOrigins: [hostOrigin] }),
    contract: depth,
    side: 'guest',
    limits,
    implement: {
      add: ([a, b]) => a + b,
      clone: (bytes) => bytes,
      move: (bytes) => transfer(bytes, [bytes.buffer]),
      tell: (fn) => fn(1),
      *items(count) {
        for (let i = 0; i < count; i++) yield i;
      },
      *chunks(count) {
        for (let i = 0; i < count; i++) {
          const bytes = new Uint8Array(chunk).fill(i);
          yield transfer(bytes, [bytes.buffer]);
        }
      },
    },
  });
  globalThis.counts = () => control(peer).counts;
}

export async function host(url, place) {
  const frame = frameAt(url, place);
  const channel = toFrame(() => frame.contentWindow, { allowOrigins: [guestOrigin] });
  const peer = connect({ channel, contract: depth, side: 'host', limits });
  await peer.ready;
  const { remote } = peer;
  const read = async (stream) => {
    let seen = 0;
    for await (const _ of stream) seen++;
    return seen;
  };
  return {
    add: remote.add,
    clone: remote.clone,
    move: (bytes) => remote.move(bytes, { transfer: [bytes.buffer] }),
    tell: remote.tell,
    items: (count) => read(remote.items(count, { credit: 256 })),
    chunks: (count) => read(remote.chunks(count, { credit: 256 })),
    counts: () => control(peer).counts,
    async reconnect() {
      const { epoch } = peer.state.get();
      frame.src = url;
      await new Promise((ready) => {
        const stop = peer.state.subscribe((state) => {
          if (state.status === 'ready' && state.epoch > epoch) {
            queueMicrotask(() => stop?.());
            ready();
          }
        });
      });
    },
  };
}
