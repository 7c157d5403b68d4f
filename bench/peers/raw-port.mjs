import { api, guestOrigin } from './api.mjs';

// The floor: the least that is still a call with an answer, on a MessageChannel.
export function guest() {
  addEventListener('message', ({ data, ports: [port] }) => {
    if (data !== 'port') return;
    port.onmessage = ({ data: [id, name, input] }) => port.postMessage([id, api[name](input)]);
    port.postMessage(null);
  });
  parent.postMessage('hello', '*');
}
export function host(frame) {
  const waiting = new Map();
  let count = 0;
  return new Promise((ready) => {
    addEventListener('message', function hello({ source, data }) {
      if (source !== frame.contentWindow || data !== 'hello') return;
      removeEventListener('message', hello);
      const { port1, port2 } = new MessageChannel();
      const call = (name, input) =>
        new Promise((resolve) => {
          waiting.set(++count, resolve);
          port1.postMessage([count, name, input]);
        });
      port1.onmessage = ({ data: answer }) => {
        if (!answer) return ready(call);
        waiting.get(answer[0])(answer[1]);
        waiting.delete(answer[0]);
      };
      source.postMessage('port', guestOrigin, [port2]);
    });
  });
}
