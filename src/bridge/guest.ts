import { guestProps } from './guest-props.js';
import type { Role } from './role.js';

/** The side that is embedded, or serves. */
export const guestRole: Role = {
  side: 'guest',
  createProps: guestProps,
  refused: () => undefined, // said when the time is up
  farewell: true,
  patience: 300_000, // a page that is stopped in a debugger, or frozen for a while, is not dead
};
