import { frameAt, guestOrigin } from './peers/api.mjs';

// A handshake by hand, and then a port of the two of them.

/** In the guest: answers what comes over the port by `answer(port, data)`. */
export function openGuest(answer) {
  addEventListener('message', ({ data, ports: [port] }) => {
    if (data !== 'port') return;
    port.onmessage = (event) => answer(port, event.data);
    port.postMessage(null);
  });
  parent.postMessage('hello', '*');
}

/** In the host: resolves with a port once the guest listens at its other end; `hear` gets what comes after that. */
export function openHost(url, place, hear) {
  const frame = frameAt(url, place);
  return new Promise((ready) => {
    addEventListener('message', function hello({ source, data }) {
      if (source !== frame.contentWindow || data !== 'hello') return;
      removeEventListener('message', hello);
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.onmessage = (event) => hear(event.data);
        ready(port1);
      };
      source.postMessage('port', guestOrigin, [port2]);
    });
  });
}
