import { websocket } from '../../dist/channels/websocket.js';
import { reachedSuite } from '../contracts/reached.js';
import { guestUrl } from '../support/sites-url.js';

const made: WebSocket[] = [];
const address = (path: string) => guestUrl(path).replace('http', 'ws');

reachedSuite({
  test: (title, run) => void test(title, run),
  name: 'websocket',
  path: '/socket',
  open: (path, options) =>
    websocket(typeof path === 'string' ? address(path) : () => address(path()), {
      ...options,
      open(url) {
        const socket = new WebSocket(url);
        made.push(socket);
        return socket;
      },
    }),
  made: () => made.length,
  cut: () => made.at(-1)?.close(),
});
