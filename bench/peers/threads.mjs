import { ThreadWindow } from '@quilted/threads';
import { api, frameAt, guestOrigin, hostOrigin, loaded } from './api.mjs';

export const guest = () => void ThreadWindow.parent({ targetOrigin: hostOrigin, exports: api });
export async function host(url, place) {
  const frame = frameAt(url, place);
  await loaded(frame);
  const { imports } = ThreadWindow.iframe(frame, { targetOrigin: guestOrigin });
  return (name, input) => imports[name](input);
}
