import { newMessagePortRpcSession, RpcTarget } from 'capnweb';
import { api, frameAt, guestOrigin, loaded } from './api.mjs';

class Target extends RpcTarget {
  add(input) {
    return api.add(input);
  }
  echo(input) {
    return input;
  }
}
export const guest = () =>
  addEventListener('message', ({ data, ports: [port] }) => {
    if (data === 'port') newMessagePortRpcSession(port, new Target());
  });
export async function host(url, place) {
  const frame = frameAt(url, place);
  await loaded(frame);
  const { port1, port2 } = new MessageChannel();
  frame.contentWindow.postMessage('port', guestOrigin, [port2]);
  const remote = newMessagePortRpcSession(port1);
  return (name, input) => remote[name](input);
}
