import { openGuest, openHost } from '../port.mjs';

// A port by hand, a message each: nothing is batched, nothing checked, and nobody is slowed down.
const chunk = 65_536;

export const guest = () =>
  openGuest((port, [id, name, input]) => {
    if (name === 'add') port.postMessage([id, input[0] + input[1]]);
    else if (name === 'clone') port.postMessage([id, input]);
    else if (name === 'move') port.postMessage([id, input], [input.buffer]);
    else if (name === 'items') {
      for (let i = 0; i < input; i++) port.postMessage([id, i, true]);
      port.postMessage([id]);
    } else if (name === 'chunks') {
      for (let i = 0; i < input; i++) {
        const bytes = new Uint8Array(chunk).fill(i);
        port.postMessage([id, bytes, true], [bytes.buffer]);
      }
      port.postMessage([id]);
    }
  });

export async function host(url, place) {
  const waiting = new Map();
  let count = 0;
  const port = await openHost(url, place, ([id, value, more]) => {
    const { resolve, item } = waiting.get(id);
    if (more) return item(value);
    waiting.delete(id);
    resolve(value);
  });
  const send = (name, input, moved, item) =>
    new Promise((resolve) => {
      waiting.set(++count, { resolve, item });
      port.postMessage([count, name, input], moved);
    });
  const read = async (name, input) => {
    let seen = 0;
    await send(name, input, [], () => seen++);
    return seen;
  };
  return {
    add: (pair) => send('add', pair, []),
    clone: (bytes) => send('clone', bytes, []),
    move: (bytes) => send('move', bytes, [bytes.buffer]),
    items: (many) => read('items', many),
    chunks: (many) => read('chunks', many),
  };
}
