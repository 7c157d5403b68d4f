import { connect, WindowMessenger } from 'penpal';
import { api, frameAt, guestOrigin, hostOrigin } from './api.mjs';

const link = (remoteWindow, origin, methods) =>
  connect({ messenger: new WindowMessenger({ remoteWindow, allowedOrigins: [origin] }), methods }).promise;
export const guest = () => void link(parent, hostOrigin, api);
export async function host(url, place) {
  const remote = await link(frameAt(url, place).contentWindow, guestOrigin, {});
  return (name, input) => remote[name](input);
}
