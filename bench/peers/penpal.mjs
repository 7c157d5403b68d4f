import { connect, WindowMessenger } from 'penpal';
import { api, guestOrigin, hostOrigin } from './api.mjs';

const link = (remoteWindow, origin, methods) =>
  connect({ messenger: new WindowMessenger({ remoteWindow, allowedOrigins: [origin] }), methods }).promise;
export const guest = () => link(parent, hostOrigin, api);
export async function host(frame) {
  const remote = await link(frame.contentWindow, guestOrigin, {});
  return (name, input) => remote[name](input);
}
