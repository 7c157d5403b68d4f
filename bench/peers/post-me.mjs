import { ChildHandshake, ParentHandshake, WindowMessenger } from 'post-me';
import { api, frameAt, guestOrigin, hostOrigin, loaded } from './api.mjs';

const over = (remoteWindow, remoteOrigin) =>
  new WindowMessenger({ localWindow: window, remoteWindow, remoteOrigin });
export const guest = () => void ChildHandshake(over(parent, hostOrigin), api);
export async function host(url, place) {
  const frame = frameAt(url, place);
  await loaded(frame);
  const connection = await ParentHandshake(over(frame.contentWindow, guestOrigin));
  const remote = connection.remoteHandle();
  return (name, input) => remote.call(name, input);
}
