import { ThreadWindow } from '@quilted/threads';
import { api, guestOrigin, hostOrigin, loaded } from './api.mjs';

export const guest = () => ThreadWindow.parent({ targetOrigin: hostOrigin, exports: api });
export async function host(frame) {
  await loaded(frame);
  const { imports } = ThreadWindow.iframe(frame, { targetOrigin: guestOrigin });
  return (name, input) => imports[name](input);
}
