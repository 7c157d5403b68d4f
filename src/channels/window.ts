import {
  type Channel,
  type Ear,
  heartbeat,
  isMessage,
  type Message,
  message,
  type Wire,
} from '../bridge/index.js';
import { EmbedError } from '../contract/index.js';
import { hearWindow } from './hearing.js';
import { leaving } from './leaving.js';
import { checkOrigins } from './origins.js';
import { downgrade, upgrade } from './penpal6.js';
import { task } from './task.js';

export interface WindowOptions {
  /**
   * The origins that may speak: `https://host[:port]`, exact. `*` means, for a guest, any host (the first that answers
   * is pinned), and for a host, an opaque guest and no other.
   */
  readonly allowOrigins: readonly string[];
}

/**
 * Reaches a guest in an iframe. The window is asked for at each attempt, since a moved iframe has a new one. A guest of
 * penpal 4 to 6 is understood too, where it has an origin.
 * @throws EmbedError: `bad-origin`.
 */
export function toFrame(target: () => Window | null | undefined, options: WindowOptions): Channel {
  return windowChannel(target, guests(options), { bound: 'null', old: { upgrade, downgrade } });
}

/**
 * Reaches the page that embeds this one.
 * @throws EmbedError: `bad-origin`.
 */
export function toParent(options: WindowOptions): Channel {
  return windowChannel(() => (window.parent === window ? undefined : window.parent), hosts(options), {
    farewell: true,
  });
}

/**
 * Reaches a guest in a window that this page has opened. The peer is closed (`remote`) once that window is, or once a
 * `Cross-Origin-Opener-Policy` has cut the two pages off from each other, which looks the same: `cause` says so.
 * @param target - The window; `null` where the browser refused to open it, `undefined` while nobody has asked it to.
 * @throws EmbedError: `bad-origin`.
 * @example
 * const opened = window.open('https://tickets.example/widget', 'tickets', 'popup');
 * const channel = toPopup(() => opened, { allowOrigins: ['https://tickets.example'] });
 * const peer = connect({ channel, contract: tickets, side: 'host' });
 */
export function toPopup(target: () => Window | null | undefined, options: WindowOptions): Channel {
  return apart(target, guests(options), { bound: 'null' }, (asked) =>
    asked === null
      ? new EmbedError(
          'never-loaded',
          'The browser did not open the window. It opens one right after a click or a key, and no later.',
        )
      : undefined,
  );
}

/**
 * Reaches the page that has opened this one, as {@link toPopup} reaches this one. A guest takes it where it may be a
 * window of its own; `frame-ancestors` says nothing of who may open a page, so `allowOrigins` alone does.
 * @throws EmbedError: `bad-origin`.
 * @example
 * const channel = window.opener ? toOpener({ allowOrigins }) : toParent({ allowOrigins });
 * const peer = connect({ channel, contract: tickets, side: 'guest', implement });
 */
export function toOpener(options: WindowOptions): Channel {
  return apart(
    () => window.opener as Window | null,
    hosts(options),
    {},
    () =>
      new EmbedError(
        'not-embedded',
        `No page has opened this one, or none that it may know. Was it opened with noopener? ${coop}`,
      ),
  );
}

/** Who may be a guest of this page. */
function guests(options: WindowOptions): (origin: string) => boolean {
  checkOrigins(options.allowOrigins);
  return (origin) =>
    options.allowOrigins.includes(origin) || (origin === 'null' && options.allowOrigins.includes('*'));
}

/** Who may be the host of this page: of all who may, the first. */
function hosts(options: WindowOptions): (origin: string) => boolean {
  checkOrigins(options.allowOrigins);
  let pinned: string | undefined;
  return (origin) => {
    if (pinned !== undefined) return origin === pinned;
    if (!options.allowOrigins.includes(origin) && !options.allowOrigins.includes('*')) return false;
    pinned = origin;
    return true;
  };
}

/** What one end does otherwise than the other. */
interface End {
  /** An origin that says nothing about who speaks ("null"): its first participant is the only one. */
  readonly bound?: string;
  /** Whether to say so when this page goes away. */
  readonly farewell?: boolean;
  /** The wire of penpal 4 to 6, where it is spoken. */
  readonly old?: {
    upgrade(data: unknown): Message | undefined;
    downgrade(message: Message): object | undefined;
  };
}

function windowChannel(
  target: () => Window | null | undefined,
  allows: (origin: string) => boolean,
  end: End,
): Channel {
  return {
    clones: 'structured',
    transfers: true,
    open() {
      const remote = target();
      return remote ? windowWire(remote, allows, end) : undefined;
    },
  };
}

