import { EmbedError } from '../contract/index.js';
import { heartbeat } from './heartbeat.js';
import { hostProps } from './host-props.js';
import type { Role } from './role.js';

/** The side that embeds, or asks. */
export const hostRole: Role = {
  side: 'host',
  createProps: hostProps,
  refused: (origin) =>
    new EmbedError(
      'origin-changed',
      `A page of ${origin} answered in the guest's place. List it in allow-origins if it may, or load the guest again.`,
    ),
  farewell: false,
  heartbeat,
  patience: 5000,
};
