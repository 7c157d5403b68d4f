import { connectHost } from '../../dist/guest/index.js';
import '../../dist/elements/frame/define.js';
import { contract, event, method, type } from '../../dist/contract/index.js';
import { hostOrigin } from '../peers/api.mjs';
import { flood } from './api.mjs';

const harmful = contract({
  name: 'bench.harmful',
  version: '1.0.0',
  guest: { flood: method(), said: event(type()) },
});

export function guest() {
  // The kit would put what is said at once into one message: its port is used without it.
  const post = MessagePort.prototype.postMessage;
  let port;
  MessagePort.prototype.postMessage = function (message, ...rest) {
    if (message) port = this;
    return post.call(this, message, ...rest);
  };
  connectHost(harmful, {
    allowOrigins: [hostOrigin],
    implement: { flood: () => flood((message) => post.call(port, message)) },
  });
}

export async function host(url, place) {
  const frame = document.createElement('oriel-frame');
  frame.contract = harmful;
  frame.src = url;
  place.append(frame);
  frame.peer.on('said', () => {});
  await frame.ready;
  return () =>
    frame.guest.flood(undefined, { timeout: Infinity }).then(
      () => 'heard',
      ({ reason }) => reason,
    );
}
