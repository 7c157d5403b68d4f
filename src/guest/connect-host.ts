import { type ConnectOptions, control, createPeer, guestRole, type Peer } from '../bridge/index.js';
import { toParent } from '../channels/window.js';
import { type Contract, EmbedError } from '../contract/index.js';
import { type AutosizeOptions, autosize } from './autosize.js';

/** Options of {@link connectHost}. */
export interface ConnectHostOptions<C extends Contract>
  extends Pick<
    ConnectOptions<C, 'guest'>,
    'implement' | 'timeout' | 'callTimeout' | 'debug' | 'onError' | 'signal'
  > {
  /** The hosts that may embed this page, as origins. `['*']` means any; the one that answers is pinned. */
  readonly allowOrigins: readonly string[];
  /** Whether the frame follows the content's size, or how. @defaultValue `true` */
  readonly autosize?: boolean | Omit<AutosizeOptions, 'signal'>;
}

/**
 * Connects this page to the page that embeds it. The peer is there at once; calls wait until it is ready.
 * Where nobody embeds the page, `ready` rejects with `not-embedded` at once.
 * @throws EmbedError: `bad-origin` for what is no list of exact origins.
 *
 * @example
 * ```ts
 * const host = connectHost(ticket, {
 *   allowOrigins: ['https://crm.example'],
 *   implement: { open: ({ id }) => show(id) },
 * });
 * host.props.subscribe(({ ticketId }) => show(ticketId));
 * ```
 */
export function connectHost<const C extends Contract>(
  contract: C,
  options: ConnectHostOptions<C>,
): Peer<C, 'guest'> {
  const { allowOrigins, autosize: sizing = true, ...rest } = options;
  const embedded = window.parent !== window;
  const peer = createPeer<C, 'guest'>(
    {
      ...rest,
      ...(!embedded && { timeout: Number.POSITIVE_INFINITY }), // nobody will ever answer
      channel: toParent({ allowOrigins }),
      contract,
      side: 'guest',
    },
    guestRole,
  );
  if (!embedded) {
    control(peer).fail(
      new EmbedError('not-embedded', 'This page is not in a frame. Open the page that embeds it.'),
    );
  } else if (sizing) {
    autosize(peer, sizing === true ? {} : sizing);
  }
  return peer;
}

/** Asks the host to close this guest: it fires `oriel-close`, and its peer is closed as `remote`. */
export function requestClose(peer: object): void {
  control(peer).tell('close');
}