/**
 * Between two windows that live apart: no event tells that the other one was closed, or can't be reached any more.
 * @param nobody - Why there is no window, and won't be one.
 */
function apart(
  target: () => Window | null | undefined,
  allows: (origin: string) => boolean,
  end: End,
  nobody: (target: null | undefined) => EmbedError | undefined,
): Channel {
  return {
    clones: 'structured',
    transfers: true,
    open() {
      const remote = target();
      if (!remote) {
        const error = nobody(remote);
        return error && { post() {}, listen: (ear) => queueMicrotask(() => ear.failed(error)), close() {} };
      }
      const wire = windowWire(remote, allows, { ...end, farewell: true });
      let timer: ReturnType<typeof setInterval> | undefined;
      return {
        ...wire,
        heartbeat,
        listen(ear) {
          wire.listen(ear);
          const cause = new Error(
            `The other page's window was closed, or was cut off from this page. ${coop}`,
          );
          timer = setInterval(() => remote.closed && ear.closed(cause), 200);
        },
        close() {
          clearInterval(timer);
          wire.close();
        },
      };
    },
  };
}

const coop =
  'A Cross-Origin-Opener-Policy cuts a page off: the one that is opened must send none, and the one that opens it none or same-origin-allow-popups.';

/** Penpal's own wire over a window: the handshake by `postMessage`, all else over a port that ACK2 hands over. */
function windowWire(
  remote: Window,
  allows: (origin: string) => boolean,
  { bound, farewell, old }: End,
): Wire {
  const closed = new AbortController();
  let ear: Ear | undefined;
  let port: MessagePort | undefined;
  let origin: string | undefined;
  let participant: string | undefined;
  /** Whether the other side speaks the old wire. */
  let aged = false;

  const adopt = (next: MessagePort) => {
    port?.close();
    port = next;
    next.onmessage = ({ data }) => {
      if (port !== next) return;
      if (isMessage(data)) ear?.message(data, origin as string);
      else ear?.noise();
    };
  };

  // An opaque origin can't be named: such a guest is bound by its window, its port and its first handshake.
  const speak = (outgoing: object, targetOrigin: string, transfer: readonly Transferable[] = []) =>
    remote.postMessage(outgoing, {
      targetOrigin: targetOrigin === 'null' ? '*' : targetOrigin,
      transfer: [...transfer],
    });

  const hear = ({ source, origin: from, data, ports }: MessageEvent) => {
    const upgraded = old?.upgrade(data);
    const incoming: unknown = upgraded ?? data;
    if (source !== remote) return void (isMessage(incoming) && ear?.stray(from));
    if (!isMessage(incoming) || !(upgraded || handshakes.has(incoming.type))) return ear?.noise();
    // Without a port, nothing tells an opaque guest from the next page in its window; and whoever has one speaks by it.
    if (upgraded && (from === bound || port)) return ear?.noise();
    const { type, participantId } = incoming;
    const second =
      from === bound && type === 'SYN' && participant !== undefined && participantId !== participant;
    if (!allows(from) || second) return ear?.refused(from);
    if (type === 'SYN') {
      if (participantId !== participant) port = void port?.close();
      participant = participantId;
      origin = from;
      aged = upgraded !== undefined;
    } else if (from !== origin || aged !== (upgraded !== undefined)) return ear?.noise();
    if (type === 'ACK2' && !aged) {
      if (!ports[0]) return ear?.noise();
      adopt(ports[0]);
    }
    ear?.message(incoming, from);
  };

  return {
    turn: task,
    post(outgoing, transfer) {
      if (outgoing.type === 'SYN') return speak(outgoing, '*');
      if (aged) {
        const downgraded = old?.downgrade(outgoing);
        return downgraded && speak(downgraded, origin as string, transfer);
      }
      if (outgoing.type === 'ACK2' && origin !== undefined) {
        const { port1, port2 } = new MessageChannel();
        adopt(port1);
        return speak(outgoing, origin, [port2]);
      }
      if (port && outgoing.type !== 'ACK1')
        return port.postMessage(outgoing, { transfer: [...(transfer ?? [])] });
      if (origin !== undefined && handshakes.has(outgoing.type)) speak(outgoing, origin);
    },
    listen(listener) {
      ear = listener;
      const { signal } = closed;
      hearWindow(remote, hear, signal);
      if (farewell) leaving(() => port?.postMessage(message('NOTE', { topic: 'bye' })), signal);
    },
    close() {
      closed.abort();
      port?.close();
      ear = port = undefined;
    },
  };
}

/** What is spoken before there is a port. */
const handshakes: ReadonlySet<string> = new Set(['SYN', 'ACK1', 'ACK2', 'REFUSE', 'DESTROY']);
